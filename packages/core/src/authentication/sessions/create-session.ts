import type { IdentityServices } from '../../identity/services.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, check, insert, isCommitError, type Write } from '../../kernel/storage/index.ts'
import { users } from '../../identity/users/table.ts'
import { type SessionPurpose, sealSessionDetails, type SessionDetails, sessionTtl, type SessionRow } from './session.ts'
import { authenticationSessions } from './tables.ts'

/** The input for a new session, from a relying party or the host. */
export interface CreateSessionInput extends SessionDetails {
  readonly community: string
  /** Id or tag of a verification configuration. Default: the configuration with the tag `default`. */
  readonly configuration?: string | undefined
  readonly purpose?: SessionPurpose | undefined
  readonly scopes?: readonly string[] | undefined
  /** The user to authenticate. If omitted, the user is identified by face, provided the configuration allows that. */
  readonly userId?: string | undefined
  /** True if the host has verified the user's identity, so that a face can be enrolled without a second factor. */
  readonly identityVerified?: boolean | undefined
  /** The public key to encrypt the result to: base64 of X and Y, 64 bytes. */
  readonly creatorKey?: string | undefined
}

/**
 * Builds a session and the writes that insert it. The caller commits them, alone or together with others.
 * @param columns columns that differ from the defaults
 * @throws BillfoldError `input.invalid` for an enrolment without a user
 */
export async function buildSession(
  services: IdentityServices,
  actor: Pick<Actor, 'tenant' | 'id'>,
  input: CreateSessionInput,
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
    identityVerified: input.identityVerified ?? false,
    sealedDetails: await sealSessionDetails(services, { id, tenant }, { origin, authtype, metadata }),
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
    expiresAt: createdAt + sessionTtl.created,
    endedAt: null,
    ...columns,
  }
  const userExists = userId === undefined ? [] : [check(users, { where: { id: userId, tenant, archivedAt: null } })]
  return { session, writes: [...userExists, insert(authenticationSessions, session)] }
}

/** A session to be created, and the writes that create it. */
export interface PreparedSession {
  readonly session: SessionRow
  readonly writes: readonly Write[]
}

/**
 * Prepares a session with its audit record. Convert the error of the commit with {@link toCreateSessionError}.
 * @throws BillfoldError `input.invalid`
 */
export async function prepareSession(
  services: IdentityServices,
  actor: Actor,
  input: CreateSessionInput,
): Promise<PreparedSession> {
  const { session, writes } = await buildSession(services, actor, input)
  const audit = auditWrite(actor, 'session.created', session.id, session.createdAt, { purpose: session.purpose })
  return { session, writes: [...writes, audit] }
}

/** Creates a session. @throws BillfoldError `input.invalid`, `user.not-found` */
export async function createSession(
  services: IdentityServices,
  actor: Actor,
  input: CreateSessionInput,
): Promise<SessionRow> {
  const { session, writes } = await prepareSession(services, actor, input)
  try {
    await services.storage.commit(batch(...writes))
  } catch (cause) {
    throw toCreateSessionError(cause, session)
  }
  return session
}

/** Converts the error of the commit that creates a session: with a user, a failed condition means that the user does not exist. */
export function toCreateSessionError(cause: unknown, { userId }: SessionRow): unknown {
  return isCommitError(cause) && userId !== null ? new BillfoldError('user.not-found', { cause }) : cause
}
