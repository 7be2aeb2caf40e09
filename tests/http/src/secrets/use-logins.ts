import { createHash } from 'node:crypto'
import { basicAuthorization } from '../basic-authorization.ts'
import { createDevice, createSelfie } from '../authentication/fixtures.ts'
import { createLoginFlow, publicUrl } from '../authentication/login-flow.ts'
import { createLoginWallet, decodeClaims, sendOnboardingRequest } from '../onboarding/applicant.ts'
import { formRequest, pngBytes } from '../onboarding/multipart-form.ts'
import type { JsonValue } from '../json-value.ts'
import type { RequestContent } from '../request-driver.ts'
import type { SecretHost } from './secret-host.ts'
import type { CustodyUser } from './use-custody.ts'

/** Logs a wallet in, and submits an application with a file. */
export async function useOnboarding({ billfold, secrets, serve }: SecretHost): Promise<void> {
  const driver = await serve(billfold.onboarding)
  const send = async (method: string, path: string, jwt?: string, content: RequestContent = {}) => {
    const headers = { ...content.headers, ...(jwt !== undefined && { authorization: `Bearer ${jwt}` }) }
    const reply = await sendOnboardingRequest(driver, method, path, { ...content, headers })
    if (reply.status >= 400) throw new Error(`${path}: ${reply.text}`)
    return reply.body
  }
  const challenge = secrets.add('a challenge', (await send('GET', '/auth/challenge')).jwt)
  const nonce = secrets.add('the nonce of a challenge', decodeClaims(challenge).nonce)
  const signature = secrets.add('the signature of a challenge', await createLoginWallet().signMessage(nonce))
  const answered = await send('POST', '/auth/challenge', challenge, { json: { signature } })
  const jwt = secrets.add('the token of a wallet', answered.jwt)
  const last = secrets.add('an attribute', 'Attribute-mark-zq40')
  const attributes = JSON.stringify([{ id: 'http://attribute.example/name', data: { value: { last } } }])
  const part = { name: 'attributes', type: 'application/json', content: attributes }
  const { token } = await send('POST', '/users', jwt, formRequest(part))
  secrets.add('the token of a user', token)
  const content = Buffer.concat([pngBytes(), Buffer.from(secrets.add('a file', 'FILE-MARK-zq41-bytes'))])
  const file = await send('POST', '/files', jwt, formRequest({ name: 'file', content }))
  const value = { first: secrets.add('an attribute of an application', 'Application-mark-zq42'), last: 'x' }
  await send('POST', '/applications', jwt, {
    json: { templateId: 1, attributes: [{ id: 'name', data: { value } }], files: [file.id] },
  })
  const login = await send('POST', '/login', jwt, { json: { token } })
  secrets.add('a login ticket', /[\w.-]{40,}/.exec(JSON.stringify(login))?.[0])
}

/** Creates a DID, and signs a token for it. */
export async function useDids({ billfold, secrets, serve, key }: SecretHost): Promise<void> {
  const driver = await serve(billfold.dids)
  const headers = { authorization: basicAuthorization(key.keyId, key.keySecret) }
  const created = await driver.request('POST', '/wallet', { headers, json: { wallet: { alias: 'login' } } })
  const { wallet }: JsonValue = created.json
  const json = {
    did: wallet.did,
    act: 'POST /wallet/rename',
    bod: createHash('sha256').update('{}').digest('base64url'),
  }
  const signed: JsonValue = (await driver.request('POST', '/wallet/auth', { headers, json })).json
  secrets.add('a token of a DID', signed.token)
}

/** Enrols a face, and logs in by face and PIN on a device that is trusted then. */
export async function useAuthentication(host: SecretHost, { userId, pin }: CustodyUser): Promise<void> {
  const { billfold, secrets } = host
  const { configurations, sessions } = billfold.authentication
  await configurations.create({ tag: 'still', liveness: 'none', pin: 'never' })
  await configurations.create({ tag: 'device', liveness: 'none' })
  const { licence } = await billfold.licences.create({ tag: 'relying party' })
  secrets.add('a licence', licence)
  const flow = await createLoginFlow(await host.serve(billfold.authentication), billfold, licence)
  const note = secrets.add('the metadata of a session', 'metadata-mark-zq50')
  const enrolment = { userId, purpose: 'enroll', identityVerified: true, configuration: 'still' } as const
  const { sessionId } = await sessions.create({ ...enrolment, metadata: { note } })
  const enrolling = await flow.startBrowser(`${publicUrl}/sessions/session/${sessionId}`)
  const face = secrets.add('a face', 'face-mark-zq51')
  const deviceId = secrets.add('the id of a device', 'device-mark-zq52')
  await enrolling.submitFace({ selfie: createSelfie(face), deviceId })
  const { url } = await flow.createSession({ userId, dvcID: 'device' })
  const browser = await flow.startBrowser(url)
  secrets.add('the cookie of a session', browser.cookie.split('=')[1])
  const device = createDevice()
  const proof = (step: string) => device.signStep(step, browser.sessionId, browser.publicKey)
  const { data } = await browser.submitFace({ selfie: createSelfie(face), device: proof('submit_face') })
  const token = secrets.add('the token of a step', data.token)
  const trusted = { pin, isTrustedDevice: true, deviceId, device: proof('verify_pin') }
  const verified = await browser.verifyPin(token, trusted)
  if (verified.data.isAuthenticated !== true) throw new Error(JSON.stringify(verified))
}
