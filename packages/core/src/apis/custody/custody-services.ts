import { type ChainClients, chainConnections } from '../../chain-clients/index.ts'
import { assertTemporaryLock } from '../../credentials/lock-rule.ts'
import type { Services } from '../../services.ts'
import { retentionRules } from '../../transactions/retention/retention-rules.ts'
import type { CustodyOptions } from './index.ts'

/**
 * Creates the services that the custody options configure.
 * @param additionalChainClients chain clients configured by other APIs
 * @throws RangeError if an option is out of range
 */
export function custodyServices(
  options: CustodyOptions = {},
  additionalChainClients: ChainClients = {},
): Pick<Services, 'temporaryLock' | 'transactionRetention' | 'chainConnections'> {
  if (options.temporaryLock !== undefined) assertTemporaryLock(options.temporaryLock)
  return {
    temporaryLock: options.temporaryLock,
    transactionRetention: retentionRules(options.transactionRetention),
    chainConnections: chainConnections({ ...options.chainClients, ...additionalChainClients }, options.repricing),
  }
}
