import { z } from 'zod'

/** The maximum length of a credential id in bytes (WebAuthn Level 3 section 4). */
const maxCredentialIdBytes = 1023

/** Base64url without padding of at most this many bytes. */
const base64url = (maxBytes: number) =>
  z
    .string()
    .min(1)
    .max(Math.ceil((maxBytes * 4) / 3))
    .regex(/^[A-Za-z0-9_-]+$/)

const credential = {
  id: base64url(maxCredentialIdBytes),
  rawId: base64url(maxCredentialIdBytes),
  type: z.literal('public-key'),
}

/** The most that a browser puts into client data is a challenge and two origins. */
const clientDataJSON = base64url(4096)

/**
 * `RegistrationResponseJSON` (WebAuthn Level 3 section 5.1). What repeats the attestation object for convenience, and the
 * results of extensions, are not read here.
 */
export const registrationResponseSchema = z.object({
  ...credential,
  response: z.object({ clientDataJSON, attestationObject: base64url(16 * 1024) }),
})

/** `AuthenticationResponseJSON` (WebAuthn Level 3 section 5.1). */
export const authenticationResponseSchema = z.object({
  ...credential,
  response: z.object({
    clientDataJSON,
    // Without a credential, it has 37 bytes and the outputs of extensions.
    authenticatorData: base64url(1024),
    // RSA 4096 and ML-DSA-44 signatures have 512 and 2,420 bytes.
    signature: base64url(3072),
    userHandle: base64url(64).nullish(),
  }),
})

/** `CollectedClientData` (WebAuthn Level 3 section 5.8.1). */
export const clientDataSchema = z.object({
  type: z.string(),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.string().optional(),
})
