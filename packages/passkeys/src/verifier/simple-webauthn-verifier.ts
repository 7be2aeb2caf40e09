import { createHash } from 'node:crypto'
import type {
  PasskeyExpectation,
  PasskeyRefusal,
  PasskeyVerifier,
  RefusedPasskey,
  RegistrationExpectation,
  StoredCredential,
  VerifiedAssertion,
  VerifiedRegistration,
} from '@billfold/core/modules'
import { verifyRegistrationResponse } from '@simplewebauthn/server'
import {
  convertAAGUIDToString,
  decodeCredentialPublicKey,
  isoCBOR,
  type ParsedAuthenticatorData,
  parseAuthenticatorData,
  verifySignature,
} from '@simplewebauthn/server/helpers'
import { chainsToRoot } from './attestation-chain.ts'
import { isShallowCbor } from './cbor-depth.ts'
import { isCanonicalSignature } from './ecdsa-signature.ts'
import { authenticationResponseSchema, clientDataSchema, registrationResponseSchema } from './response-schemas.ts'

/** ES256, Ed25519 (EdDSA) and RS256: what authenticators in use have. */
const algorithms = [-7, -8, -257] as const

/** Thrown within this file; both functions turn it into a result. */
class Refusal extends Error {
  readonly reason: PasskeyRefusal
  constructor(reason: PasskeyRefusal, cause?: unknown) {
    super(reason, { cause })
    this.reason = reason
  }
}

/**
 * The default verifier: signatures, keys and attestation statements by `@simplewebauthn/server`, everything else checked before, so
 * that each refusal has its own name and hostile input reaches as little code as possible.
 *
 * @param options.algorithms COSE algorithms to offer, in this order. Default: ES256 (-7), EdDSA (-8), RS256 (-257)
 * @param options.now the clock for the validity of attestation certificates, in epoch milliseconds. Default: `Date.now`
 *
 * @example
 * ```ts
 * import { passkeys, simpleWebAuthnVerifier } from '@billfold/passkeys'
 *
 * const verifier = simpleWebAuthnVerifier({ algorithms: [-7] })
 * const rp = { rpId: 'example.com', rpName: 'Example', origins: ['https://example.com'] }
 * export const passkeysModule = passkeys({ ...rp, verifier })
 * ```
 */
export function simpleWebAuthnVerifier(
  options: { readonly algorithms?: readonly number[]; readonly now?: () => number } = {},
): PasskeyVerifier {
  const { now = Date.now } = options
  return {
    algorithms: options.algorithms ?? algorithms,
    verifyRegistration: (response, expected) => asResult(() => verifyRegistration(response, expected, now())),
    verifyAuthentication: (response, credential, expected) =>
      asResult(() => verifyAuthentication(response, credential, expected)),
  }
}

async function asResult<T>(verify: () => Promise<T>): Promise<T | RefusedPasskey> {
  try {
    return await verify()
  } catch (error) {
    return { refused: error instanceof Refusal ? error.reason : 'malformed' }
  }
}

async function verifyRegistration(
  input: unknown,
  expected: RegistrationExpectation,
  now: number,
): Promise<VerifiedRegistration> {
  const { id, rawId, type, response } = registrationResponseSchema.parse(input)
  assertClientData('webauthn.create', response.clientDataJSON, expected)
  const bytes = Uint8Array.from(Buffer.from(response.attestationObject, 'base64url'))
  const attestation = decodeMap(bytes)
  const authData = attestation.get('authData')
  if (!(authData instanceof Uint8Array)) throw new Refusal('malformed')
  const data = parseData(Uint8Array.from(authData))
  const { credentialID, credentialPublicKey, aaguid } = data
  if (credentialID === undefined || credentialPublicKey === undefined || aaguid === undefined)
    throw new Refusal('malformed')
  assertAuthenticatorData(data, expected)
  const algorithm: unknown = decodeCredentialPublicKey(credentialPublicKey).get(3)
  if (typeof algorithm !== 'number' || !expected.algorithms.includes(algorithm)) throw new Refusal('algorithm')
  if (id !== rawId || toBase64Url(credentialID) !== rawId) throw new Refusal('malformed')
  // A statement that nobody asked for is not even parsed: without it, nothing is signed.
  if (expected.attestation === 'direct') {
    assertTrusted(attestation, expected.attestationRoots, now)
    await verifyStatement({ id, rawId, type, response, clientExtensionResults: {} }, expected)
  }
  return {
    credentialId: rawId,
    publicKey: credentialPublicKey,
    algorithm,
    aaguid: convertAAGUIDToString(aaguid),
    ...toAssertion(data),
  }
}

/** Verifies the attestation statement of a registration, of whatever format. */
async function verifyStatement(
  response: Parameters<typeof verifyRegistrationResponse>[0]['response'],
  expected: RegistrationExpectation,
): Promise<void> {
  const { verified } = await refuseErrors('attestation', () =>
    verifyRegistrationResponse({
      response,
      expectedChallenge: expected.challenge,
      expectedOrigin: [...expected.origins],
      expectedRPID: expected.rpId,
      requireUserVerification: expected.userVerification === 'required',
      supportedAlgorithmIDs: [...expected.algorithms],
    }),
  )
  if (!verified) throw new Refusal('attestation')
}

