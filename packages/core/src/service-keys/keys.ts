import { type Actor, auditRecord } from '../audit/record.ts'
import { equalSecrets, randomSecret, seal, sealedWith, unseal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError, type RowOf, update } from '../storage/index.ts'
import { serviceKeys } from './table.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** A service key as it is kept. */
export type ServiceKeyRow = RowOf<typeof serviceKeys>

/** What the host says about a new service key. */
export interface ServiceKeyInput {
  readonly tag: string
  /** `custody`, `dids`, ...; `*` stands for all. */
  readonly scopes: readonly string[]
  /** What the host calls this kind of key, at most 32 characters: `service`. */
  readonly type?: string
  /** Told to whoever lists service keys, and nothing else: false. */
  readonly debug?: boolean
}

/** Makes a service key. The secret (256 bits, base64url) is sealed by the keyring. */
export async function createServiceKey(
  services: Services,
  actor: Actor,
  input: ServiceKeyInput,
): Promise<{ readonly keyId: string; readonly keySecret: string }> {
  const { tag, scopes, type = 'service', debug = false } = input
  const { row, keySecret } = await newServiceKey(services, actor.tenant, { tag, type, debug, scopes: scopes.join(' ') })
  await services.storage.commit(
    batch(
      insert(serviceKeys, row),
      auditRecord(actor, 'service-key.created', row.id, row.createdAt, { tag, scopes: row.scopes }),
      ...eventWrites(services, actor.tenant, 'service-key.created', { keyId: row.id }),
    ),
  )
  return { keyId: row.id, keySecret }
}

/** The row of a new service key, and its secret. */
export async function newServiceKey(
  services: Services,
  tenant: string,
  about: Pick<ServiceKeyRow, 'tag' | 'type' | 'debug' | 'scopes'>,
): Promise<{ readonly row: ServiceKeyRow; readonly keySecret: string }> {
  const id = newId()
  const keySecret = randomSecret(32)
  const sealedSecret = await seal(services.keyring, new TextEncoder().encode(keySecret), place(tenant, id))
  return { row: { id, tenant, ...about, sealedSecret, createdAt: services.now(), revokedAt: null }, keySecret }
}

/** The secret of a service key. @throws BillfoldError `sealed.invalid`, and those of the keyring */
export async function secretOf(services: Services, row: ServiceKeyRow): Promise<string> {
  const secret = await unseal(services.keyring, row.sealedSecret, place(row.tenant, row.id))
  return new TextDecoder().decode(secret)
}

/** Ends a service key: it and the tokens made with it stop working at once. @throws BillfoldError `service-key.unknown` */
export async function revokeServiceKey(services: Services, actor: Actor, keyId: string): Promise<void> {
  const revokedAt = services.now()
  try {
    await services.storage.commit(
      batch(
        update(serviceKeys, { where: { id: keyId, tenant: actor.tenant, revokedAt: null }, set: { revokedAt } }),
        auditRecord(actor, 'service-key.revoked', keyId, revokedAt),
        ...eventWrites(services, actor.tenant, 'service-key.revoked', { keyId }),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('service-key.unknown', { cause: error })
    throw error
  }
}

/**
 * The key with this id and secret. An unknown id, a revoked key and a wrong secret are told by the same error.
 * @throws BillfoldError `caller.unauthenticated`
 */
export async function authenticateServiceKey(
  services: Services,
  keyId: string,
  secret: string,
): Promise<ServiceKeyRow> {
  const row = await liveServiceKey(services, keyId)
  const kept =
    row === undefined ? undefined : await unseal(services.keyring, row.sealedSecret, place(row.tenant, row.id))
  const equal = equalSecrets(kept ?? new Uint8Array(43), new TextEncoder().encode(secret))
  if (row === undefined || kept === undefined || !equal) throw new BillfoldError('caller.unauthenticated')
  if (sealedWith(row.sealedSecret) !== services.keyring.currentKeyId) await resealSecret(services, row, kept)
  return row
}

/** Seals the secret under the newest key of the keyring, so that older ones can leave it in time. */
async function resealSecret(services: Services, row: ServiceKeyRow, secret: Uint8Array): Promise<void> {
  const sealedSecret = await seal(services.keyring, secret, place(row.tenant, row.id))
  await services.storage.commit(
    batch(update(serviceKeys, { where: { id: row.id }, set: { sealedSecret }, hits: 'any' })),
  )
}

/** The key with this id, unless it was revoked. */
export async function liveServiceKey(services: Services, keyId: string): Promise<ServiceKeyRow | undefined> {
  const [row] = await services.storage.find(serviceKeys, { where: { id: keyId, revokedAt: null }, limit: 1 })
  return row
}

function place(tenant: string, row: string): { tenant: string; table: string; row: string; field: string } {
  return { tenant, table: serviceKeys.name, row, field: 'secret' }
}

/** What the keyring seals here. */
export const sealedServiceKeys = sealedColumn(serviceKeys, 'sealedSecret', ({ tenant, id }) => place(tenant, id))
