import { basicAuthorization } from '../basic-authorization.ts'
import { createHash, randomBytes } from 'node:crypto'
import type { Billfold } from '@billfold/core'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { createDevice, createFrames, createSelfie, type TestDevice } from '../authentication/fixtures.ts'
import { createLoginFlow } from '../authentication/login-flow.ts'
import type { RequestDriver } from '../request-driver.ts'
import { callCustody, type CustodyReply } from './custody-host.ts'

/** A request that a signing method authorizes. */
export interface AuthorizedRequest {
  readonly method: string
  readonly path: string
  /** The body as sent; empty for a request without one. */
  readonly body: string
}

/** A user with a PIN, a face, a trusted device, a wallet and a BIOMETRIC with a face. */
export interface FaceUser {
  readonly person: string
  readonly userId: string
  readonly pinHeader: string
  readonly walletId: string
  readonly address: string
  readonly device: TestDevice
  /** The secret stored on the device. */
  readonly secret: string
  readonly methodId: string
  /** The path of the user's signing methods. */
  readonly methods: string
}

/** The evidence presented to a face check; by default the user's own device and face for the request. */
export interface PresentedFace {
  readonly device?: TestDevice
  readonly person?: string
  readonly evidence?: Readonly<Record<string, unknown>>
  /** The request that the device signs, if it differs from the declared one. */
  readonly signed?: AuthorizedRequest
  /** The face check that the device signs. */
  readonly signedCheck?: string
}

/** Face checks and their use at a custody API. */
export interface FaceMethodClient {
  readonly call: (method: string, path: string, json?: unknown, header?: string) => Promise<CustodyReply>
  readonly createFaceUser: (person: string) => Promise<FaceUser>
  /** Makes a device trusted by a user. */
  readonly trustDevice: (user: Pick<FaceUser, 'userId' | 'person'>, device: TestDevice) => Promise<void>
  readonly startCheck: (user: FaceUser) => Promise<CustodyReply>
  readonly presentFace: (
    user: FaceUser,
    checkId: string,
    wanted: AuthorizedRequest,
    shown?: PresentedFace,
  ) => Promise<CustodyReply>
  /** Starts a check, presents the face and returns the check's id. */
  readonly passCheck: (user: FaceUser, wanted: AuthorizedRequest) => Promise<string>
  /** Sends a request with the method and a value in the header. */
  readonly useMethod: (user: FaceUser, wanted: AuthorizedRequest, value: string) => Promise<CustodyReply>
  readonly remainingAttempts: (user: FaceUser) => Promise<number>
}

/** Creates a client of the custody API of an instance, with a service key. */
export async function createFaceMethodClient(
  client: RequestDriver,
  billfold: Billfold,
  licence: string,
): Promise<FaceMethodClient> {
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'faces', scopes: ['custody'] })
  const authorization = basicAuthorization(keyId, keySecret)
  const ask: FaceMethodClient['call'] = (method, path, json, header) =>
    callCustody(client, authorization, method, path, json, header === undefined ? {} : { 'signing-method': header })
  const steps = await createLoginFlow(inMemoryDriver(billfold.authentication), billfold, licence)

  const trustDevice: FaceMethodClient['trustDevice'] = async ({ userId, person }, device) => {
    const browser = await steps.startBrowser((await steps.createSession({ userId, dvcID: 'pin' })).url)
    const prove = (step: string) => device.signStep(step, browser.sessionId, browser.publicKey)
    const { token } = (await browser.submitFace({ selfie: createSelfie(person), device: prove('submit_face') })).data
    await browser.verifyPin(token, {
      pin: '4711',
      isTrustedDevice: true,
      deviceId: 'phone',
      device: prove('verify_pin'),
    })
  }
  const createFaceUser: FaceMethodClient['createFaceUser'] = async (person) => {
    const userId = await steps.createEnrolledUser(person)
    const device = createDevice()
    await trustDevice({ userId, person }, device)
    const { result } = await ask('GET', `/api/users/${userId}`)
    const pinHeader = `${result.signingMethods[0].id}:4711`
    const wallet = await ask('POST', '/api/wallets', { secretType: 'ETHEREUM', userId, pincode: '4711' })
    const methods = `/api/users/${userId}/signing-methods`
    const secret = randomBytes(32).toString('base64url')
    const body = { type: 'BIOMETRIC', value: secret, devicePublicKey: device.publicKey }
    const made = await ask('POST', methods, body, pinHeader)
    if (made.status !== 200) throw new Error(`no method: ${made.codes.join()}`)
    const { id: walletId, address } = wallet.result
    return { person, userId, pinHeader, walletId, address, device, secret, methodId: made.result.id, methods }
  }
  const checks = (user: FaceUser): string => `${user.methods}/${user.methodId}/face-checks`
  const startCheck: FaceMethodClient['startCheck'] = (user) => ask('POST', checks(user))
  const presentFace: FaceMethodClient['presentFace'] = (user, checkId, wanted, shown = {}) => {
    const request = describeRequest(wanted)
    const { device = user.device, person = user.person, signed = wanted, signedCheck = checkId } = shown
    const evidence = shown.evidence ?? { selfie: createSelfie(person) }
    const text = deviceStatement(user.methodId, signedCheck, signed)
    return ask('POST', `${checks(user)}/${checkId}`, { ...evidence, request, device: device.sign(text) })
  }
  return {
    call: ask,
    createFaceUser,
    trustDevice,
    startCheck,
    presentFace,
    passCheck: async (user, wanted) => {
      const { result } = await startCheck(user)
      const evidence =
        result.liveness === undefined ? undefined : { frames: createFrames(user.person, result.liveness.steps) }
      const shown = await presentFace(user, result.id, wanted, evidence === undefined ? {} : { evidence })
      if (shown.status !== 200) throw new Error(`not passed: ${shown.codes.join()}`)
      return result.id
    },
    useMethod: async (user, { method, path, body }, value) => {
      const headers = { authorization, 'signing-method': `${user.methodId}:${value}` }
      const sent = body === '' ? { headers } : { headers: { ...headers, 'content-type': 'application/json' }, body }
      const { status, json } = await client.request(method, path, sent)
      const envelope = json as { result?: unknown; errors?: readonly { code: string }[] }
      return { status, result: envelope.result, codes: envelope.errors?.map(({ code }) => code) ?? [] }
    },
    remainingAttempts: async (user) => {
      const { result } = await ask('GET', `/api/users/${user.userId}`)
      const found = result.signingMethods.find(({ id }: { id: string }) => id === user.methodId)
      return found.remainingAttempts
    },
  }
}

/** Creates a request for a signature of a message. */
export function signatureRequest(walletId: string, data = 'hello'): AuthorizedRequest {
  const message = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data }
  return { method: 'POST', path: '/api/signatures', body: JSON.stringify({ signatureRequest: message }) }
}

function describeRequest({ method, path, body }: AuthorizedRequest): Readonly<Record<string, string>> {
  return { method, target: path, bodySha256: createHash('sha256').update(body).digest('base64url') }
}

/** The text that a device signs, as documented. */
function deviceStatement(methodId: string, checkId: string, { method, path, body }: AuthorizedRequest): string {
  const digest = createHash('sha256').update(body).digest('base64url')
  return ['billfold signing method 1', methodId, checkId, `${method} ${path}`, digest].join('\n')
}
