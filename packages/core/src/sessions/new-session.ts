import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, check, insert, isCommitError, type Write } from '../storage/index.ts'
import { users } from '../users/table.ts'
import { type Purpose, sealDetails, type SessionDetails, sessionLife, type SessionRow } from './session.ts'
import { authenticationSessions } from './tables.ts'

/** The input for a new session, from a relying party or the host. */
export interface NewSession extends SessionDetails {
  readonly community: string
  /** Id or tag of a verification configuration. Default: the configuration with the tag `default`. */
  readonly configuration?: string | undefined
  readonly purpose?: Purpose | undefined
  readonly scopes?: readonly string[] | undefined
  /** The user to authenticate. If omitted, the user is identified by face, provided the configuration allows that. */
  readonly userId?: string | undefined
  /** True if the host has verified the user's identity, so that a face can be enrolled without a second factor. */
  readonly vouched?: boolean | undefined
  /** The public key to encrypt the result to: base64 of X and Y, 64 bytes. */
  readonly creatorKey?: string | undefined
}

/**
 * Builds a session and the writes that insert it. The caller commits them, alone or together with others.
 * @param columns columns that differ from the defaults
 * @throws BillfoldError `input.invalid` for an enrolment without a user
 */
export async function newSession(
  services: Services,
  actor: Pick<Actor, 'tenant' | 'id'>,
  input: NewSession,
  columns: Partial<SessionRow> = {},
): Promise<{ readonly session: SessionRow; readonly writes: readonly Write[] }> {
  const { purpose = 'authenticate', userId } = input
  // The owner of an enrolled face is never derived from the face.
  if (purpose === 'enroll' && userId === undefined)
    throw new BillfoldError('input.invalid', {
      issues: [{ path: 'userId', message: 'Required when purpose is "enroll"' }],
    })
  const { tenant } = actor
  const [id, createdAt] = [newId(), services.now()]
  const { origin, authtype, metadata } = input
  const session: SessionRow = {
    id,
    tenant,
    community: input.community,
    configuration: input.configuration ?? null,
    purpose,
    state: 'created',
    version: 1,
    creatorId: actor.id,
    creatorKey: input.creatorKey ?? null,
    scopes: (input.scopes ?? []).join(' '),
    userId: userId ?? null,
    vouched: input.vouched ?? false,
    sealedDetails: await sealDetails(services, { id, tenant }, { origin, authtype, metadata }),
    sourceHash: null,
    browserHash: null,
    callerKey: null,
    device: null,
    faceAttempts: 0,
    pinAttempts: 0,
    sealedLiveness: null,
    livenessRound: 0,
    failure: null,
    createdAt,
    expiresAt: createdAt + sessionLife.unopened,
    endedAt: null,
    ...columns,
  }
  const userExists = userId === undefined ? [] : [check(users, { where: { id: userId, tenant, archivedAt: null } })]
  return { session, writes: [...userExists, insert(authenticationSessions, session)] }
}

/**
 * Creates a session.
 * @param additionalWrites builds further writes for the same commit
 * @throws BillfoldError `input.invalid`, `user.not-found`
 */
export async function createSession(
  services: Services,
  actor: Actor,
  input: NewSession,
  additionalWrites: (session: SessionRow) => Promise<readonly Write[]> = () => Promise.resolve([]),
): Promise<SessionRow> {
  const { session, writes } = await newSession(services, actor, input)
  const audit = auditRecord(actor, 'session.created', session.id, session.createdAt, { purpose: session.purpose })
  try {
    await services.storage.commit(batch(...writes, audit, ...(await additionalWrites(session))))
  } catch (cause) {
    if (isCommitError(cause) && input.userId !== undefined) throw new BillfoldError('user.unknown', { cause })
    throw cause
  }
  return session
}
