/** Why a passkey was refused. Each has an error code of the passkeys module. */
export type PasskeyRefusal =
  /** Not of the shape of WebAuthn Level 3, or larger than an authenticator makes it. */
  | 'malformed'
  /** Made for another challenge. */
  | 'challenge'
  /** Made at an origin, or in a frame of an origin, that is not allowed. */
  | 'origin'
  /** Made for another relying party. */
  | 'rp-id'
  /** The user was not verified although that was required, or was not present. */
  | 'user-verification'
  /** The key has an algorithm that was not offered. */
  | 'algorithm'
  /** The attestation is wrong, or does not chain to a trusted root. */
  | 'attestation'
  | 'signature'

/** A refused passkey. */
export interface RefusedPasskey {
  readonly refused: PasskeyRefusal
}

/** What both ceremonies expect. */
export interface PasskeyExpectation {
  /** The challenge, base64url. */
  readonly challenge: string
  readonly rpId: string
  /** The origins of pages at which the ceremony may run: `https://example.com`. */
  readonly origins: readonly string[]
  /** The origins of pages that may embed such a page in a frame. */
  readonly topOrigins: readonly string[]
  readonly userVerification: 'required' | 'preferred'
}

/** What a registration is expected to be. */
export interface RegistrationExpectation extends PasskeyExpectation {
  /** COSE algorithms that were offered. */
  readonly algorithms: readonly number[]
  /** `none` ignores the attestation statement, `direct` verifies it. */
  readonly attestation: 'none' | 'direct'
  /** Root certificates of attestations, DER. The statement must chain to one of them, unless the list is empty. */
  readonly attestationRoots: readonly Uint8Array[]
}

/** A credential that was created. */
export interface VerifiedRegistration {
  readonly refused?: undefined
  /** Base64url. */
  readonly credentialId: string
  /** COSE_Key, CBOR (RFC 9052 section 7). */
  readonly publicKey: Uint8Array
  /** COSE algorithm of the key: -7 is ES256. */
  readonly algorithm: number
  readonly signCount: number
  /** Make of the authenticator, as a UUID; all zeros if it does not say. */
  readonly aaguid: string
  readonly userVerified: boolean
  /** True if the credential may be copied to other devices of the user, by its provider. */
  readonly backupEligible: boolean
  readonly backedUp: boolean
}

/** A credential as it was stored at its registration. */
export interface StoredCredential {
  readonly credentialId: string
  readonly publicKey: Uint8Array
}

/** An assertion whose signature is right. The caller compares the sign count and the backup flags with the stored ones. */
export interface VerifiedAssertion {
  readonly refused?: undefined
  readonly signCount: number
  readonly userVerified: boolean
  readonly backupEligible: boolean
  readonly backedUp: boolean
}

/**
 * Verifies the two ceremonies of WebAuthn Level 3 (sections 7.1 and 7.2). It keeps no state: challenges, credentials and
 * sign counts are those of the caller. It never throws for input, whatever that is.
 */
export interface PasskeyVerifier {
  /** The COSE algorithms that can be verified, in the order in which they are offered. */
  readonly algorithms: readonly number[]
  /** @param response a `RegistrationResponseJSON`, not yet validated */
  readonly verifyRegistration: (
    response: unknown,
    expected: RegistrationExpectation,
  ) => Promise<VerifiedRegistration | RefusedPasskey>
  /** @param response an `AuthenticationResponseJSON` of the credential, not yet validated */
  readonly verifyAuthentication: (
    response: unknown,
    credential: StoredCredential,
    expected: PasskeyExpectation,
  ) => Promise<VerifiedAssertion | RefusedPasskey>
}
