import type { MaintenanceStep } from '@billfold/core/modules'
import { batch, deleteInBatches, update } from '@billfold/core/storage'
import { reportExpiringSigner } from '../trust/report-expiring-signer.ts'
import { rotateEncryptionKey } from './issuance/encryption-keys.ts'
import type { IssuerContext } from './settings.ts'
import {
  authorizationRequests,
  credentialKeys,
  credentialOffers,
  deferredCredentials,
  issuanceGrants,
  statusLists,
} from './tables.ts'

const dayMs = 24 * 60 * 60 * 1000
/** A spent code is remembered for this long, so that a second use is recognized. */
const memoryMs = dayMs

/** The periodic work of the issuer. */
export function issuerMaintenance(context: IssuerContext): readonly MaintenanceStep[] {
  const { storage } = context.services
  return [
    {
      name: 'delete expired credential offers and grants',
      stage: 'expire',
      run: async (startedAt, report) => {
        for (const table of [credentialOffers, authorizationRequests, deferredCredentials, issuanceGrants])
          await deleteInBatches(storage, table, { expiresAt: { lte: startedAt - memoryMs } }, report)
        await deleteInBatches(storage, credentialKeys, { notAfter: { lte: startedAt } }, report)
      },
    },
    { name: 'retire status lists', stage: 'expire', run: (startedAt) => retireLists(context, startedAt) },
    { name: 'rotate the key of credential requests', stage: 'expire', run: () => rotateEncryptionKey(context) },
    { name: 'warn of expiring signers', stage: 'expire', run: (startedAt) => warnOfSigners(context, startedAt) },
  ]
}

/** A list is retired when its last instance has expired. */
async function retireLists({ services, tenant }: IssuerContext, startedAt: number): Promise<void> {
  const where = { tenant, state: 'full', lastExpiry: { lt: startedAt } }
  await services.storage.commit(batch(update(statusLists, { where, set: { state: 'retired' }, expectedRows: 'any' })))
}

async function warnOfSigners({ services, settings, tenant, host }: IssuerContext, startedAt: number): Promise<void> {
  for (const signer of settings.signers) await reportExpiringSigner(services, host(tenant), signer, startedAt)
}
