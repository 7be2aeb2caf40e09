import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, check, insert, isCommitError, type Write } from '../storage/index.ts'
import { users } from '../users/table.ts'
import { type Purpose, sealDetails, type SessionDetails, sessionLife, type SessionRow } from './session.ts'
import { authenticationSessions } from './tables.ts'

/** What a relying party, or the host, says about a new session. */
export interface NewSession extends SessionDetails {
  readonly community: string
  /** Id or tag of a verification configuration; without one, the one tagged `default`. */
  readonly configuration?: string | undefined
  readonly purpose?: Purpose | undefined
  readonly scopes?: readonly string[] | undefined
  /** Whom it is about. Without it, an authentication finds its user by the face, where the configuration lets it. */
  readonly userId?: string | undefined
  /** The host's own word that the user may enrol a face without a further factor. */
  readonly vouched?: boolean | undefined
  /** The public key that the result is encrypted to: base64 of X and Y. */
  readonly creatorKey?: string | undefined
}

/** The write that makes a session, and the session; for a commit of its own or with more. */
export async function newSession(
  services: Services,
  actor: Pick<Actor, 'tenant' | 'id'>,
  input: NewSession,
  further: Partial<SessionRow> = {},
): Promise<{ readonly session: SessionRow; readonly writes: readonly Write[] }> {
  const { purpose = 'authenticate', userId } = input
  // Whose face it would be is never up to the face.
  if (purpose === 'enroll' && userId === undefined)
    throw new BillfoldError('input.invalid', { issues: [{ path: 'userId', message: 'Needed to enrol' }] })
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
    ...further,
  }
  const ofUser = userId === undefined ? [] : [check(users, { where: { id: userId, tenant, archivedAt: null } })]
  return { session, writes: [...ofUser, insert(authenticationSessions, session)] }
}

/** Makes a session. @throws BillfoldError `input.invalid`, `user.unknown` */
export async function createSession(
  services: Services,
  actor: Actor,
  input: NewSession,
  withIt: (session: SessionRow) => Promise<readonly Write[]> = () => Promise.resolve([]),
): Promise<SessionRow> {
  const { session, writes } = await newSession(services, actor, input)
  const audit = auditRecord(actor, 'session.created', session.id, session.createdAt, { purpose: session.purpose })
  try {
    await services.storage.commit(batch(...writes, audit, ...(await withIt(session))))
  } catch (cause) {
    if (isCommitError(cause) && input.userId !== undefined) throw new BillfoldError('user.unknown', { cause })
    throw cause
  }
  return session
}
