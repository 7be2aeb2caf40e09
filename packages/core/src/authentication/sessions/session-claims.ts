import type { IdentityServices } from '../../identity/services.ts'
import { z } from 'zod'
import type { Evidence, VerifierOutcome } from '../../identity/biometrics/verifier.ts'
import type { ControlsDid } from '../../identity/users/did-control.ts'
import type { Write } from '../../kernel/storage/index.ts'
import type { FactorMethod } from '../../platform/session-factor.ts'
import type { SessionRow } from './session.ts'
import { getUserDid } from './user-did.ts'
import { saveSessionJsonWrites, saveSessionValueWrites, findSessionJson, findSessionValue } from './session-values.ts'

/** The scopes that a session can request. */
export const sessionScopes = ['wallet', 'liveness_score', 'selfie', 'face_compare_score'] as const

/** A wallet of a user. */
export interface WalletClaim {
  readonly id: string
  /** The chain of the wallet, for example `ETHEREUM`. */
  readonly secretType: string
  readonly address: string
}

/** Lists the wallets of a user that are not archived, oldest first; at most 100. */
export type ListWalletClaims = (
  services: IdentityServices,
  tenant: string,
  userId: string,
) => Promise<readonly WalletClaim[]>

/**
 * How a user was authenticated (RFC 8176): `face`, `pin`; of a passkey `hwk` if it is bound to its authenticator, or `swk` if it may be
 * copied, and `user` if the authenticator verified its user.
 */
export type AuthenticationMethod = 'face' | 'pin' | FactorMethod

/** The claims that a relying party receives from a completed session, selected by its scopes. */
export interface SessionClaims {
  readonly userId: string
  /** The same as `userId`, as the vendor's helpers read it. */
  readonly userid: string
  /** The verified DID of the user, or the user id. */
  readonly did: string
  /** How the user was authenticated. */
  readonly amr: readonly AuthenticationMethod[]
  readonly wallet?: readonly WalletClaim[]
  readonly liveness_score?: number | null
  readonly face_compare_score?: number | null
  /** JPEG or PNG, base64. */
  readonly selfie?: string | null
}

const scoresSchema = z.object({
  liveness: z.number().nullable(),
  comparison: z.number().nullable(),
  /** True if no face was shown. */
  faceSkipped: z.boolean().optional(),
  /** What a passkey stood for, if there was one. */
  passkey: z.array(z.enum(['hwk', 'swk', 'user'])).optional(),
})

/** The face data retained for the scopes of a session. */
export interface RetainedFaceData {
  readonly scores: z.output<typeof scoresSchema> | undefined
  readonly selfie: Uint8Array | undefined
}

/** A face that passed verification. */
interface VerifiedFace {
  readonly evidence: Evidence
  readonly outcome: VerifierOutcome
  readonly liveness: VerifierOutcome | undefined
}

/** Selects the face data that the session's scopes request, and nothing else: a selfie is stored only if a scope requests it. */
export function selectRetainedFaceData(
  session: SessionRow,
  { liveness, outcome, evidence }: VerifiedFace,
): RetainedFaceData {
  const scopes = parseScopes(session)
  const needsScores = scopes.has('liveness_score') || scopes.has('face_compare_score')
  const image =
    evidence.kind === 'image' ? evidence.image : evidence.kind === 'frames' ? evidence.frames.at(-1) : undefined
  return {
    scores: needsScores ? { liveness: liveness?.score ?? null, comparison: outcome.score ?? null } : undefined,
    selfie: scopes.has('selfie') ? image?.bytes : undefined,
  }
}

/** Builds the writes that retain face data with its session. */
export async function retainFaceDataWrites(
  services: IdentityServices,
  session: SessionRow,
  { scores, selfie }: RetainedFaceData,
): Promise<readonly Write[]> {
  return [
    ...(scores === undefined ? [] : await saveSessionJsonWrites(services, session, 'result', scores)),
    ...(selfie === undefined ? [] : await saveSessionValueWrites(services, session, 'selfie', selfie)),
  ]
}

/** Builds the writes that note with a session that its user showed no face. */
export function markFaceSkippedWrites(
  services: IdentityServices,
  session: Pick<SessionRow, 'id' | 'tenant'>,
): Promise<readonly Write[]> {
  return saveSessionJsonWrites(services, session, 'result', { liveness: null, comparison: null, faceSkipped: true })
}

/** Builds the writes that note with a session that its user has signed in with a passkey, in place of a face. */
export function savePasskeyMethodsWrites(
  services: IdentityServices,
  session: Pick<SessionRow, 'id' | 'tenant'>,
  passkey: readonly FactorMethod[],
): Promise<readonly Write[]> {
  const result = { liveness: null, comparison: null, faceSkipped: true, passkey }
  return saveSessionJsonWrites(services, session, 'result', result)
}

/** Finds how the user of a session was authenticated. Only for a session that has succeeded. */
export async function findSessionMethods(
  services: IdentityServices,
  session: SessionRow,
): Promise<readonly AuthenticationMethod[]> {
  const { scores } = await findRetainedFaceData(services, session, new Set())
  return toMethods(session, scores)
}

function toMethods({ pinAttempts }: SessionRow, scores: RetainedFaceData['scores']): readonly AuthenticationMethod[] {
  return [
    ...(scores?.faceSkipped === true ? [] : (['face'] as const)),
    ...(scores?.passkey ?? []),
    // Only the PIN leads out of its step, so one that was tried was right in the end.
    ...(pinAttempts > 0 ? (['pin'] as const) : []),
  ]
}

/**
 * Loads the claims that the session's scopes request. Only for a session that has succeeded, or whose success is about to be committed.
 * @param uncommitted the face data of the same commit, which cannot be read from storage yet
 */
export async function getSessionClaims(
  {
    services,
    listWalletClaims,
    controlsDid,
  }: {
    readonly services: IdentityServices
    readonly listWalletClaims: ListWalletClaims
    readonly controlsDid: ControlsDid
  },
  session: SessionRow,
  uncommitted?: RetainedFaceData,
): Promise<SessionClaims> {
  const scopes = parseScopes(session)
  const userId = session.userId ?? ''
  const { scores, selfie } = uncommitted ?? (await findRetainedFaceData(services, session, scopes))
  return {
    userId,
    userid: userId,
    did: await getUserDid({ services, controlsDid }, session.tenant, userId),
    amr: toMethods(session, scores),
    ...(scopes.has('wallet') && { wallet: await listWalletClaims(services, session.tenant, userId) }),
    ...(scopes.has('liveness_score') && { liveness_score: scores?.liveness ?? null }),
    ...(scopes.has('face_compare_score') && { face_compare_score: scores?.comparison ?? null }),
    ...(scopes.has('selfie') && { selfie: selfie === undefined ? null : Buffer.from(selfie).toString('base64') }),
  }
}

async function findRetainedFaceData(
  services: IdentityServices,
  session: SessionRow,
  scopes: ReadonlySet<string>,
): Promise<RetainedFaceData> {
  return {
    scores: scoresSchema.safeParse(await findSessionJson(services, session, 'result')).data,
    selfie: scopes.has('selfie') ? await findSessionValue(services, session, 'selfie') : undefined,
  }
}

function parseScopes({ scopes }: SessionRow): ReadonlySet<string> {
  return new Set(scopes.split(' '))
}
