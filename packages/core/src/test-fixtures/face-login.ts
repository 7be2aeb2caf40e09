import type { CustodyServices } from '../custody/services.ts'
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { z } from 'zod'
import type { AuthenticationOptions } from '../authentication/api/index.ts'
import { createSession, type CreateSessionInput } from '../authentication/sessions/create-session.ts'
import { startSessionInApp } from '../authentication/sessions/start-session.ts'
import { generateClientKeyPair } from '../client/index.ts'
import { createVerificationConfiguration } from '../identity/biometrics/verification-configurations.ts'
import { scriptedSelfie } from '../identity/biometrics/scripted-selfie.ts'
import { scriptedVerifier } from '../identity/biometrics/scripted-verifier.ts'
import { formatDeviceStatement } from '../identity/devices/device-key.ts'
import { createUser } from '../identity/users/create.ts'
import { type AuthenticationReply, type AuthenticationCall, authenticationCaller } from './authentication-caller.ts'

/** The PIN of the users of these fixtures. */
export const testPin = '4711'

const actor = { tenant: 'default', id: 'host' }
const faceReply = z.object({ token: z.string().default('') })

type SessionInput = Omit<CreateSessionInput, 'community'>

/** An app with a device key, and its face and PIN steps. */
export interface FaceLogin {
  readonly call: AuthenticationCall
  /** Creates a user with {@link testPin}. */
  readonly createUser: () => Promise<string>
  /** Creates a session and starts it for the app. Returns its id. */
  readonly startSession: (input: SessionInput) => Promise<string>
  readonly submitFace: (sessionId: string, person: string) => Promise<AuthenticationReply>
  /** Starts a session and submits a face after which the PIN is required. */
  readonly awaitPin: (input: SessionInput, person: string) => Promise<{ sessionId: string; token: string }>
  readonly verifyPin: (
    awaiting: { readonly sessionId: string; readonly token: string },
    pin: string,
    isTrustedDevice?: boolean,
  ) => Promise<AuthenticationReply>
  /** Enrols a face of a user whom the host has identified. */
  readonly enrol: (userId: string, person: string) => Promise<AuthenticationReply>
}

/** The selfie of a person, in base64. */
export function createTestSelfie(person: string): string {
  return Buffer.from(scriptedSelfie({ person })).toString('base64')
}

/**
 * Creates an app that logs users in by face and PIN. Verification configurations accept still images: `default` identifies users and
 * requires the PIN on a new device, `face only` never requires it, `always PIN` always does.
 */
export async function faceLogin(services: CustodyServices): Promise<FaceLogin> {
  const pair = generateClientKeyPair('secp256k1')
  const options: AuthenticationOptions = { verifier: scriptedVerifier(), assessRisk: () => 'allow' }
  const call = await authenticationCaller(services, { options, pair })
  const rules = { liveness: 'none' } as const
  await createVerificationConfiguration(services, actor, { tag: 'default', ...rules, identify: true })
  await createVerificationConfiguration(services, actor, { tag: 'face only', ...rules, pin: 'never' })
  await createVerificationConfiguration(services, actor, { tag: 'always PIN', ...rules, pin: 'always' })
  const callerKey = Buffer.from(pair.publicKey, 'base64').toString('base64url', 0, 32)
  const proveDevice = testDevice(callerKey)

  const startSession = async (input: SessionInput): Promise<string> => {
    const created = await createSession(services, actor, { community: 'default', ...input })
    return (await startSessionInApp(services, actor, created, callerKey)).id
  }
  const submitFace = (sessionId: string, person: string): Promise<AuthenticationReply> =>
    call('submitFace', {
      data: { sessionId, selfie: createTestSelfie(person), device: proveDevice('submit_face', sessionId) },
    })
  return {
    call,
    createUser: async () => {
      const { user } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: testPin } })
      return user.id
    },
    startSession,
    submitFace,
    awaitPin: async (input, person) => {
      const sessionId = await startSession(input)
      const { token } = faceReply.parse((await submitFace(sessionId, person)).decrypted)
      return { sessionId, token }
    },
    verifyPin: ({ sessionId, token }, pin, isTrustedDevice = false) =>
      call('verifyPin', {
        data: { pin, isTrustedDevice, device: proveDevice('verify_pin', sessionId) },
        headers: { authorization: `Bearer ${token}` },
      }),
    enrol: async (userId, person) =>
      submitFace(await startSession({ userId, purpose: 'enroll', identityVerified: true }), person),
  }
}

/** Creates a device key. Returns a function that proves its possession to the steps of a session. */
function testDevice(caller: string): (step: string, subject: string) => object {
  // Imported again, since Node 20 can hang when it exports a generated key as a JWK.
  const generated = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const privateKey = createPrivateKey(generated.export({ type: 'pkcs8', format: 'pem' }))
  const { x = '', y = '' } = privateKey.export({ format: 'jwk' })
  const publicKey = Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]).toString('base64')
  return (step, subject) => {
    const statement = Buffer.from(formatDeviceStatement({ step, subject, caller }))
    const signature = sign('sha256', statement, { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return { publicKey, signature: signature.toString('base64') }
  }
}
