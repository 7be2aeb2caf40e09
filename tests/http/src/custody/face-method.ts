import { createHash, randomBytes } from 'node:crypto'
import type { Billfold } from '@billfold/core'
import { direct } from '../authentication/direct.ts'
import { type Device, framesOf, newDevice, selfieOf } from '../authentication/people.ts'
import { stepsAt } from '../authentication/steps.ts'
import { type Asker, call, type Outcome } from './custodian.ts'

/** A request that a method is used for. */
export interface Wanted {
  readonly method: string
  readonly path: string
  /** As it is sent; none for a request without one. */
  readonly body: string
}

/** A user with a PIN, a face, a trusted device, a wallet, and a BIOMETRIC that takes the face. */
export interface FaceUser {
  readonly person: string
  readonly userId: string
  readonly pinHeader: string
  readonly walletId: string
  readonly address: string
  readonly device: Device
  /** What the device keeps. */
  readonly secret: string
  readonly methodId: string
  /** Of the user's signing methods. */
  readonly methods: string
}

/** What somebody shows; the user's own device and face, over the request, unless it says otherwise. */
export interface Shown {
  readonly device?: Device
  readonly person?: string
  readonly evidence?: Readonly<Record<string, unknown>>
  /** What the device signs, where it is another request than the one it names. */
  readonly signed?: Wanted
  /** Whose check the device signs. */
  readonly signedCheck?: string
}

/** What users of faces do at a custody API. */
export interface FaceCaller {
  readonly ask: (method: string, path: string, json?: unknown, header?: string) => Promise<Outcome>
  readonly newUser: (person: string) => Promise<FaceUser>
  /** Has a user trust a device. */
  readonly trust: (user: Pick<FaceUser, 'userId' | 'person'>, device: Device) => Promise<void>
  readonly begin: (user: FaceUser) => Promise<Outcome>
  readonly show: (user: FaceUser, checkId: string, wanted: Wanted, shown?: Shown) => Promise<Outcome>
  /** Begins a check and shows the face: the check's id. */
  readonly pass: (user: FaceUser, wanted: Wanted) => Promise<string>
  /** Sends a request with the method in the header; the right check and secret unless told otherwise. */
  readonly use: (user: FaceUser, wanted: Wanted, value: string) => Promise<Outcome>
  readonly remaining: (user: FaceUser) => Promise<number>
}

/** Calls a custody API with a service key; `billfold` is what it belongs to. */
export async function faceCaller(client: Asker, billfold: Billfold, licence: string): Promise<FaceCaller> {
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'faces', scopes: ['custody'] })
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
  const ask: FaceCaller['ask'] = (method, path, json, header) =>
    call(client, authorization, method, path, json, header === undefined ? {} : { 'signing-method': header })
  const steps = await stepsAt(direct(billfold.authentication), billfold, licence)

  const trust: FaceCaller['trust'] = async ({ userId, person }, device) => {
    const browser = await steps.open((await steps.session({ userId, dvcID: 'pin' })).url)
    const prove = (step: string) => device.prove(step, browser.sessionId, browser.publicKey)
    const { token } = (await browser.face({ selfie: selfieOf(person), device: prove('submit_face') })).data
    await browser.pin(token, { pin: '4711', isTrustedDevice: true, deviceId: 'phone', device: prove('verify_pin') })
  }
  const newUser: FaceCaller['newUser'] = async (person) => {
    const userId = await steps.enrolled(person)
    const device = newDevice()
    await trust({ userId, person }, device)
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
  const begin: FaceCaller['begin'] = (user) => ask('POST', checks(user))
  const show: FaceCaller['show'] = (user, checkId, wanted, shown = {}) => {
    const request = named(wanted)
    const { device = user.device, person = user.person, signed = wanted, signedCheck = checkId } = shown
    const evidence = shown.evidence ?? { selfie: selfieOf(person) }
    const text = statement(user.methodId, signedCheck, signed)
    return ask('POST', `${checks(user)}/${checkId}`, { ...evidence, request, device: device.sign(text) })
  }
  return {
    ask,
    newUser,
    trust,
    begin,
    show,
    pass: async (user, wanted) => {
      const { result } = await begin(user)
      const evidence =
        result.liveness === undefined ? undefined : { frames: framesOf(user.person, result.liveness.steps) }
      const shown = await show(user, result.id, wanted, evidence === undefined ? {} : { evidence })
      if (shown.status !== 200) throw new Error(`not passed: ${shown.codes.join()}`)
      return result.id
    },
    use: async (user, { method, path, body }, value) => {
      const headers = { authorization, 'signing-method': `${user.methodId}:${value}` }
      const sent = body === '' ? { headers } : { headers: { ...headers, 'content-type': 'application/json' }, body }
      const { status, json } = await client.request(method, path, sent)
      const envelope = json as { result?: unknown; errors?: readonly { code: string }[] }
      return { status, result: envelope.result, codes: envelope.errors?.map(({ code }) => code) ?? [] }
    },
    remaining: async (user) => {
      const { result } = await ask('GET', `/api/users/${user.userId}`)
      const found = result.signingMethods.find(({ id }: { id: string }) => id === user.methodId)
      return found.remainingAttempts
    },
  }
}

/** A request for a signature over a message. */
export function signing(walletId: string, data = 'hello'): Wanted {
  const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data }
  return { method: 'POST', path: '/api/signatures', body: JSON.stringify({ signatureRequest }) }
}

function named({ method, path, body }: Wanted): Readonly<Record<string, string>> {
  return { method, target: path, bodySha256: createHash('sha256').update(body).digest('base64url') }
}

/** What the documentation says that a device signs. */
function statement(methodId: string, checkId: string, { method, path, body }: Wanted): string {
  const digest = createHash('sha256').update(body).digest('base64url')
  return ['billfold signing method 1', methodId, checkId, `${method} ${path}`, digest].join('\n')
}
