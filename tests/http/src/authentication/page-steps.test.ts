import type { AuditAction, PageOptions } from '@billfold/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import type { RequestDriver } from '../request-driver.ts'
import { createFaceHost, type FaceHost } from './face-host.ts'
import { createDevice, createSelfie, createUser } from './fixtures.ts'
import { createLoginFlow, type LoginBrowser, type LoginFlow } from './login-flow.ts'

const pin = '4711'
const privacyNotice = { url: 'https://shop.example/privacy', version: '2026-03', consent: true }

let host: FaceHost
let driver: RequestDriver
let flow: LoginFlow

async function start(page: PageOptions = {}): Promise<void> {
  host = await createFaceHost({ authentication: { page } })
  const { configurations } = host.billfold.authentication
  await configurations.create({ tag: 'PIN instead', liveness: 'none', pinInsteadOfFace: 'always' })
  await configurations.create({ tag: 'trusted instead', liveness: 'none', pinInsteadOfFace: 'trusted-device' })
  driver = inMemoryDriver(host.billfold.authentication)
  flow = await createLoginFlow(driver, host.billfold, host.licence)
}

beforeEach(() => start())

async function open(userId: string, dvcID: string): Promise<LoginBrowser> {
  return flow.startBrowser((await flow.createSession({ userId, dvcID })).url)
}

/** A browser that has shown the face of its user, and the token of the PIN step. */
async function reachPin(
  device?: ReturnType<typeof createDevice>,
): Promise<{ readonly browser: LoginBrowser; readonly token: string; readonly userId: string }> {
  const userId = await flow.createEnrolledUser('ada')
  const browser = await open(userId, 'pin')
  const signed = device?.signStep('submit_face', browser.sessionId, browser.publicKey)
  const { data } = await browser.submitFace({ selfie: createSelfie('ada'), device: signed })
  return { browser, token: data.token, userId }
}

async function auditActions(action: AuditAction): Promise<number> {
  return (await host.billfold.audit.search({ action })).records.length
}

describe('the resumption of a PIN step', () => {
  test('takes the browser that has shown the face, and leaves its earlier page and token without effect', async () => {
    const { browser, token } = await reachPin()
    const reloaded = await browser.reload()
    const { status, data } = await reloaded.send('/v2/resume_session')
    expect({ status, step: data.status }).toEqual({ status: 200, step: 'pin' })
    expect((await browser.verifyPin(token, { pin })).status).toBe(403)
    expect((await reloaded.verifyPin(token, { pin })).status).toBe(401)
    expect((await browser.verifyPin(data.token, { pin })).status).toBe(401)
    expect((await reloaded.verifyPin(data.token, { pin })).data).toEqual({ isAuthenticated: true })
    expect(await auditActions('session.resumed')).toBe(1)
    expect((await reloaded.send('/v2/resume_session')).status).toBe(400)
  })

  test('refuses a caller without the cookie, with another, and before the face', async () => {
    const { browser } = await reachPin()
    const stolen = await browser.reload()
    for (const cookie of [undefined, `${browser.cookie}x`, 'billfold-x=y'])
      expect((await stolen.send('/v2/resume_session', {}, { headers: { cookie } })).status).toBe(403)
    const early = await open(await flow.createEnrolledUser('berta'), 'pin')
    expect((await early.send('/v2/resume_session')).status).toBe(400)
    expect(await auditActions('session.resumed')).toBe(0)
  })

  test('refuses a stolen cookie without the device that was proved with the face', async () => {
    const device = createDevice()
    const { browser } = await reachPin(device)
    const thief = await browser.reload()
    expect((await thief.send('/v2/resume_session')).status).toBe(401)
    const wrong = createDevice().signStep('resume_session', browser.sessionId, thief.publicKey)
    expect((await thief.send('/v2/resume_session', { device: wrong })).status).toBe(401)
    // A signature of another step, or for another key pair, is of no use.
    for (const [step, key] of [
      ['submit_face', thief.publicKey],
      ['resume_session', browser.publicKey],
    ] as const)
      expect(
        (await thief.send('/v2/resume_session', { device: device.signStep(step, browser.sessionId, key) })).status,
      ).toBe(401)
    const owner = device.signStep('resume_session', browser.sessionId, thief.publicKey)
    expect((await thief.send('/v2/resume_session', { device: owner })).status).toBe(200)
  })

  test('gives neither further attempts nor more time', async () => {
    const { browser } = await reachPin()
    let page = browser
    for (let attempt = 1; attempt <= 5; attempt++) {
      page = await page.reload()
      const { data } = await page.send('/v2/resume_session')
      expect((await page.verifyPin(data.token, { pin: '0000' })).data).toEqual({ isAuthenticated: false })
    }
    expect((await page.getResult()).data).toMatchObject({ status: 'failure' })
    expect((await (await page.reload()).send('/v2/resume_session')).status).toBe(400)

    const slow = (await reachPin()).browser
    host.advanceClock(299_000)
    const ts = Math.floor(Date.now() / 1000) + 299
    const again = await slow.reload()
    const { status, data } = await again.send('/v2/resume_session', {}, { ts })
    expect(status).toBe(200)
    host.advanceClock(2_000)
    expect([401, 410]).toContain((await again.verifyPin(data.token, { pin }, { ts: ts + 2 })).status)
    expect((await again.send('/v2/resume_session', {}, { ts: ts + 2 })).status).toBe(410)
  })
})