async function verifyAuthentication(
  input: unknown,
  { credentialId, publicKey }: StoredCredential,
  expected: PasskeyExpectation,
): Promise<VerifiedAssertion> {
  const { id, rawId, response } = authenticationResponseSchema.parse(input)
  const { clientDataJSON, authenticatorData, signature } = response
  if (id !== rawId) throw new Refusal('malformed')
  if (rawId !== credentialId) throw new Refusal('signature')
  assertClientData('webauthn.get', clientDataJSON, expected)
  const bytes = Uint8Array.from(Buffer.from(authenticatorData, 'base64url'))
  const data = parseData(bytes)
  assertAuthenticatorData(data, expected)
  const isSigned = await refuseErrors('signature', () => {
    const key = Uint8Array.from(publicKey)
    const algorithm: unknown = decodeCredentialPublicKey(key).get(3)
    const made = Uint8Array.from(Buffer.from(signature, 'base64url'))
    if (!isCanonicalSignature(algorithm, made)) throw new Refusal('signature')
    return verifySignature({ signature: made, data: toSigned(bytes, clientDataJSON), credentialPublicKey: key })
  })
  if (!isSigned) throw new Refusal('signature')
  return toAssertion(data)
}

/** WebAuthn Level 3 section 7.2 steps 19 and 20: what an authenticator signs. */
function toSigned(authenticatorData: Uint8Array, clientDataJSON: string): Uint8Array<ArrayBuffer> {
  const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest()
  return Uint8Array.from(Buffer.concat([authenticatorData, hash]))
}

/** WebAuthn Level 3 section 7.1 steps 7 to 11, and section 7.2 steps 10 to 14. */
function assertClientData(
  type: 'webauthn.create' | 'webauthn.get',
  encoded: string,
  { challenge, origins, topOrigins }: PasskeyExpectation,
): void {
  const clientData = clientDataSchema.parse(JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')))
  if (clientData.type !== type) throw new Refusal('malformed')
  if (clientData.challenge !== challenge) throw new Refusal('challenge')
  if (!origins.includes(clientData.origin)) throw new Refusal('origin')
  const { topOrigin, crossOrigin = false } = clientData
  if (!crossOrigin && topOrigin !== undefined) throw new Refusal('malformed')
  // A browser that does not name the page around the frame is trusted if any page may be there.
  const isFramed = topOrigin === undefined ? topOrigins.length > 0 : topOrigins.includes(topOrigin)
  if (crossOrigin && !isFramed) throw new Refusal('origin')
}

/** WebAuthn Level 3 section 7.1 steps 13 to 17, and section 7.2 steps 15 to 18. */
function assertAuthenticatorData(
  { rpIdHash, flags }: ParsedAuthenticatorData,
  { rpId, userVerification }: PasskeyExpectation,
): void {
  if (!createHash('sha256').update(rpId).digest().equals(rpIdHash)) throw new Refusal('rp-id')
  if (!flags.up || (userVerification === 'required' && !flags.uv)) throw new Refusal('user-verification')
  if (flags.bs && !flags.be) throw new Refusal('malformed')
}

/** More than any authenticator sends: a credential id of 1,023 bytes, a post-quantum key, and extensions. */
const maxAuthenticatorDataBytes = 4096

function parseData(bytes: Uint8Array<ArrayBuffer>): ParsedAuthenticatorData {
  if (bytes.length > maxAuthenticatorDataBytes) throw new Refusal('malformed')
  return parseAuthenticatorData(bytes)
}

function decodeMap(bytes: Uint8Array<ArrayBuffer>): ReadonlyMap<unknown, unknown> {
  if (!isShallowCbor(bytes)) throw new Refusal('malformed')
  const decoded: unknown = isoCBOR.decodeFirst(bytes)
  if (!(decoded instanceof Map)) throw new Refusal('malformed')
  return decoded
}

/** WebAuthn Level 3 section 7.1 steps 23 and 24: the certificates chain to a trusted root. */
function assertTrusted(attestation: ReadonlyMap<unknown, unknown>, roots: readonly Uint8Array[], now: number): void {
  if (roots.length === 0) return
  const statement = attestation.get('attStmt')
  const certificates: unknown = statement instanceof Map ? statement.get('x5c') : undefined
  if (!Array.isArray(certificates) || !certificates.every((one) => one instanceof Uint8Array))
    throw new Refusal('attestation')
  if (!chainsToRoot(certificates, roots, now)) throw new Refusal('attestation')
}

/** The library throws for some wrong signatures and statements, and returns false for others. */
async function refuseErrors<T>(reason: PasskeyRefusal, verify: () => Promise<T>): Promise<T> {
  try {
    return await verify()
  } catch (error) {
    throw new Refusal(reason, error)
  }
}

function toAssertion({ counter, flags }: ParsedAuthenticatorData): VerifiedAssertion {
  return { signCount: counter, userVerified: flags.uv, backupEligible: flags.be, backedUp: flags.bs }
}

function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
