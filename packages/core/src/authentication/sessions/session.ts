import type { Services } from '../../platform/services.ts'
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type EncryptionContext, seal, open } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import {
  check,
  type RowOf,
  type Storage,
  type Update,
  update,
  type Where,
  type Write,
  deleteInBatches,
  type ReportRows,
} from '../../kernel/storage/index.ts'
import { authenticationSessions, sessionValues } from './tables.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** The row of a session. */
export type SessionRow = RowOf<typeof authenticationSessions>

/** The states of a session. `succeeded` and `failed` are final. */
export type SessionState = 'created' | 'started' | 'face_verified' | 'succeeded' | 'failed'

/** The purpose of a session. */
export type SessionPurpose = 'authenticate' | 'enroll'

/** The sealed details of a session, as given by the relying party. */
export interface SessionDetails {
  readonly origin?: string | Readonly<Record<string, unknown>> | undefined
  readonly authtype?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** Lifetimes of a session by phase, in milliseconds: until it is started, until it ends, at the PIN step, and after it has ended. */
export const sessionTtl = { created: 60_000, started: 600_000, pin: 300_000, ended: 600_000 } as const

/** Loads a session of a tenant, in any state. @throws BillfoldError `session.not-found` */
export async function getSession(services: Services, tenant: string, id: string): Promise<SessionRow> {
  const [row] = await services.storage.find(authenticationSessions, { where: { id, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('session.not-found')
  return row
}

/** Loads a session that has not expired. @throws BillfoldError `session.not-found`, `session.expired` */
export async function getActiveSession(services: Services, tenant: string, id: string): Promise<SessionRow> {
  const row = await getSession(services, tenant, id)
  if (row.expiresAt <= services.now()) throw new BillfoldError('session.expired')
  return row
}

/** Requires one of these states. @throws BillfoldError `session.invalid-state` */
export function assertSessionState(session: SessionRow, ...states: readonly SessionState[]): void {
  if (!states.some((state) => state === session.state)) throw new BillfoldError('session.invalid-state')
}

/** Builds the write that moves a session from the state in which it was read to another. It applies only if the row has not changed. */
export function transitionSession(
  session: SessionRow,
  now: number,
  set: Partial<SessionRow> & { readonly state: SessionState },
): Update {
  return update(authenticationSessions, { where: unchanged(session, now), set, add: { version: 1 } })
}

/** Builds the precondition that a session has neither changed nor expired, for a step that leaves it as it is. */
export function sessionUnchanged(session: SessionRow, now: number): Write {
  return check(authenticationSessions, { where: unchanged(session, now) })
}

/** The columns that decisions about a session depend on. */
function unchanged(session: SessionRow, now: number): Where<SessionRow> {
  const { id, state, version, callerKey, faceAttempts, pinAttempts } = session
  return { id, state, version, callerKey, faceAttempts, pinAttempts, expiresAt: { gt: now } }
}

/**
 * Returns the columns that change when a session reaches the PIN step. It expires with the life of the PIN step, which a step token of a
 * reloaded page does not extend.
 */
export function awaitingPinState(
  { expiresAt }: SessionRow,
  now: number,
): { readonly state: 'face_verified'; readonly expiresAt: number } {
  return { state: 'face_verified', expiresAt: Math.min(expiresAt, now + sessionTtl.pin) }
}

/** Returns the columns that change when a session ends. */
export function endedState(
  state: 'succeeded' | 'failed',
  now: number,
): { readonly state: 'succeeded' | 'failed'; readonly endedAt: number; readonly expiresAt: number } {
  return { state, endedAt: now, expiresAt: now + sessionTtl.ended }
}

/** Retention of expired sessions: one day, during which they are reported as expired instead of not found. */
const expiredRetentionMs = 24 * 60 * 60 * 1000

/** Deletes the stored values of expired sessions, and the sessions a day later. */
export async function purgeExpiredSessions(storage: Storage, now: number, report?: ReportRows): Promise<void> {
  await deleteInBatches(storage, sessionValues, { expiresAt: { lte: now } }, report)
  await deleteInBatches(storage, authenticationSessions, { expiresAt: { lte: now - expiredRetentionMs } }, report)
}

/** Seals the details of a session. */
export function sealSessionDetails(
  services: Services,
  row: Pick<SessionRow, 'id' | 'tenant'>,
  details: SessionDetails,
): Promise<Uint8Array> {
  return seal(
    services.keyring,
    new TextEncoder().encode(JSON.stringify(details)),
    sessionEncryptionContext(row, 'details'),
  )
}

const record = z.record(z.string(), z.unknown())
const detailsSchema = z.object({
  origin: z.union([z.string(), record]).optional(),
  authtype: z.string().optional(),
  metadata: record.optional(),
})

/** Opens the sealed details of a session. */
export async function openSessionDetails(services: Services, row: SessionRow): Promise<SessionDetails> {
  const plain = await open(services.keyring, row.sealedDetails, sessionEncryptionContext(row, 'details'))
  return detailsSchema.parse(JSON.parse(new TextDecoder().decode(plain)))
}

/** The encryption context (AEAD associated data) of a sealed value of a session. */
export function sessionEncryptionContext(
  { tenant, id }: Pick<SessionRow, 'tenant' | 'id'>,
  field: string,
): EncryptionContext {
  return { tenant, table: authenticationSessions.name, row: id, field }
}

/** Computes the unkeyed SHA-256 hash, base64url. Only for random secrets and for URLs, where no key is needed. */
export function sha256Base64Url(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** The sealed columns of sessions, for re-encryption. */
export const sealedSessions = [
  sealedColumn(authenticationSessions, 'sealedDetails', (row) => sessionEncryptionContext(row, 'details')),
  sealedColumn(authenticationSessions, 'sealedLiveness', (row) => sessionEncryptionContext(row, 'liveness')),
]