describe('the PIN in place of a face', () => {
  test('is refused unless the configuration allows it, and for an enrolment', async () => {
    const userId = await flow.createEnrolledUser('ada')
    expect((await (await open(userId, 'pin')).send('/v2/skip_face')).status).toBe(400)
    expect((await (await open(userId, 'trusted instead')).send('/v2/skip_face')).status).toBe(400)
    const { url } = await flow.createSession({ userId, dvcID: 'PIN instead', purpose: 'enroll' })
    expect((await (await flow.startBrowser(url)).send('/v2/skip_face')).status).toBe(400)
    expect(await auditActions('session.face-skipped')).toBe(0)
  })

  test('signs in, and the claims and the audit log say that there was no face', async () => {
    const userId = await flow.createEnrolledUser('ada')
    const { sessionId, url } = await flow.createSession({ userId, dvcID: 'PIN instead' })
    const browser = await flow.startBrowser(url)
    const { data } = await browser.send('/v2/skip_face')
    expect((await browser.verifyPin(data.token, { pin })).data).toEqual({ isAuthenticated: true })
    const claims = await flow.relyingParty.send('GET', `/sessions/session/${sessionId}/response`)
    expect(claims.decrypted).toMatchObject({ userId, amr: ['pin'] })
    expect(await auditActions('session.face-skipped')).toBe(1)
    const both = await reachPin()
    await both.browser.verifyPin(both.token, { pin })
    const response = await flow.relyingParty.send('GET', `/sessions/session/${both.browser.sessionId}/response`)
    expect(response.decrypted).toMatchObject({ amr: ['face', 'pin'] })
  })

  test('does not tell whether the user has a PIN', async () => {
    for (const userId of [await createUser(host.billfold, ''), await createUser(host.billfold)]) {
      const browser = await open(userId, 'PIN instead')
      const { status, data } = await browser.send('/v2/skip_face')
      expect({ status, step: data.status }).toEqual({ status: 200, step: 'pin' })
      expect((await browser.verifyPin(data.token, { pin: '0000' })).data).toEqual({ isAuthenticated: false })
    }
  })

  test('needs a trusted device where the configuration says so, which is still trusted when the PIN is entered', async () => {
    const device = createDevice()
    const { browser, token, userId } = await reachPin(device)
    const proof = device.signStep('verify_pin', browser.sessionId, browser.publicKey)
    await browser.verifyPin(token, { pin, isTrustedDevice: true, deviceId: 'phone', device: proof })
    const skip = async (): Promise<{ readonly page: LoginBrowser; readonly token: string }> => {
      const page = await open(userId, 'trusted instead')
      const { data } = await page.send('/v2/skip_face', {
        device: device.signStep('skip_face', page.sessionId, page.publicKey),
      })
      return { page, token: data.token }
    }
    const enter = async ({ page, token: step }: Awaited<ReturnType<typeof skip>>) =>
      page.verifyPin(step, { pin, device: device.signStep('verify_pin', page.sessionId, page.publicKey) })
    expect((await enter(await skip())).data).toEqual({ isAuthenticated: true })
    const late = await skip()
    const [trusted] = await host.billfold.authentication.devices.list(userId)
    await host.billfold.authentication.devices.revoke(userId, trusted?.id ?? '')
    expect((await enter(late)).status).toBe(403)
  })
})

