import {
  auditWrite,
  authorizeAct,
  eventWrites,
  type FactorSession,
  getUser,
  type RequestDigest,
  type StartedFactor,
  type VerifiedAssertion,
} from '@billfold/core/modules'
import { batch, check, retryOnConflict, update, type Write } from '@billfold/core/storage'
import { buildChallenge, consumeChallenge, createChallenge, getChallenge, isChallengeFor } from './challenges.ts'
import type { PasskeyContext } from './context.ts'
import { passkeyError, toRefusalError } from './declarations.ts'
import { noticeWrites } from './manage.ts'
import { findByCredential, listPasskeyRows } from './passkey-rows.ts'
import { type ChallengeRow, passkeyCredentials, type PasskeyRow } from './tables.ts'
import { findUserHandle } from './user-handles.ts'
import type { RequestOptionsJson } from './webauthn-json.ts'
import { toRequestOptions } from './webauthn-options.ts'

/** A user who signed in with a passkey. */
export interface PasskeySignIn {
  readonly userId: string
  readonly passkeyId: string
  /** True if the authenticator verified its user: the passkey then stands for two factors. */
  readonly userVerified: boolean
  /** Authentication methods (RFC 8176): `hwk` for a passkey bound to its authenticator, `swk` for one that is copied. */
  readonly amr: readonly ('hwk' | 'swk' | 'user')[]
}

/**
 * Creates the options to sign in.
 * @param userId the user whose passkeys may answer; undefined for whoever has one
 */
export async function startSignIn(context: PasskeyContext, userId: string | undefined): Promise<RequestOptionsJson> {
  const { services, settings, actor } = context
  const { tenant } = actor
  const allowed = userId === undefined ? [] : await listPasskeyRows(services, { tenant, userId })
  const challenge = await createChallenge(context, 'sign-in', userId ?? null)
  return toRequestOptions(settings, tenant, challenge, allowed)
}

/**
 * Completes a sign-in. Of several with one sign count at once the first is accepted; the others are decided again, on its count.
 * @throws BillfoldError of this module; `user.not-found` for an archived user
 */
export function completeSignIn(context: PasskeyContext, response: unknown): Promise<PasskeySignIn> {
  const { services, actor } = context
  return retryOnConflict(async () => {
    const challenge = await getChallenge(context, 'sign-in', response, undefined)
    const row = await getPresented(context, response)
    if (challenge.userId !== null && challenge.userId !== row.userId) throw passkeyError('passkey.unknown')
    const { userId } = row
    await assertHandle(context, row, response, challenge.userId === null)
    await getUser(services, actor.tenant, userId)
    const { userVerification } = context.settings
    const { verified, writes } = await prepareUse(context, challenge, row, response, userVerification)
    const allowed = await authorizeAct(services, () => ({ kind: 'login', actor, userId, content: 'passkey' }))
    await services.storage.commit(batch(...writes, auditSignIn(context, row), ...allowed))
    return toSignIn(row, verified)
  })
}

/** Starts a sign-in in an authentication session. */
export async function startSessionSignIn(context: PasskeyContext, session: FactorSession): Promise<StartedFactor> {
  const { challenge, expiresAt, write } = buildChallenge(context, 'session', null, { binding: { session } })
  const options = toRequestOptions(context.settings, session.tenant, challenge, [])
  return { options: { ...options }, expiresAt, writes: [write] }
}

/**
 * Verifies a sign-in in an authentication session, and prepares the writes that use it up. Call it within `retryOnConflict`.
 * @throws BillfoldError of this module; `user.not-found` for an archived user
 */
export async function prepareSessionSignIn(
  context: PasskeyContext,
  session: FactorSession & { readonly userId: string | null },
  response: unknown,
): Promise<{ readonly signIn: PasskeySignIn; readonly writes: readonly Write[] }> {
  const challenge = await getChallenge(context, 'session', response, undefined)
  if (!isChallengeFor(challenge, { session })) throw passkeyError('passkey.challenge-invalid')
  const row = await getPresented(context, response)
  await assertHandle(context, row, response, true)
  await getUser(context.services, session.tenant, row.userId)
  const { userVerification } = context.settings
  const { verified, writes } = await prepareUse(context, challenge, row, response, userVerification)
  // Only who holds the passkey learns that it is somebody else's.
  if (session.userId !== null && session.userId !== row.userId) throw passkeyError('passkey.other-user')
  return { signIn: toSignIn(row, verified), writes: [...writes, auditSignIn(context, row)] }
}

function auditSignIn({ services, actor }: PasskeyContext, { userId, id: passkeyId }: PasskeyRow): Write {
  return auditWrite(actor, 'passkey.signed-in', userId, services.now(), { passkeyId })
}

function toSignIn({ userId, id, backupEligible }: PasskeyRow, { userVerified }: VerifiedAssertion): PasskeySignIn {
  const key = backupEligible ? 'swk' : 'hwk'
  return { userId, passkeyId: id, userVerified, amr: userVerified ? [key, 'user'] : [key] }
}

