import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Actor, auditRecord } from '../audit/record.ts'
import { randomSecret } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError, type RowOf, update } from '../storage/index.ts'
import { licences } from './table.ts'

type LicenceRow = RowOf<typeof licences>

/** `system` licences read and reset service keys; all others are `standard`. */
export type AuthLevel = 'standard' | 'system'

/** What the host says about a new licence. */
export interface LicenceInput {
  /** What the host calls it: 1 to 128 characters. */
  readonly tag: string
  /** `standard`, unless said otherwise. */
  readonly authLevel?: AuthLevel
  /** The one community that it is good for, 1 to 128 characters; without it, all communities of the tenant. */
  readonly community?: string
  /** Milliseconds since 1970, in the future; without it, the licence is good until it is revoked. */
  readonly expiresAt?: number
}

/** A licence, without what it is used by. Times are milliseconds since 1970. */
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
 * Makes a licence. It is shown here only: 43 characters, 256 random bits in base64url.
 * @throws BillfoldError `input.invalid`
 */
export async function createLicence(
  services: Services,
  actor: Actor,
  input: LicenceInput,
): Promise<{ readonly id: string; readonly licence: string }> {
  const parsed = inputShape.safeParse(input)
  if (!parsed.success) throw new BillfoldError('input.invalid', { issues: issuesOf(parsed.error) })
  const { tag, authLevel, community = null, expiresAt = null } = parsed.data
  const createdAt = services.now()
  if (expiresAt !== null && expiresAt <= createdAt)
    throw new BillfoldError('input.invalid', { issues: [{ path: 'expiresAt', message: 'Not in the future' }] })
  const [id, licence] = [newId(), randomSecret(32)]
  const { tenant } = actor
  const row = { id, tenant, licenceHash: hashOf(licence), tag, authLevel, community, createdAt, expiresAt }
  await services.storage.commit(
    batch(
      insert(licences, { ...row, revokedAt: null }),
      auditRecord(actor, 'licence.created', id, createdAt, {
        tag,
        authLevel,
        ...(community !== null && { community }),
      }),
      ...eventWrites(services, tenant, 'licence.created', { licenceId: id, authLevel }),
    ),
  )
  return { id, licence }
}

/** Ends a licence at once, in all processes. @throws BillfoldError `licence.unknown` */
export async function revokeLicence(services: Services, actor: Actor, id: string): Promise<void> {
  const revokedAt = services.now()
  try {
    await services.storage.commit(
      batch(
        update(licences, { where: { id, tenant: actor.tenant, revokedAt: null }, set: { revokedAt } }),
        auditRecord(actor, 'licence.revoked', id, revokedAt),
        ...eventWrites(services, actor.tenant, 'licence.revoked', { licenceId: id }),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('licence.unknown', { cause: error })
    throw error
  }
}

/** The licences of a tenant, those that have ended too, oldest first; `page` counts from 1. */
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
  return rows.map(present)
}

/**
 * The licence of a tenant that this text is, as the storage has it now. One that is unknown, of another tenant, expired or revoked is told by
 * the same error.
 * @throws BillfoldError `caller.unauthenticated`
 */
export async function authenticateLicence(services: Services, tenant: string, licence: string): Promise<Licence> {
  const [row] = await services.storage.find(licences, { where: { licenceHash: hashOf(licence) }, limit: 1 })
  const now = services.now()
  const good = row?.tenant === tenant && row.revokedAt === null && (row.expiresAt === null || row.expiresAt > now)
  if (row === undefined || !good) throw new BillfoldError('caller.unauthenticated')
  return present(row)
}

/** Whether a licence with this id is there and has not ended. */
export async function hasLicence(services: Services, tenant: string, id: string): Promise<boolean> {
  const [row] = await services.storage.find(licences, { where: { id, tenant, revokedAt: null }, limit: 1 })
  return row !== undefined && (row.expiresAt === null || row.expiresAt > services.now())
}

/** Without a key: there is nothing to guess in 256 random bits. */
function hashOf(licence: string): string {
  return createHash('sha256').update(licence).digest('base64url')
}

function present(row: LicenceRow): Licence {
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

function issuesOf(error: z.ZodError): { path: string; message: string }[] {
  return error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
}
