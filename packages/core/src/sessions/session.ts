import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Place, seal, unseal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { type RowOf, type Update, update } from '../storage/index.ts'
import { authenticationSessions } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** A session, as it is kept. */
export type SessionRow = RowOf<typeof authenticationSessions>

/** The states of a session. It expires from all but the last two. */
export type SessionState = 'created' | 'opened' | 'face_verified' | 'succeeded' | 'failed'

/** What a session is for. */
export type Purpose = 'authenticate' | 'enroll'

/** What the relying party said about a session, beside what is in its row. */
export interface SessionDetails {
  readonly origin?: string | Readonly<Record<string, unknown>> | undefined
  readonly authtype?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** How long a session lives, in milliseconds: before anybody opens it, then, and once it has ended. */
export const sessionLife = { unopened: 60_000, opened: 600_000, ended: 600_000 } as const

/** A session of a tenant, whatever its state. @throws BillfoldError `session.unknown` */
export async function findSession(services: Services, tenant: string, id: string): Promise<SessionRow> {
  const [row] = await services.storage.find(authenticationSessions, { where: { id, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('session.unknown')
  return row
}

/** A session that can still be told about. @throws BillfoldError `session.unknown`, `session.expired` */
export async function liveSession(services: Services, tenant: string, id: string): Promise<SessionRow> {
  const row = await findSession(services, tenant, id)
  if (row.expiresAt <= services.now()) throw new BillfoldError('session.expired')
  return row
}

/** Refuses a step that is not due. @throws BillfoldError `session.step` */
export function assertState(session: SessionRow, ...states: readonly SessionState[]): void {
  if (!states.some((state) => state === session.state)) throw new BillfoldError('session.step')
}

/** The write that takes a session from the state it was read in to another. */
export function sessionMoves(
  session: SessionRow,
  now: number,
  set: Partial<SessionRow> & { readonly state: SessionState },
): Update {
  const { id, state, version } = session
  return update(authenticationSessions, {
    where: { id, state, version, expiresAt: { gt: now } },
    set,
    add: { version: 1 },
  })
}

/** What an ended session looks like. */
export function ended(
  state: 'succeeded' | 'failed',
  now: number,
): { readonly state: 'succeeded' | 'failed'; readonly endedAt: number; readonly expiresAt: number } {
  return { state, endedAt: now, expiresAt: now + sessionLife.ended }
}

/** Seals what the relying party said. */
export function sealDetails(
  services: Services,
  row: Pick<SessionRow, 'id' | 'tenant'>,
  details: SessionDetails,
): Promise<Uint8Array> {
  return seal(services.keyring, new TextEncoder().encode(JSON.stringify(details)), place(row, 'details'))
}

const record = z.record(z.string(), z.unknown())
const detailsShape = z.object({
  origin: z.union([z.string(), record]).optional(),
  authtype: z.string().optional(),
  metadata: record.optional(),
})

/** Opens what the relying party said. */
export async function openDetails(services: Services, row: SessionRow): Promise<SessionDetails> {
  const plain = await unseal(services.keyring, row.sealedDetails, place(row, 'details'))
  return detailsShape.parse(JSON.parse(new TextDecoder().decode(plain)))
}

/** Where a sealed value of a session lives. */
export function place({ tenant, id }: Pick<SessionRow, 'tenant' | 'id'>, field: string): Place {
  return { tenant, table: authenticationSessions.name, row: id, field }
}

/** SHA-256, base64url: for random secrets and for URLs, which need no key. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** What the keyring seals here. */
export const sealedSessions = [
  sealedColumn(authenticationSessions, 'sealedDetails', (row) => place(row, 'details')),
  sealedColumn(authenticationSessions, 'sealedLiveness', (row) => place(row, 'liveness')),
]
