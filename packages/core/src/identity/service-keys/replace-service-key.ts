import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { Services } from '../../platform/services.ts'
import { batch, insert, isCommitError, update, type Write } from '../../kernel/storage/index.ts'
import { generateServiceKey } from './service-keys.ts'
import { type ServiceKeyWithSecret, toServiceKey } from './list-service-keys.ts'
import { serviceKeyTable } from './table.ts'

/**
 * Prepares the replacement of a service key: a successor with the same tag, type and scopes, and the writes that create it and revoke the
 * old key. If a precondition of the writes fails, the old key was revoked meanwhile.
 * @throws BillfoldError `service-key.not-found`
 */
export async function prepareServiceKeyReplacement(
  services: Services,
  actor: Actor,
  keyId: string,
): Promise<{ readonly key: ServiceKeyWithSecret; readonly writes: readonly Write[] }> {
  const { tenant } = actor
  const where = { id: keyId, tenant, revokedAt: null }
  const [old] = await services.storage.find(serviceKeyTable, { where, limit: 1 })
  if (old === undefined) throw new BillfoldError('service-key.not-found')
  const { tag, type, debug, scopes } = old
  const { row, keySecret } = await generateServiceKey(services, tenant, { tag, type, debug, scopes })
  return {
    key: toServiceKey(row, keySecret),
    writes: [
      update(serviceKeyTable, { where, set: { revokedAt: row.createdAt } }),
      insert(serviceKeyTable, row),
      auditWrite(actor, 'service-key.reset', keyId, row.createdAt, { successor: row.id }),
      ...eventWrites(services, tenant, 'service-key.reset', { keyId, successorId: row.id }),
    ],
  }
}

/**
 * Replaces a service key by a successor.
 * @throws BillfoldError `service-key.not-found`, also if the key was revoked meanwhile
 */
export async function replaceServiceKey(
  services: Services,
  actor: Actor,
  keyId: string,
): Promise<{ readonly keyId: string; readonly keySecret: string }> {
  const { key, writes } = await prepareServiceKeyReplacement(services, actor, keyId)
  try {
    await services.storage.commit(batch(...writes))
  } catch (cause) {
    throw isCommitError(cause) ? new BillfoldError('service-key.not-found', { cause }) : cause
  }
  return { keyId: key.keyId, keySecret: key.keySecret }
}
