import { type ChainClients, chainConnections } from '../../chain-clients/index.ts'
import { assertTemporaryLock } from '../../credentials/lock-rule.ts'
import type { Services } from '../../services.ts'
import { retentionRules } from '../../transactions/retention/retention-rules.ts'
import type { CustodyOptions } from './index.ts'

/**
 * What the options of the custody API decide for the domain underneath; other APIs may have chain clients of their own.
 * @throws RangeError for rules that cannot be
 */
export function custodyServices(
  { temporaryLock, transactionRetention, chainClients, repricing }: CustodyOptions = {},
  further: ChainClients = {},
): Pick<Services, 'temporaryLock' | 'transactionRetention' | 'chainConnections'> {
  if (temporaryLock !== undefined) assertTemporaryLock(temporaryLock)
  return {
    temporaryLock,
    transactionRetention: retentionRules(transactionRetention),
    chainConnections: chainConnections({ ...chainClients, ...further }, repricing),
  }
}
