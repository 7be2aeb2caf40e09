import assert from 'node:assert/strict'
import type {
  PasskeyRefusal,
  PasskeyVerifier,
  RegistrationExpectation,
  VerifiedRegistration,
} from '@billfold/core/modules'
import { attestationRoot, type WebAuthnVector, webAuthnVectors } from './webauthn-vectors.ts'

/** One requirement of the passkey verifier contract. `run` rejects if the verifier violates it. */
export interface PasskeyVerifierCase {
  readonly name: string
  readonly run: (verifier: PasskeyVerifier) => Promise<void>
}

const toBase64Url = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url')
const root = Buffer.from(attestationRoot, 'hex')
/** A certificate authority of the same kind, of which no vector knows. */
const otherRoot = Buffer.from(
  '308201853082012ba0030201020214480274098789dbb414ab621b459db106c81489b3300a06082a8648ce3d04030230173115301306035504030c0c416e6f7468657220726f6f743020170d3236313133303137313433395a180f33303236303430323137313433395a30173115301306035504030c0c416e6f7468657220726f6f743059301306072a8648ce3d020106082a8648ce3d03010703420004eb52039d4ae497160724656369296bc2597e00cc843224352eefe84dc35d08d05abad1b29fcbe053fb05cc536b95d98554954914188fd6957b909ff72286fcf8a3533051301d0603551d0e041604142e6172d54d6605c8fc4e02f18734fdb7a4b43d18301f0603551d230418301680142e6172d54d6605c8fc4e02f18734fdb7a4b43d18300f0603551d130101ff040530030101ff300a06082a8648ce3d04030203480030450220713d0b7ee2ca6eb1bab0353e5990a29687bb6a50eb9ed32ac8930d3e9d9584de022100ab1eb961176d3383ce9ace4a5bb24015cbd74136e45f1d502dcba8320d2ed075',
  'hex',
)

/** Half of the vectors have no user verification. */
function expectation(challenge: string, algorithm: number): RegistrationExpectation {
  return {
    challenge: toBase64Url(challenge),
    rpId: 'example.org',
    origins: ['https://example.org'],
    topOrigins: ['https://example.com'],
    userVerification: 'preferred',
    algorithms: [algorithm],
    attestation: 'none',
    attestationRoots: [],
  }
}

function registrationOf({ registration }: WebAuthnVector) {
  const id = toBase64Url(registration.credentialId)
  const response = {
    clientDataJSON: toBase64Url(registration.clientDataJson),
    attestationObject: toBase64Url(registration.attestationObject),
  }
  return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} }
}

function authenticationOf({ registration, authentication }: WebAuthnVector) {
  const id = toBase64Url(registration.credentialId)
  const response = {
    clientDataJSON: toBase64Url(authentication.clientDataJson),
    authenticatorData: toBase64Url(authentication.authenticatorData),
    signature: toBase64Url(authentication.signature),
  }
  return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} }
}

async function register(
  verifier: PasskeyVerifier,
  vector: WebAuthnVector,
  changes: Partial<RegistrationExpectation> = {},
): Promise<VerifiedRegistration> {
  const expected = { ...expectation(vector.registration.challenge, vector.algorithm), ...changes }
  const result = await verifier.verifyRegistration(registrationOf(vector), expected)
  if (result.refused !== undefined) assert.fail(`${vector.title} was refused: ${result.refused}`)
  return result
}

async function authenticate(
  verifier: PasskeyVerifier,
  vector: WebAuthnVector,
  changes: Partial<RegistrationExpectation> = {},
): Promise<PasskeyRefusal | undefined> {
  const credential = await register(verifier, vector)
  const expected = { ...expectation(vector.authentication.challenge, vector.algorithm), ...changes }
  return (await verifier.verifyAuthentication(authenticationOf(vector), credential, expected)).refused
}

/** The first vector: ES256 without an attestation, with user verification. */
const [plain = assert.fail('there are no vectors')] = webAuthnVectors
/**
 * Attestations that the suite requires. The other formats are rooted in the vendors of platforms, of which a verifier may trust
 * only their real roots.
 */
const isPacked = ({ title }: WebAuthnVector): boolean => title.startsWith('Packed')
const framed = webAuthnVectors.filter(({ crossOrigin }) => crossOrigin)
/** Vectors that need an algorithm which the verifier does not offer are no requirement. */
const offered = ({ algorithms }: PasskeyVerifier) =>
  webAuthnVectors.filter(({ algorithm }) => algorithms.includes(algorithm))

const vectorCases = webAuthnVectors.map(({ title, algorithm }): PasskeyVerifierCase => {
  return {
    name: `accepts the vector "${title}", or does not offer its algorithm`,
    run: async (verifier) => {
      const vector = offered(verifier).find((one) => one.title === title)
      if (vector === undefined) return assert.ok(!verifier.algorithms.includes(algorithm))
      const { credentialId, algorithm: verified, signCount, aaguid } = await register(verifier, vector)
      assert.equal(credentialId, toBase64Url(vector.registration.credentialId))
      assert.equal(verified, algorithm)
      assert.equal(signCount, 0)
      // U2F authenticators have no AAGUID.
      if (!title.includes('U2F')) assert.equal(aaguid.replaceAll('-', ''), vector.registration.aaguid)
      assert.equal(await authenticate(verifier, vector), undefined)
    },
  }
})

