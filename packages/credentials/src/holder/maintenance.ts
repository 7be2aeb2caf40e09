import type { MaintenanceStep } from '@billfold/core/modules'
import { batch, deleteInBatches, remove } from '@billfold/core/storage'
import { pollDeferred } from './receive/poll-deferred.ts'
import type { HolderContext } from './settings.ts'
import { heldCredentials, heldInstances, holderIssuances, holderOffers, receivedRequests } from './tables.ts'

/** How long an expired credential is shown as expired. */
const expiredMs = 90 * 24 * 60 * 60 * 1000
const deletedPerCall = 100

/** The periodic work of the holder. */
export function holderMaintenance(context: HolderContext): readonly MaintenanceStep[] {
  const { storage } = context.services
  return [
    {
      name: 'delete expired offers and requests of holders',
      stage: 'expire',
      run: async (startedAt, report) => {
        for (const table of [holderOffers, holderIssuances, receivedRequests])
          await deleteInBatches(storage, table, { expiresAt: { lte: startedAt } }, report)
      },
    },
    {
      name: 'delete credentials that expired long ago',
      stage: 'expire',
      run: async (startedAt) => {
        const where = { expiresAt: { lte: startedAt - expiredMs } }
        const expired = await storage.find(heldCredentials, { where, limit: deletedPerCall })
        for (const { id } of expired)
          await storage.commit(
            batch(
              remove(heldCredentials, { where: { id }, expectedRows: 'any' }),
              remove(heldInstances, { where: { credentialId: id }, expectedRows: 'any' }),
            ),
          )
      },
    },
    {
      name: 'ask issuers for credentials that come later',
      stage: 'reconcile',
      run: (startedAt) => pollDeferred(context, startedAt),
    },
  ]
}
