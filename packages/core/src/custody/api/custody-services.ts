import type { CustodyServices } from '../services.ts'
import { type ChainClients, createChainConnections } from '../chain-clients/index.ts'
import { assertLockoutRule } from '../../identity/signing-methods/lockout.ts'
import { resolveTransferSources } from '../incoming-transfers/transfer-source.ts'
import { resolveSmartAccounts } from '../smart-accounts/smart-account-options.ts'
import { assertDelegationOptions } from '../transactions/formats/evm/delegation-rules.ts'
import { resolveTransactionRetention } from '../transactions/retention/retention-rules.ts'
import type { CustodyOptions } from './index.ts'

/**
 * Creates the services that the custody options configure.
 * @param additionalChainClients chain clients configured by other APIs
 * @throws RangeError if an option is out of range
 */
export function createCustodyServices(
  options: CustodyOptions = {},
  additionalChainClients: ChainClients = {},
): Pick<
  CustodyServices,
  'lockout' | 'transactionRetention' | 'chainConnections' | 'delegation' | 'smartAccounts' | 'transferSources'
> {
  if (options.lockout !== undefined) assertLockoutRule(options.lockout)
  if (options.delegation !== undefined) assertDelegationOptions(options.delegation)
  return {
    delegation: options.delegation,
    transferSources: resolveTransferSources(options.transferSources),
    smartAccounts: resolveSmartAccounts(options.smartAccounts ?? {}, options.chainClients ?? {}),
    lockout: options.lockout,
    transactionRetention: resolveTransactionRetention(options.transactionRetention),
    chainConnections: createChainConnections(
      { ...options.chainClients, ...additionalChainClients },
      options.feeBumping,
    ),
  }
}
