import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { timingSafeEqual, randomSecret, seal, sealingKeyId, open } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { batch, insert, isCommitError, type RowOf, update } from '../../kernel/storage/index.ts'
import { serviceKeyTable } from './table.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** A service key row. */
export type ServiceKeyRow = RowOf<typeof serviceKeyTable>

/** Input for a new service key. */
export interface ServiceKeyInput {
  readonly tag: string
  /** `custody`, `dids`, ...; `*` grants all. */
  readonly scopes: readonly string[]
  /** A type chosen by the host, at most 32 characters. Default: `service`. */
  readonly type?: string
  /** A flag that is returned in lists and has no other effect. Default: false. */
  readonly debug?: boolean
}

/** Creates a service key. The secret (256 bits, base64url) is sealed by the keyring. */
export async function createServiceKey(
  services: Services,
  actor: Actor,
  input: ServiceKeyInput,
): Promise<{ readonly keyId: string; readonly keySecret: string }> {
  const { tag, scopes, type = 'service', debug = false } = input
  const { row, keySecret } = await generateServiceKey(services, actor.tenant, {
    tag,
    type,
    debug,
    scopes: scopes.join(' '),
  })
  await services.storage.commit(
    batch(
      insert(serviceKeyTable, row),
      auditWrite(actor, 'service-key.created', row.id, row.createdAt, { tag, scopes: row.scopes }),
      ...eventWrites(services, actor.tenant, 'service-key.created', { keyId: row.id }),
    ),
  )
  return { keyId: row.id, keySecret }
}

/** Generates the row and the secret of a new service key. */
export async function generateServiceKey(
  services: Services,
  tenant: string,
  attributes: Pick<ServiceKeyRow, 'tag' | 'type' | 'debug' | 'scopes'>,
): Promise<{ readonly row: ServiceKeyRow; readonly keySecret: string }> {
  const id = newId()
  const keySecret = randomSecret(32)
  const sealedSecret = await seal(services.keyring, new TextEncoder().encode(keySecret), encryptionContext(tenant, id))
  return { row: { id, tenant, ...attributes, sealedSecret, createdAt: services.now(), revokedAt: null }, keySecret }
}

/**
 * Decrypts the secret of a service key.
 * @throws BillfoldError `sealed.invalid`, and the errors of the keyring
 */
export async function openServiceKeySecret(services: Services, row: ServiceKeyRow): Promise<string> {
  const secret = await open(services.keyring, row.sealedSecret, encryptionContext(row.tenant, row.id))
  return new TextDecoder().decode(secret)
}

/**
 * Revokes a service key. The key and its tokens are rejected immediately.
 * @throws BillfoldError `service-key.not-found`
 */
export async function revokeServiceKey(services: Services, actor: Actor, keyId: string): Promise<void> {
  const revokedAt = services.now()
  try {
    await services.storage.commit(
      batch(
        update(serviceKeyTable, { where: { id: keyId, tenant: actor.tenant, revokedAt: null }, set: { revokedAt } }),
        auditWrite(actor, 'service-key.revoked', keyId, revokedAt),
        ...eventWrites(services, actor.tenant, 'service-key.revoked', { keyId }),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('service-key.not-found', { cause: error })
    throw error
  }
}

/**
 * Authenticates a service key. An unknown id, a revoked key and a wrong secret cause the same error.
 * @throws BillfoldError `caller.unauthenticated`
 */
export async function authenticateServiceKey(
  services: Services,
  keyId: string,
  secret: string,
): Promise<ServiceKeyRow> {
  const row = await findActiveServiceKey(services, keyId)
  const storedSecret =
    row === undefined
      ? undefined
      : await open(services.keyring, row.sealedSecret, encryptionContext(row.tenant, row.id))
  const isEqual = timingSafeEqual(storedSecret ?? new Uint8Array(43), new TextEncoder().encode(secret))
  if (row === undefined || storedSecret === undefined || !isEqual) throw new BillfoldError('caller.unauthenticated')
  if (sealingKeyId(row.sealedSecret) !== services.keyring.currentKeyId)
    await reencryptSecret(services, row, storedSecret)
  return row
}

/** Seals the secret under the current key, so that older keys can be removed from the keyring. */
async function reencryptSecret(services: Services, row: ServiceKeyRow, secret: Uint8Array): Promise<void> {
  const sealedSecret = await seal(services.keyring, secret, encryptionContext(row.tenant, row.id))
  await services.storage.commit(
    batch(update(serviceKeyTable, { where: { id: row.id }, set: { sealedSecret }, expectedRows: 'any' })),
  )
}

/** Finds a service key that is not revoked. */
export async function findActiveServiceKey(services: Services, keyId: string): Promise<ServiceKeyRow | undefined> {
  const [row] = await services.storage.find(serviceKeyTable, { where: { id: keyId, revokedAt: null }, limit: 1 })
  return row
}

function encryptionContext(tenant: string, row: string): { tenant: string; table: string; row: string; field: string } {
  return { tenant, table: serviceKeyTable.name, row, field: 'secret' }
}

export const sealedServiceKeys = sealedColumn(serviceKeyTable, 'sealedSecret', ({ tenant, id }) =>
  encryptionContext(tenant, id),
)
