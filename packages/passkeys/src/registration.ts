import { randomBytes } from 'node:crypto'
import { newId } from '@billfold/core'
import { auditWrite, eventWrites, type UserKey, type VerifiedRegistration } from '@billfold/core/modules'
import { insert, type Write } from '@billfold/core/storage'
import { z } from 'zod'
import { consumeChallenge, createChallenge, getChallenge } from './challenges.ts'
import type { PasskeyContext } from './context.ts'
import { passkeyError, toRefusalError } from './declarations.ts'
import { noticeWrites } from './manage.ts'
import { findByCredential, hashCredentialId, listPasskeyRows, sealName } from './passkey-rows.ts'
import { type ChallengeRow, passkeyCredentials, type PasskeyRow } from './tables.ts'
import { countPasskey, ensureUserHandle, maxPasskeys } from './user-handles.ts'
import type { CreationOptionsJson } from './webauthn-json.ts'
import { toCreationOptions } from './webauthn-options.ts'

/** How a user is called in the dialogs of authenticators, at most 64 characters each. */
export interface PasskeyUserNames {
  readonly userName: string
  /** Default: `userName`. */
  readonly displayName?: string | undefined
}

/** A registration that was verified, and is not stored yet. */
export interface PreparedPasskey {
  readonly row: PasskeyRow
  /** Belong in one commit. */
  readonly writes: readonly Write[]
}

/** The passkeys that a new one must not stand beside on one authenticator. */
const excluded = {
  create: () => true,
  // On the authenticator of a passkey that only signs in, a new one for both takes its place.
  enrol: ({ methodId }: PasskeyRow) => methodId !== null,
} as const

/**
 * Creates the options for a new passkey of a user.
 * @param purpose `enrol` for one that opens keys
 * @throws BillfoldError `passkey.limit-reached`
 */
export async function startRegistration(
  context: PasskeyContext,
  purpose: 'create' | 'enrol',
  user: UserKey,
  { userName, displayName = userName }: PasskeyUserNames,
): Promise<CreationOptionsJson> {
  const { services, settings } = context
  const rows = await listPasskeyRows(services, user)
  if (rows.length >= maxPasskeys) throw passkeyError('passkey.limit-reached')
  const handle = await ensureUserHandle(services.storage, user)
  const prfSalt = randomBytes(32)
  const challenge = await createChallenge(context, purpose, user.userId, { prfSalt })
  const exclude = rows.filter(excluded[purpose])
  const evaluated = purpose === 'enrol' ? { prfSalt } : {}
  return toCreationOptions(settings, { ...user, challenge, handle, userName, displayName, exclude, ...evaluated })
}

/** What is to be registered. */
export interface Registration {
  readonly purpose: 'create' | 'enrol'
  /** A `RegistrationResponseJSON`, not yet validated. */
  readonly response: unknown
  /** At most 64 characters. Default: `Passkey`. */
  readonly name?: string | undefined
  /** The signing method that it becomes. */
  readonly methodId: string | null
}

/**
 * Verifies a new passkey and prepares the writes that store it.
 * @throws BillfoldError of this module
 */
export async function prepareRegistration(
  context: PasskeyContext,
  user: UserKey,
  { purpose, response, name = 'Passkey', methodId }: Registration,
): Promise<PreparedPasskey> {
  const { services, actor } = context
  const { tenant, userId } = user
  const { transports, prf } = readRegistration(response)
  const challenge = await getChallenge(context, purpose, response, userId)
  const verified = await verifyRegistration(context, challenge, purpose, response)
  if ((await findByCredential(services, tenant, verified.credentialId)) !== undefined)
    throw passkeyError('passkey.exists')
  if ((await listPasskeyRows(services, user)).length >= maxPasskeys) throw passkeyError('passkey.limit-reached')
  const id = newId()
  const createdAt = services.now()
  const { credentialId, publicKey, algorithm, signCount, aaguid, backupEligible, backedUp } = verified
  const row: PasskeyRow = {
    id,
    tenant,
    userId,
    methodId,
    credentialId,
    credentialHash: hashCredentialId(credentialId),
    publicKey,
    algorithm,
    signCount,
    aaguid,
    backupEligible,
    backedUp,
    transports,
    prf,
    prfSalt: challenge.prfSalt ?? randomBytes(32),
    sealedName: await sealName(services, { tenant, id }, name),
    createdAt,
    lastUsedAt: null,
  }
  const opensKeys = methodId !== null
  // The signing method has a notice of its own.
  const notice = opensKeys ? [] : await noticeWrites(services, 'security.passkey-created', row)
  return {
    row,
    writes: [
      consumeChallenge(challenge),
      countPasskey(user, 1),
      insert(passkeyCredentials, row),
      auditWrite(actor, 'passkey.created', id, createdAt, { userId, aaguid, opensKeys }),
      ...eventWrites(services, tenant, 'passkey.created', { passkeyId: id, userId, opensKeys }),
      ...notice,
    ],
  }
}

async function verifyRegistration(
  { settings, actor: { tenant } }: PasskeyContext,
  { challenge }: ChallengeRow,
  purpose: Registration['purpose'],
  response: unknown,
): Promise<VerifiedRegistration> {
  const { verifier, allowedAaguids, attestation, attestationRoots } = settings
  const { rpId, origins, relatedOrigins, topOrigins } = settings.relyingPartyOf(tenant)
  const verified = await verifier.verifyRegistration(response, {
    challenge,
    rpId,
    origins: [...origins, ...relatedOrigins],
    topOrigins,
    userVerification: purpose === 'enrol' ? 'required' : settings.userVerification,
    algorithms: verifier.algorithms,
    attestation,
    attestationRoots,
  })
  if (verified.refused !== undefined) throw toRefusalError(verified.refused)
  if (allowedAaguids !== undefined && !allowedAaguids.has(verified.aaguid))
    throw passkeyError('passkey.authenticator-refused')
  return verified
}

/** The parts of a `RegistrationResponseJSON` that nobody signs. */
const unsignedSchema = z.object({
  response: z.object({ transports: z.array(z.string().max(32)).max(16).optional() }),
  clientExtensionResults: z
    .object({ prf: z.object({ enabled: z.boolean().optional(), results: z.unknown().optional() }).optional() })
    .optional(),
})

const knownTransports: ReadonlySet<string> = new Set(['ble', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'])

/**
 * Reads what the browser says about the authenticator.
 * @throws BillfoldError `passkey.prf-output-sent` if the response has the secret that must stay in the browser
 */
export function readRegistration(response: unknown): { readonly transports: string; readonly prf: boolean } {
  const parsed = unsignedSchema.safeParse(response)
  if (!parsed.success) throw passkeyError('passkey.invalid', { cause: parsed.error })
  const { response: made, clientExtensionResults: { prf } = {} } = parsed.data
  if (prf?.results !== undefined) throw passkeyError('passkey.prf-output-sent')
  const transports = new Set((made.transports ?? []).filter((transport) => knownTransports.has(transport)))
  return { transports: [...transports].join(' '), prf: prf?.enabled === true }
}
