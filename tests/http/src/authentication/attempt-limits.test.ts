import type { RateLimiter } from '@billfold/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { createFaceHost, type FaceHost } from './face-host.ts'
import { createSelfie, createUser } from './fixtures.ts'
import { createEncryptingClient, type EncryptingClient } from './encrypting-client.ts'
import { createLoginFlow, enrolFace, type LoginBrowser, publicUrl, visitSessionUrl } from './login-flow.ts'

/** The names of the rate limits that reject. */
const refusing = new Set<string>()
const limit: RateLimiter['consume'] = async ({ name }) => ({ allowed: !refusing.has(name), retryAfterSeconds: 1 })

let host: FaceHost
const driver = () => inMemoryDriver(host.billfold.authentication)

beforeEach(async () => {
  refusing.clear()
  host = await createFaceHost({
    rateLimiter: { consume: limit, peek: limit },
    authentication: { communities: [{ id: 'default' }, { id: 'second' }] },
  })
})

async function startLogin(person: string, configuration: string): Promise<LoginBrowser> {
  const { createSession, startBrowser } = await createLoginFlow(driver(), host.billfold, host.licence)
  const userId = await createUser(host.billfold)
  await enrolFace(driver(), host.billfold, userId, person)
  return startBrowser((await createSession({ userId, dvcID: configuration, communityId: 'default' })).url)
}

describe('a request rejected by a rate limit', () => {
  it('consumes no face attempt', async () => {
    const browser = await startLogin('ada', 'still')
    refusing.add('face attempts per user')
    for (let count = 0; count < 6; count++)
      expect((await browser.submitFace({ selfie: createSelfie('ada') })).status).toBe(429)
    refusing.clear()
    expect((await browser.submitFace({ selfie: createSelfie('ada') })).data.status).toBe('success')
  })

  it('consumes no PIN attempt', async () => {
    const browser = await startLogin('berta', 'pin')
    const { token } = (await browser.submitFace({ selfie: createSelfie('berta') })).data
    refusing.add('wrong signing methods')
    for (let count = 0; count < 6; count++) expect((await browser.verifyPin(token, { pin: '4711' })).status).toBe(429)
    refusing.clear()
    expect((await browser.verifyPin(token, { pin: '4711' })).data).toEqual({ isAuthenticated: true })
  })
})

describe('a face encrypted by an app', () => {
  it('counts as one attempt in every base64 spelling', async () => {
    const userId = await createUser(host.billfold)
    await enrolFace(driver(), host.billfold, userId, 'carla')
    const { configurations, sessions } = host.billfold.authentication
    await configurations.create({ tag: 'twice', liveness: 'none', pin: 'never', maxAttempts: 2 })
    const { sessionId } = await sessions.create({ userId, configuration: 'twice' })
    const { channel, keyPair } = await createEncryptingClient(driver())
    const submit = (data: string) =>
      driver().request('POST', `/sessions/session/${sessionId}/authenticate`, {
        json: { data, publicKey: keyPair.publicKey },
      })
    const wrong = await channel.encrypt(JSON.stringify({ selfie: createSelfie('mallory') }))
    const written = [wrong, wrong.replaceAll('+', '-').replaceAll('/', '_'), wrong.replace(/=+$/, '')]
    for (const data of written) expect((await submit(data)).status).toBe(200)
    // Also after the retention of request ids.
    host.advanceClock(200_000)
    await host.billfold.maintain()
    expect((await submit(wrong)).status).toBe(200)
    const right = await channel.encrypt(JSON.stringify({ selfie: createSelfie('carla') }))
    const { data } = (await submit(right)).json as { data: string }
    expect(JSON.parse(await channel.decrypt(data))).toMatchObject({ status: 'success' })
  })
})

describe('a licence for one community', () => {
  let own: EncryptingClient

  it('rejects a user token from a login in another community', async () => {
    const userId = await createUser(host.billfold)
    await enrolFace(driver(), host.billfold, userId, 'dora')
    await host.billfold.authentication.configurations.create({ tag: 'pin', community: 'second', liveness: 'none' })
    own = await createEncryptingClient(driver(), { licence: host.licence })
    const login = async (data: object) =>
      own.send('POST', '/v2/authenticate_with_liveid', { data: { skip_liveid: false, ...data } })
    const first = await login({ communityId: 'default', dvcID: 'anybody', selfie: createSelfie('dora') })
    const { token } = first.decrypted as { token: string }
    const input = { skip_liveid: true, user_token: token, pin: '4711' }
    expect((await login({ ...input, communityId: 'second', dvcID: 'pin' })).status).toBe(401)
    expect((await login({ ...input, communityId: 'default', dvcID: 'pin' })).json).toMatchObject({ status: 'success' })
  })

  it('adds no device information to a session of another community', async () => {
    const { keyId, keySecret } = await host.billfold.serviceKeys.create({
      tag: 'info',
      scopes: ['authentication:device-info'],
    })
    const { licence: license } = await host.billfold.licences.create({ tag: 'second', community: 'second' })
    const { sessionId } = await host.billfold.authentication.sessions.create({
      userId: await createUser(host.billfold),
      configuration: 'still',
    })
    const add = (headers: Record<string, string>) =>
      driver().request('POST', '/userDeviceInfo', {
        headers: { keyid: keyId, keysecret: keySecret, ...headers },
        json: { sessionId, deviceInfo: { model: 'x' } },
      })
    expect((await add({ license })).status).toBe(404)
    expect((await add({})).status).toBe(200)
    expect((await visitSessionUrl(driver(), `${publicUrl}/sessions/session/${sessionId}`)).status).toBe(302)
  })
})
