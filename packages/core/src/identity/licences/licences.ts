import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { randomSecret } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { batch, insert, isCommitError, type RowOf, update } from '../../kernel/storage/index.ts'
import { licences } from './table.ts'

type LicenceRow = RowOf<typeof licences>

/** `system` licences can read and reset service keys; all others are `standard`. */
export type AuthLevel = 'standard' | 'system'

/** Input for a new licence. */
export interface LicenceInput {
  /** A name chosen by the host, 1 to 128 characters. */
  readonly tag: string
  /** Default: `standard`. */
  readonly authLevel?: AuthLevel
  /** Restricts the licence to one community, 1 to 128 characters. Default: all communities of the tenant. */
  readonly community?: string
  /** The expiry in epoch milliseconds, in the future. Default: valid until revoked. */
  readonly expiresAt?: number
}

/** A licence without its secret value. Times are epoch milliseconds. */
export interface Licence {
  readonly id: string
  readonly tenant: string
  readonly tag: string
  readonly authLevel: AuthLevel
  readonly community: string | undefined
  readonly createdAt: number
  readonly expiresAt: number | undefined
  readonly revokedAt: number | undefined
}

const inputShape = z.object({
  tag: z.string().min(1).max(128),
  authLevel: z.enum(['standard', 'system']).default('standard'),
  community: z.string().min(1).max(128).optional(),
  expiresAt: z.int().positive().optional(),
})

/**
 * Creates a licence. The value is returned only once: 43 characters, 256 random bits in base64url.
 * @throws BillfoldError `input.invalid`
 */
export async function createLicence(
  services: Services,
  actor: Actor,
  input: LicenceInput,
): Promise<{ readonly id: string; readonly licence: string }> {
  const parsed = inputShape.safeParse(input)
  if (!parsed.success) throw new BillfoldError('input.invalid', { issues: toIssues(parsed.error) })
  const { tag, authLevel, community = null, expiresAt = null } = parsed.data
  const createdAt = services.now()
  if (expiresAt !== null && expiresAt <= createdAt)
    throw new BillfoldError('input.invalid', { issues: [{ path: 'expiresAt', message: 'must be in the future' }] })
  const [id, licence] = [newId(), randomSecret(32)]
  const { tenant } = actor
  const row = { id, tenant, licenceHash: hashLicence(licence), tag, authLevel, community, createdAt, expiresAt }
  await services.storage.commit(
    batch(
      insert(licences, { ...row, revokedAt: null }),
      auditWrite(actor, 'licence.created', id, createdAt, {
        tag,
        authLevel,
        ...(community !== null && { community }),
      }),
      ...eventWrites(services, tenant, 'licence.created', { licenceId: id, authLevel }),
    ),
  )
  return { id, licence }
}

/**
 * Revokes a licence with immediate effect in all processes.
 * @throws BillfoldError `licence.not-found`
 */
export async function revokeLicence(services: Services, actor: Actor, id: string): Promise<void> {
  const revokedAt = services.now()
  try {
    await services.storage.commit(
      batch(
        update(licences, { where: { id, tenant: actor.tenant, revokedAt: null }, set: { revokedAt } }),
        auditWrite(actor, 'licence.revoked', id, revokedAt),
        ...eventWrites(services, actor.tenant, 'licence.revoked', { licenceId: id }),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('licence.not-found', { cause: error })
    throw error
  }
}

/**
 * Lists the licences of a tenant, including expired and revoked ones, oldest first.
 *
 * @param page - the page number, starting at 1, and the page size
 */
export async function listLicences(
  services: Services,
  tenant: string,
  page: { readonly page: number; readonly size: number } = { page: 1, size: 1000 },
): Promise<readonly Licence[]> {
  const rows = await services.storage.find(licences, {
    where: { tenant },
    orderBy: [['id', 'asc']],
    limit: page.size,
    offset: (page.page - 1) * page.size,
  })
  return rows.map(toLicence)
}

/**
 * Authenticates a licence. Reads the storage, so that a revocation takes effect immediately. An unknown licence, one of
 * another tenant, an expired and a revoked one cause the same error.
 * @throws BillfoldError `caller.unauthenticated`
 */
export async function authenticateLicence(services: Services, tenant: string, licence: string): Promise<Licence> {
  const [row] = await services.storage.find(licences, { where: { licenceHash: hashLicence(licence) }, limit: 1 })
  const now = services.now()
  const isValid = row?.tenant === tenant && row.revokedAt === null && (row.expiresAt === null || row.expiresAt > now)
  if (row === undefined || !isValid) throw new BillfoldError('caller.unauthenticated')
  return toLicence(row)
}

/** Returns true if a licence with this id exists and is neither expired nor revoked. */
export async function isLicenceActive(services: Services, tenant: string, id: string): Promise<boolean> {
  const [row] = await services.storage.find(licences, { where: { id, tenant, revokedAt: null }, limit: 1 })
  return row !== undefined && (row.expiresAt === null || row.expiresAt > services.now())
}

/** No keyed hash is needed: 256 random bits cannot be guessed. */
function hashLicence(licence: string): string {
  return createHash('sha256').update(licence).digest('base64url')
}

function toLicence(row: LicenceRow): Licence {
  return {
    id: row.id,
    tenant: row.tenant,
    tag: row.tag,
    authLevel: row.authLevel === 'system' ? 'system' : 'standard',
    community: row.community ?? undefined,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt ?? undefined,
    revokedAt: row.revokedAt ?? undefined,
  }
}

function toIssues(error: z.ZodError): { path: string; message: string }[] {
  return error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
}
