import type { UserKey } from '@billfold/core/modules'
import { challengeLifetimeMs } from './challenges.ts'
import type { PasskeySettings } from './options.ts'
import type { PasskeyRow } from './tables.ts'
import type { CreationOptionsJson, CredentialDescriptorJson, RequestOptionsJson } from './webauthn-json.ts'

/** What the options of a new passkey say. */
export interface NewPasskey extends UserKey {
  readonly challenge: string
  /** Base64url. */
  readonly handle: string
  readonly userName: string
  readonly displayName: string
  /** Passkeys whose authenticators are to refuse. */
  readonly exclude: readonly PasskeyRow[]
  /** Input of the PRF extension if its output is wanted at once. */
  readonly prfSalt?: Uint8Array
}

/** Formats the options to create a passkey: always discoverable, so that it can sign in without a user name. */
export function toCreationOptions(settings: PasskeySettings, passkey: NewPasskey): CreationOptionsJson {
  const { rpId, rpName } = settings.relyingPartyOf(passkey.tenant)
  const { challenge, handle, userName, displayName, exclude, prfSalt } = passkey
  return {
    rp: { id: rpId, name: rpName },
    user: { id: handle, name: userName, displayName },
    challenge,
    pubKeyCredParams: settings.verifier.algorithms.map((alg) => ({ type: 'public-key', alg })),
    timeout: challengeLifetimeMs,
    excludeCredentials: exclude.map(toDescriptor),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: prfSalt === undefined ? settings.userVerification : 'required',
    },
    attestation: settings.attestation,
    extensions: prfSalt === undefined ? { prf: {} } : toPrfInputs(prfSalt),
  }
}

/**
 * Formats the options to use a passkey.
 * @param allowed the passkeys that may answer; empty for any that the user chooses
 * @param prfSalt input of the PRF extension; undefined to sign in, which must not evaluate it
 */
export function toRequestOptions(
  settings: PasskeySettings,
  tenant: string,
  challenge: string,
  allowed: readonly PasskeyRow[],
  prfSalt?: Uint8Array,
): RequestOptionsJson {
  return {
    challenge,
    rpId: settings.relyingPartyOf(tenant).rpId,
    timeout: challengeLifetimeMs,
    allowCredentials: allowed.map(toDescriptor),
    userVerification: prfSalt === undefined ? settings.userVerification : 'required',
    ...(prfSalt !== undefined && { extensions: toPrfInputs(prfSalt) }),
  }
}

function toPrfInputs(salt: Uint8Array): { readonly prf: { readonly eval: { readonly first: string } } } {
  return { prf: { eval: { first: Buffer.from(salt).toString('base64url') } } }
}

function toDescriptor({ credentialId: id, transports }: PasskeyRow): CredentialDescriptorJson {
  return { type: 'public-key', id, ...(transports !== '' && { transports: transports.split(' ') }) }
}