describe('a cancellation', () => {
  test('ends the session for its own browser only, once, and the relying party learns it', async () => {
    const userId = await flow.createEnrolledUser('ada')
    const { sessionId, url } = await flow.createSession({ userId, dvcID: 'pin' })
    const browser = await flow.startBrowser(url)
    const stranger = await browser.reload()
    expect((await stranger.send('/v2/cancel_session', {}, { headers: { cookie: undefined } })).status).toBe(403)
    for (const _ of ['first', 'repeated'])
      expect((await browser.send('/v2/cancel_session')).data).toEqual({ sessionId, status: 'failure' })
    expect(await auditActions('session.failed')).toBe(1)
    expect((await browser.submitFace({ selfie: createSelfie('ada') })).status).toBe(400)
    const response = await flow.relyingParty.send('GET', `/sessions/session/${sessionId}/response`)
    expect(response.status).toBe(400)
    expect(response.json).toMatchObject({ message: 'The user cancelled the session' })
  })

  test('does not undo a session that has ended', async () => {
    const { browser, token } = await reachPin()
    await browser.verifyPin(token, { pin })
    expect((await browser.send('/v2/cancel_session')).status).toBe(400)
    expect((await browser.getResult()).data).toMatchObject({ status: 'success' })
  })
})

describe('a consent that the page asks for', () => {
  beforeEach(() => start({ relyingParty: ({ tenant }) => ({ name: tenant, privacyNotice }) }))

  test('is needed before a face or a liveness check, and recorded once with the version of the notice', async () => {
    const userId = await createUser(host.billfold)
    const browser = await open(userId, 'still')
    const selfie = createSelfie('ada')
    expect((await browser.submitFace({ selfie })).status).toBe(400)
    const live = await open(userId, 'live')
    expect((await live.startLiveness()).status).toBe(400)
    expect((await browser.send('/v2/give_consent', { version: '2025-01' })).status).toBe(400)
    const stranger = { headers: { cookie: undefined } }
    expect((await browser.send('/v2/give_consent', { version: '2026-03' }, stranger)).status).toBe(403)
    for (const _ of ['first', 'repeated'])
      expect((await browser.send('/v2/give_consent', { version: '2026-03' })).status).toBe(200)
    const { records } = await host.billfold.audit.search({ action: 'session.consent-given' })
    expect(records.map(({ subject, detail }) => ({ subject, detail }))).toEqual([
      { subject: browser.sessionId, detail: { version: '2026-03' } },
    ])
    expect((await browser.submitFace({ selfie })).data.status).toBe('enroll')
  })

  test('fails closed if the host cannot say who asks', async () => {
    await start({
      relyingParty: () => {
        throw new Error('the database is down')
      },
    })
    const browser = await open(await createUser(host.billfold), 'still')
    expect((await browser.submitFace({ selfie: createSelfie('ada') })).status).toBe(500)
  })
})

describe('the settings of the page', () => {
  const settings = (session: string, cookie?: string) =>
    driver.request(
      'GET',
      `/v2/authentication/settings?session=${session}`,
      cookie === undefined ? {} : { headers: { cookie } },
    )

  test('tell the step to the browser of the session alone, and nothing about its user', async () => {
    const { browser, token, userId } = await reachPin()
    expect((await settings(browser.sessionId)).status).toBe(403)
    const awaiting = await settings(browser.sessionId, browser.cookie)
    expect(awaiting.json).toMatchObject({ step: 'pin' })
    expect(awaiting.text).not.toContain(userId)
    await browser.verifyPin(token, { pin })
    expect((await settings(browser.sessionId, browser.cookie)).json).toMatchObject({ step: 'succeeded' })
  })

  test('name a session without attempts left as failed', async () => {
    const live = await open(await flow.createEnrolledUser('ada'), 'live')
    expect((await settings(live.sessionId, live.cookie)).json).toMatchObject({ step: 'face' })
    for (let attempt = 1; attempt <= 5; attempt++) expect((await live.startLiveness()).status).toBe(200)
    expect((await settings(live.sessionId, live.cookie)).json).toMatchObject({ step: 'failed' })
  })
})
