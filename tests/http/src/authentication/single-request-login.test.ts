import { scriptedVerifier } from '@billfold/core/biometrics'
import { beforeAll, describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { createFaceHost, type FaceHost } from './face-host.ts'
import { createDevice, createSelfie, createUser } from './fixtures.ts'
import { createEncryptingClient, type EncryptingClient, type RequestOverrides } from './encrypting-client.ts'
import { createLoginFlow, enrolFace } from './login-flow.ts'
import type { JsonValue } from '../json-value.ts'

let host: FaceHost
let caller: EncryptingClient
const driver = () => inMemoryDriver(host.billfold.authentication)

beforeAll(async () => {
  host = await createFaceHost({
    authentication: { communities: [{ id: 'default', dns: 'login.example' }, { id: 'second' }] },
  })
  caller = await createEncryptingClient(driver(), { licence: host.licence })
})

async function person(name: string): Promise<string> {
  const userId = await createUser(host.billfold)
  await enrolFace(driver(), host.billfold, userId, name)
  return userId
}

async function call(data: object, unusual: RequestOverrides = {}, by: EncryptingClient = caller) {
  const input = { communityId: 'default', ...data }
  const { status, json, decrypted } = await by.send('POST', '/v2/authenticate_with_liveid', { data: input, ...unusual })
  return { status, json: json as JsonValue, data: decrypted as JsonValue }
}

describe('a single-request login', () => {
  it('verifies a face and returns the requested claims with a token', async () => {
    const userId = await person('ada')
    const answer = await call({ dvcID: 'anybody', selfie: createSelfie('ada'), scopes: 'face_compare_score, wallet' })
    expect(answer).toMatchObject({ status: 200, json: { status: 'success', message: expect.any(String) } })
    expect(answer.data).toEqual({
      sessionId: expect.any(String),
      pinRequired: false,
      userId,
      userid: userId,
      did: userId,
      amr: ['face'],
      wallet: [],
      face_compare_score: 0.98,
      token: expect.any(String),
    })
  })

  it('requires the PIN to be right if it is sent with the face', async () => {
    await person('berta')
    const input = { dvcID: 'anybody', selfie: createSelfie('berta') }
    expect((await call({ ...input, pin: '4711' })).json.status).toBe('success')
    const wrong = await call({ ...input, pin: '0000' })
    expect(wrong).toMatchObject({ json: { status: 'pin' }, data: { pinRequired: true } })
    expect(wrong.data).not.toHaveProperty('userId')
    const { token } = wrong.data
    const later = await caller.send('POST', '/verify_pin', { data: { pin: '4711' }, token })
    expect(later.decrypted).toEqual({ isAuthenticated: true })
  })

  it('accepts a PIN without a face with the user token of the same licence', async () => {
    await person('carla')
    const { token } = (await call({ dvcID: 'anybody', selfie: createSelfie('carla') })).data
    const input = { dvcID: 'still', skip_liveid: true, user_token: token }
    expect((await call({ ...input, pin: '4711' })).json.status).toBe('success')
    expect((await call({ ...input, pin: '0000' })).json.status).toBe('pin')
    expect((await call(input)).status).toBe(403)
    expect((await call({ ...input, pin: '4711', user_token: `${token}x` })).status).toBe(401)
    const { licence } = await host.billfold.licences.create({ tag: 'another' })
    const other = await createEncryptingClient(driver(), { licence })
    expect((await call({ ...input, pin: '4711' }, {}, other)).status).toBe(401)
  })

  it('accepts a PIN without a face on a trusted device only', async () => {
    await person('dora')
    const device = createDevice()
    const show = (uuid: string) => device.signStep('authenticate_with_liveid', uuid, caller.keyPair.publicKey)
    const first = crypto.randomUUID()
    const trusting = {
      dvcID: 'anybody',
      selfie: createSelfie('dora'),
      pin: '4711',
      isTrustedDevice: true,
      device: show(first),
    }
    expect((await call(trusting, { uuid: first })).json.status).toBe('success')
    const input = { dvcID: 'still', skip_liveid: true, pin: '4711' }
    const uuid = crypto.randomUUID()
    expect((await call({ ...input, device: show(uuid) }, { uuid })).json.status).toBe('success')
    expect((await call({ ...input, device: show(uuid) })).status).toBe(401)
    expect((await call(input)).status).toBe(403)
    const stranger = createDevice().signStep('authenticate_with_liveid', 'x', caller.keyPair.publicKey)
    expect((await call({ ...input, device: stranger }, { uuid: 'x' })).status).toBe(403)
  })

  it('is rejected once the device is revoked, and does not restore its trust', async () => {
    const userId = await person('emil')
    const { devices } = host.billfold.authentication
    const device = createDevice()
    const login = (data: object) => {
      const uuid = crypto.randomUUID()
      const shown = device.signStep('authenticate_with_liveid', uuid, caller.keyPair.publicKey)
      return call({ ...data, device: shown }, { uuid })
    }
    const verify = ({ data: { token, sessionId } }: Awaited<ReturnType<typeof call>>) => {
      const shown = device.signStep('verify_pin', sessionId, caller.keyPair.publicKey)
      const data = { pin: '4711', isTrustedDevice: true, deviceId: 'phone', device: shown }
      return caller.send('POST', '/verify_pin', { data, token })
    }
    await login({ dvcID: 'anybody', selfie: createSelfie('emil'), pin: '4711', isTrustedDevice: true })
    const wrong = { dvcID: 'still', skip_liveid: true, pin: '0000' }
    expect((await verify(await login(wrong))).decrypted).toEqual({ isAuthenticated: true })
    const started = await login(wrong)
    for (const { id } of await devices.list(userId)) await devices.revoke(userId, id)
    expect((await verify(started)).status).toBe(403)
    expect(await devices.list(userId)).toEqual([])
  })

  it('rejects an unknown face', async () => {
    expect((await call({ dvcID: 'anybody', selfie: createSelfie('mallory') })).json.status).toBe('retry')
  })

  it.each([
    ['another community than there is', { communityId: 'elsewhere' }, 403],
    ['another name than the community has', { dns: 'evil.example' }, 403],
    ['another tenant', { tenantId: 'other' }, 403],
    ['a configuration of another community', { communityId: 'second' }, 400],
    ['a configuration that there is not', { dvcID: 'none' }, 400],
    ['a still where a live person is asked for', { dvcID: 'live', selfie: createSelfie('ada') }, 400],
    ['no face', { dvcID: 'anybody' }, 400],
  ])('rejects %s', async (_, more, status) => {
    expect((await call({ dvcID: 'anybody', ...more })).status).toBe(status)
  })

  it('accepts licences encrypted only, and service keys with the scope', async () => {
    const data = { dvcID: 'anybody', communityId: 'default', selfie: createSelfie('ada') }
    const path = '/v2/authenticate_with_liveid'
    expect((await caller.send('POST', path, { plain: { data } })).status).toBe(400)
    expect((await caller.send('POST', path, { data, licence: undefined })).status).toBe(401)
    const key = await host.billfold.serviceKeys.create({ tag: 'liveid', scopes: ['authentication:liveid'] })
    const headers = { keyid: key.keyId, keysecret: key.keySecret }
    const answer = await driver().request('POST', path, { headers, json: { data } })
    expect(answer).toMatchObject({ status: 200, json: { status: 'success', data: { token: expect.any(String) } } })
  })
})

describe('identifying a selfie', () => {
  const input = { dvcId: 'anybody', communityId: 'default', tenantId: 'default', dns: 'login.example' }
  const identify = async (data: object, unusual: RequestOverrides = {}) =>
    caller.send('POST', '/identify_selfie', { data: { ...input, ...data }, ...unusual })

  it('returns the same face key each time', async () => {
    await person('emma')
    const { status, decrypted } = await identify({ selfie: createSelfie('emma') })
    expect(status).toBe(200)
    expect(decrypted).toEqual({ faceKey: expect.stringMatching(/^[0-9a-f]{128}$/) })
    expect((await identify({ selfie: createSelfie('emma') })).decrypted).toEqual(decrypted)
  })

  it('returns 404 for a stranger, an ambiguous match and an unusable face', async () => {
    await person('frida')
    await person('gerda')
    for (const selfie of [
      createSelfie('mallory'),
      createSelfie('frida', { lookalikes: ['gerda'] }),
      createSelfie('frida', { reason: 'blurred' }),
    ])
      expect((await identify({ selfie })).status).toBe(404)
  })

  it('searches the tenant and community of the caller only', async () => {
    const selfie = createSelfie('emma')
    expect((await identify({ selfie, tenantId: 'other' })).status).toBe(403)
    expect((await identify({ selfie, communityId: 'elsewhere' })).status).toBe(403)
    expect((await identify({ selfie, dns: 'evil.example' })).status).toBe(403)
    const licence = await host.billfold.licences.create({ tag: 'second', community: 'second' })
    expect((await identify({ selfie }, { licence: licence.licence })).status).toBe(403)
  })

  it('returns 404 as soon as the face is removed', async () => {
    const userId = await person('hanna')
    expect((await identify({ selfie: createSelfie('hanna') })).status).toBe(200)
    await host.billfold.authentication.faces.remove(userId)
    expect((await identify({ selfie: createSelfie('hanna') })).status).toBe(404)
  })
})

describe('a failing verifier', () => {
  it.each([
    ['is down', () => Promise.reject(new Error('down'))],
    ['does not answer', () => new Promise<never>(() => {})],
  ])('that %s causes a 503 and consumes no attempt', async (_, before) => {
    let broken = true
    const verifier = scriptedVerifier({
      before: (operation) => (broken && operation === 'compare' ? before() : undefined),
    })
    const failing = await createFaceHost({ authentication: { verifier, verifierLimits: { timeoutMs: 30 } } })
    const steps = await createLoginFlow(
      inMemoryDriver(failing.billfold.authentication),
      failing.billfold,
      failing.licence,
    )
    const userId = await createUser(failing.billfold)
    broken = false
    await enrolFace(inMemoryDriver(failing.billfold.authentication), failing.billfold, userId, 'ida')
    broken = true
    const browser = await steps.startBrowser((await steps.createSession({ userId, dvcID: 'still' })).url)
    for (let count = 0; count < 7; count++)
      expect(await browser.submitFace({ selfie: createSelfie('ida') })).toMatchObject({
        status: 503,
        json: { statusCode: 503 },
      })
    broken = false
    expect((await browser.submitFace({ selfie: createSelfie('ida') })).data.status).toBe('success')
  })
})

describe('risk assessment', () => {
  it('fails a virtual camera, and requires the PIN for a still on an unknown device', async () => {
    const { billfold, licence } = await createFaceHost({ authentication: { assessRisk: undefined } as object })
    const risky = inMemoryDriver(billfold.authentication)
    const steps = await createLoginFlow(risky, billfold, licence)
    const userId = await steps.createEnrolledUser('jana')
    const login = async () => steps.startBrowser((await steps.createSession({ userId, dvcID: 'still' })).url)
    const selfie = createSelfie('jana')
    const virtual = { selfie, cameraIndicator: { label: 'OBS Virtual Camera' } }
    expect((await (await login()).submitFace(virtual)).data.status).toBe('failure')
    expect((await (await login()).submitFace({ selfie, cameraIndicator: { label: 'Front' } })).data.status).toBe('pin')
  })

  it('fails the login if the hook of the host throws', async () => {
    const assessRisk = () => Promise.reject(new Error('no'))
    const { billfold, licence } = await createFaceHost({ authentication: { assessRisk } })
    const steps = await createLoginFlow(inMemoryDriver(billfold.authentication), billfold, licence)
    const userId = await steps.createEnrolledUser('karla')
    const browser = await steps.startBrowser((await steps.createSession({ userId, dvcID: 'still' })).url)
    expect((await browser.submitFace({ selfie: createSelfie('karla') })).data.status).toBe('failure')
  })
})

describe('hooks', () => {
  it('receive success and failure, and may throw', async () => {
    const heard: string[] = []
    const hooks = {
      onSuccess: ({ userId }: { userId: string | undefined }) => {
        heard.push(`success of ${userId}`)
        throw new Error('mine')
      },
      onFailure: ({ failure }: { failure: string | undefined }) => {
        heard.push(`failure by ${failure}`)
      },
    }
    const { billfold, licence } = await createFaceHost({ authentication: { hooks } })
    const steps = await createLoginFlow(inMemoryDriver(billfold.authentication), billfold, licence)
    const userId = await steps.createEnrolledUser('lena')
    heard.length = 0
    const startLogin = async () => steps.startBrowser((await steps.createSession({ userId, dvcID: 'still' })).url)
    expect((await (await startLogin()).submitFace({ selfie: createSelfie('lena') })).data.status).toBe('success')
    const browser = await startLogin()
    for (let count = 0; count < 5; count++) await browser.submitFace({ selfie: createSelfie('mallory') })
    expect(heard).toEqual([`success of ${userId}`, 'failure by face'])
  })
})
