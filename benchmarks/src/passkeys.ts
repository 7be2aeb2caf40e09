import type { PasskeyVerifier } from '@billfold/core/modules'
import { simpleWebAuthnVerifier } from '@billfold/passkeys'
import { createSoftwareAuthenticator } from '@billfold/test-authenticator'
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server'
import { saveResult } from './save-result.ts'

// CPU time of verifying a passkey, compared with @simplewebauthn/server alone, on the same responses in turn:
// node dist/passkeys.js [rounds] [responses per round]

const [, , roundsText = '31', responsesText = '200'] = process.argv
const rounds = Number(roundsText)
const responses = Number(responsesText)

const rpId = 'example.com'
const origins = ['https://example.com']
const challenge = Buffer.alloc(32, 7).toString('base64url')
const expected = { challenge, rpId, origins, topOrigins: [], userVerification: 'required' } as const
const expectedByLibrary = {
  expectedChallenge: challenge,
  expectedOrigin: origins,
  expectedRPID: rpId,
  requireUserVerification: true,
}

/** The same work twice. Each throws unless the response is accepted. */
interface Comparison {
  readonly name: string
  readonly billfold: () => Promise<void>
  readonly library: () => Promise<void>
}

async function prepare(verifier: PasskeyVerifier, algorithm: 'es256' | 'ed25519'): Promise<readonly Comparison[]> {
  const authenticator = createSoftwareAuthenticator()
  const registration = authenticator.create(
    { rp: { id: rpId }, user: { id: Buffer.from('user').toString('base64url') }, challenge },
    { algorithm },
  )
  const forRegistration = {
    ...expected,
    algorithms: verifier.algorithms,
    attestation: 'none',
    attestationRoots: [],
  } as const
  const registered = await verifier.verifyRegistration(registration, forRegistration)
  if (registered.refused !== undefined) throw new Error(`refused: ${registered.refused}`)
  const assertion = authenticator.get({ rpId, challenge })
  const { credentialId: id, publicKey } = registered
  // The type of the library names the fields of browsers, some of which the authenticator leaves out.
  const toLibrary = (response: object) => JSON.parse(JSON.stringify(response))
  return [
    {
      name: `registration, ${algorithm}`,
      billfold: async () => assertAccepted((await verifier.verifyRegistration(registration, forRegistration)).refused),
      library: async () => {
        const supportedAlgorithmIDs = [...verifier.algorithms]
        const input = { response: toLibrary(registration), ...expectedByLibrary, supportedAlgorithmIDs }
        assertAccepted((await verifyRegistrationResponse(input)).verified ? undefined : 'refused')
      },
    },
    {
      name: `sign-in, ${algorithm}`,
      billfold: async () =>
        assertAccepted((await verifier.verifyAuthentication(toLibrary(assertion), registered, expected)).refused),
      library: async () => {
        const credential = { id, publicKey: Uint8Array.from(publicKey), counter: 0 }
        const input = { response: toLibrary(assertion), ...expectedByLibrary, credential }
        assertAccepted((await verifyAuthenticationResponse(input)).verified ? undefined : 'refused')
      },
    },
  ]
}

function assertAccepted(refused: string | undefined): void {
  if (refused !== undefined) throw new Error(`refused: ${refused}`)
}

/** Microseconds of CPU time per response. */
async function measure(verify: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  for (let response = 0; response < responses; response++) await verify()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / responses
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
}

async function compare({ name, billfold, library }: Comparison): Promise<void> {
  for (const verify of [billfold, library]) await measure(verify)
  const pairs: (readonly [number, number])[] = []
  for (let round = 0; round < rounds; round++) {
    // In turn, so that neither always runs on what the other has left in the caches.
    const first = round % 2 === 0
    const one = await measure(first ? billfold : library)
    const other = await measure(first ? library : billfold)
    pairs.push(first ? [one, other] : [other, one])
  }
  const ratios = pairs.map(([own, theirs]) => own / theirs)
  const [ratio, lowest, highest] = [median(ratios), Math.min(...ratios), Math.max(...ratios)]
  const [own, theirs] = [median(pairs.map(([cost]) => cost)), median(pairs.map(([, cost]) => cost))]
  console.log(
    `${name}: ${own.toFixed(0)} µs of CPU, @simplewebauthn/server ${theirs.toFixed(0)} µs; ratio ${ratio.toFixed(2)} (${lowest.toFixed(2)} to ${highest.toFixed(2)})`,
  )
  saveResult({
    name: `a passkey, ${name}`,
    billfold: `${own.toFixed(0)} µs`,
    other: `@simplewebauthn/server: ${theirs.toFixed(0)} µs`,
    ratio,
    range: [lowest, highest],
  })
}

const verifier = simpleWebAuthnVerifier()
for (const algorithm of ['es256', 'ed25519'] as const)
  for (const comparison of await prepare(verifier, algorithm)) await compare(comparison)