/** Creates the options to use a passkey for one request. @throws BillfoldError `passkey.not-found` */
export async function startUse(
  context: PasskeyContext,
  row: PasskeyRow,
  request: RequestDigest,
): Promise<RequestOptionsJson> {
  const challenge = await createChallenge(context, 'use', row.userId, { binding: { request } })
  return toRequestOptions(context.settings, row.tenant, challenge, [row], row.prfSalt)
}

/**
 * Verifies an assertion of a passkey for exactly this request, and consumes it. Call it within `retryOnConflict`, with a row that is read
 * there.
 * @throws BillfoldError of this module
 */
export async function completeUse(
  context: PasskeyContext,
  row: PasskeyRow,
  request: RequestDigest,
  response: unknown,
): Promise<void> {
  const challenge = await getChallenge(context, 'use', response, row.userId)
  if (!isChallengeFor(challenge, { request })) throw passkeyError('passkey.challenge-invalid')
  const { writes } = await prepareUse(context, challenge, row, response, 'required')
  await context.services.storage.commit(batch(...writes))
}

/**
 * Verifies an assertion, and prepares the writes that consume its challenge. They belong in the commit of what it allows: of several
 * calls with one challenge, or with one sign count, on any number of processes, one succeeds.
 */
async function prepareUse(
  context: PasskeyContext,
  challenge: ChallengeRow,
  row: PasskeyRow,
  response: unknown,
  userVerification: 'required' | 'preferred',
): Promise<{ readonly verified: VerifiedAssertion; readonly writes: readonly Write[] }> {
  const verified = await verifyAssertion(context, challenge, row, response, userVerification)
  if (isCloned(row, verified)) return refuseClone(context, challenge, row)
  const { id, signCount, tenant } = row
  const lastUsedAt = context.services.now()
  const changes = { signCount: verified.signCount, backedUp: verified.backedUp, lastUsedAt }
  const used = update(passkeyCredentials, { where: { id, tenant, signCount }, set: changes })
  return { verified, writes: [consumeChallenge(challenge), used] }
}

async function verifyAssertion(
  { settings, actor: { tenant } }: PasskeyContext,
  { challenge }: ChallengeRow,
  row: PasskeyRow,
  response: unknown,
  userVerification: 'required' | 'preferred',
): Promise<VerifiedAssertion> {
  const { rpId, origins, relatedOrigins, topOrigins } = settings.relyingPartyOf(tenant)
  const verified = await settings.verifier.verifyAuthentication(response, row, {
    challenge,
    rpId,
    origins: [...origins, ...relatedOrigins],
    topOrigins,
    userVerification,
  })
  if (verified.refused !== undefined) throw toRefusalError(verified.refused)
  // WebAuthn Level 3 section 7.2 step 19: it is fixed when the credential is made.
  if (verified.backupEligible !== row.backupEligible) throw passkeyError('passkey.invalid')
  return verified
}

/** WebAuthn Level 3 section 7.2 step 22. Passkeys that are copied between devices do not count: both numbers are 0. */
function isCloned(row: PasskeyRow, { signCount }: VerifiedAssertion): boolean {
  return (row.signCount !== 0 || signCount !== 0) && signCount <= row.signCount
}

/** Records that there may be a copy of the authenticator. The signature was right, so the challenge is used up. */
async function refuseClone(context: PasskeyContext, challenge: ChallengeRow, row: PasskeyRow): Promise<never> {
  const { services, actor } = context
  const { id: passkeyId, userId, tenant, signCount } = row
  // A conflict is decided again: another call has used the challenge, which is no sign of a copy, or moved the count.
  await services.storage.commit(
    batch(
      consumeChallenge(challenge),
      check(passkeyCredentials, { where: { id: passkeyId, tenant, signCount } }),
      auditWrite(actor, 'passkey.cloned', passkeyId, services.now(), { userId }),
      ...eventWrites(services, tenant, 'passkey.cloned', { passkeyId, userId }),
      ...(await noticeWrites(services, 'security.passkey-cloned', row)),
    ),
  )
  throw passkeyError('passkey.cloned')
}

/** Returns the passkey that a response is of. @throws BillfoldError `passkey.unknown` */
async function getPresented({ services, actor }: PasskeyContext, response: unknown): Promise<PasskeyRow> {
  const credentialId: unknown = typeof response === 'object' && response !== null ? Reflect.get(response, 'rawId') : ''
  const row =
    typeof credentialId === 'string' ? await findByCredential(services, actor.tenant, credentialId) : undefined
  if (row === undefined) throw passkeyError('passkey.unknown')
  return row
}

/** WebAuthn Level 3 section 7.2 step 6: a discoverable credential says whose it is, and must be right. */
async function assertHandle(
  { services }: PasskeyContext,
  row: PasskeyRow,
  response: unknown,
  isRequired: boolean,
): Promise<void> {
  const made: unknown = typeof response === 'object' && response !== null ? Reflect.get(response, 'response') : {}
  const handle: unknown = typeof made === 'object' && made !== null ? Reflect.get(made, 'userHandle') : undefined
  if ((handle === undefined || handle === null) && !isRequired) return
  if (handle !== (await findUserHandle(services.storage, row))) throw passkeyError('passkey.unknown')
}