const expectationCases: readonly PasskeyVerifierCase[] = (
  [
    ['another challenge', { challenge: toBase64Url('00'.repeat(32)) }, 'challenge'],
    ['another origin', { origins: ['https://example.com'] }, 'origin'],
    ['another relying party', { rpId: 'example.com' }, 'rp-id'],
  ] as const
).map(([what, changes, refused]) => ({
  name: `refuses a registration and an authentication of ${what}`,
  run: async (verifier) => {
    const expected = { ...expectation(plain.registration.challenge, plain.algorithm), ...changes }
    assert.deepEqual(await verifier.verifyRegistration(registrationOf(plain), expected), { refused })
    assert.equal(await authenticate(verifier, plain, changes), refused)
  },
}))

/** The contract of {@link PasskeyVerifier}: the test vectors of WebAuthn Level 3 section 16, and what must be refused. */
export const passkeyVerifierCases: readonly PasskeyVerifierCase[] = [
  { name: 'offers ES256', run: async ({ algorithms }) => assert.ok(algorithms.includes(-7)) },
  ...vectorCases,
  ...expectationCases,
  {
    name: 'accepts packed attestations for their root, and refuses credentials without one',
    run: async (verifier) => {
      for (const vector of offered(verifier).filter((one) => isPacked(one) || !one.attested)) {
        const trusting = { attestation: 'direct', attestationRoots: [root] } as const
        const expected = { ...expectation(vector.registration.challenge, vector.algorithm), ...trusting }
        const result = await verifier.verifyRegistration(registrationOf(vector), expected)
        assert.equal(result.refused, vector.attested ? undefined : 'attestation', vector.title)
      }
    },
  },
  {
    name: 'refuses attestations that chain to another root',
    run: async (verifier) => {
      const attested = offered(verifier).filter((one) => one.attested)
      assert.ok(attested.length > 0)
      for (const vector of attested) {
        const trusting = { attestation: 'direct', attestationRoots: [otherRoot] } as const
        const expected = { ...expectation(vector.registration.challenge, vector.algorithm), ...trusting }
        assert.deepEqual(await verifier.verifyRegistration(registrationOf(vector), expected), {
          refused: 'attestation',
        })
      }
    },
  },
  {
    name: 'refuses a key whose algorithm was not offered',
    run: async (verifier) => {
      const expected = expectation(plain.registration.challenge, -257)
      assert.deepEqual(await verifier.verifyRegistration(registrationOf(plain), expected), { refused: 'algorithm' })
    },
  },
  {
    name: 'refuses an unverified user if verification is required',
    run: async (verifier) => {
      const userVerification = 'required'
      const results = await Promise.all(
        offered(verifier).map(async (vector) => {
          const expected = {
            ...expectation(vector.registration.challenge, vector.algorithm),
            userVerification,
          } as const
          const { userVerified } = await register(verifier, vector)
          const { refused } = await verifier.verifyRegistration(registrationOf(vector), expected)
          assert.equal(refused, userVerified ? undefined : 'user-verification', vector.title)
          return userVerified
        }),
      )
      assert.ok(results.includes(true) && results.includes(false))
      const refusals = await Promise.all(
        offered(verifier).map((vector) => authenticate(verifier, vector, { userVerification })),
      )
      assert.ok(refusals.includes('user-verification'))
    },
  },
  {
    name: 'refuses a ceremony in a frame, unless the page around it is allowed',
    run: async (verifier) => {
      assert.ok(framed.length > 0)
      for (const vector of framed) assert.equal(await authenticate(verifier, vector, { topOrigins: [] }), 'origin')
    },
  },
  {
    name: 'refuses a signature by another key',
    run: async (verifier) => {
      const { publicKey } = await register(verifier, framed[0] ?? plain)
      const credentialId = toBase64Url(plain.registration.credentialId)
      const expected = expectation(plain.authentication.challenge, plain.algorithm)
      const result = await verifier.verifyAuthentication(authenticationOf(plain), { credentialId, publicKey }, expected)
      assert.deepEqual(result, { refused: 'signature' })
    },
  },
  {
    name: 'refuses input of other shapes, and 64 KiB of nested CBOR',
    run: async (verifier) => {
      const expected = expectation(plain.registration.challenge, plain.algorithm)
      const nested = Buffer.alloc(64 * 1024, 0x81)
      const hostile = [
        nested,
        nested.subarray(0, 12_000),
        Buffer.alloc(64 * 1024, 0xa1),
        Buffer.from('9bffffffff', 'hex'),
      ]
      for (const bytes of hostile) {
        const registration = registrationOf(plain)
        const response = { ...registration.response, attestationObject: bytes.toString('base64url') }
        const result = await verifier.verifyRegistration({ ...registration, response }, expected)
        assert.deepEqual(result, { refused: 'malformed' })
      }
      const credential = await register(verifier, plain)
      for (const input of [undefined, null, 1, '', [], {}, { ...registrationOf(plain), type: 'password' }]) {
        assert.deepEqual(await verifier.verifyRegistration(input, expected), { refused: 'malformed' })
        assert.deepEqual(await verifier.verifyAuthentication(input, credential, expected), { refused: 'malformed' })
      }
    },
  },
]
