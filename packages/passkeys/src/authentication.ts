import {
  auditWrite,
  authorizeAct,
  eventWrites,
  getUser,
  type RequestDigest,
  type VerifiedAssertion,
} from '@billfold/core/modules'
import { batch, check, isCommitError, update, type Write } from '@billfold/core/storage'
import { consumeChallenge, createChallenge, getChallenge, isChallengeFor } from './challenges.ts'
import type { PasskeyContext } from './context.ts'
import { passkeyError, toRefusalError } from './declarations.ts'
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

/** Completes a sign-in. @throws BillfoldError of this module; `user.not-found` for an archived user */
export async function completeSignIn(context: PasskeyContext, response: unknown): Promise<PasskeySignIn> {
  const { services, actor } = context
  const { tenant } = actor
  const challenge = await getChallenge(context, 'sign-in', response, undefined)
  const row = await getPresented(context, response)
  if (challenge.userId !== null && challenge.userId !== row.userId) throw passkeyError('passkey.unknown')
  const { userId, id: passkeyId } = row
  await assertHandle(context, row, response, challenge.userId === null)
  await getUser(services, tenant, userId)
  const { userVerified } = await useOnce(
    context,
    challenge,
    row,
    response,
    context.settings.userVerification,
    async () => [
      auditWrite(actor, 'passkey.signed-in', userId, services.now(), { passkeyId }),
      ...(await authorizeAct(services, () => ({ kind: 'login', actor, userId, content: 'passkey' }))),
    ],
  )
  const key = row.backupEligible ? 'swk' : 'hwk'
  return { userId, passkeyId, userVerified, amr: userVerified ? [key, 'user'] : [key] }
}

/** Creates the options to use a passkey for one request. @throws BillfoldError `passkey.not-found` */
export async function startUse(
  context: PasskeyContext,
  row: PasskeyRow,
  request: RequestDigest,
): Promise<RequestOptionsJson> {
  const challenge = await createChallenge(context, 'use', row.userId, { request })
  return toRequestOptions(context.settings, row.tenant, challenge, [row], row.prfSalt)
}

/** Verifies an assertion of a passkey for exactly this request, and consumes it. @throws BillfoldError of this module */
export async function completeUse(
  context: PasskeyContext,
  row: PasskeyRow,
  request: RequestDigest,
  response: unknown,
): Promise<void> {
  const challenge = await getChallenge(context, 'use', response, row.userId)
  if (!isChallengeFor(challenge, request)) throw passkeyError('passkey.challenge-invalid')
  await useOnce(context, challenge, row, response, 'required', () => Promise.resolve([]))
}

/**
 * Verifies an assertion and consumes its challenge, with the writes of what it allows. Of several calls with one challenge, on
 * any number of processes, one succeeds.
 */
async function useOnce(
  context: PasskeyContext,
  challenge: ChallengeRow,
  row: PasskeyRow,
  response: unknown,
  userVerification: 'required' | 'preferred',
  listWrites: () => Promise<readonly Write[]>,
): Promise<VerifiedAssertion> {
  const { services } = context
  const verified = await verifyAssertion(context, challenge, row, response, userVerification)
  if (isCloned(row, verified)) return refuseClone(context, challenge, row)
  // Asked only once the assertion is verified: a stranger learns nothing about the policies of a user.
  const writes = await listWrites()
  const { id, signCount, tenant } = row
  const changes = { signCount: verified.signCount, backedUp: verified.backedUp, lastUsedAt: services.now() }
  const used = update(passkeyCredentials, { where: { id, tenant, signCount }, set: changes })
  try {
    await services.storage.commit(batch(consumeChallenge(challenge), used, ...writes))
    return verified
  } catch (cause) {
    // Another call has used the challenge or the passkey, or the passkey was removed.
    if (isCommitError(cause)) throw passkeyError('passkey.challenge-invalid', { cause })
    throw cause
  }
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
  const writes = [
    consumeChallenge(challenge),
    check(passkeyCredentials, { where: { id: passkeyId, tenant, signCount } }),
    auditWrite(actor, 'passkey.cloned', passkeyId, services.now(), { userId }),
    ...eventWrites(services, tenant, 'passkey.cloned', { passkeyId, userId }),
  ]
  try {
    await services.storage.commit(batch(...writes))
  } catch (cause) {
    // Another call has used the challenge meanwhile, which moved the count: no sign of a copy.
    if (isCommitError(cause)) throw passkeyError('passkey.challenge-invalid', { cause })
    throw cause
  }
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
