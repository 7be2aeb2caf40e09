import { beforeAll, describe, expect, test } from 'vitest'
import type { Deviations } from '@billfold/test-authenticator'
import { basicAuthorization } from '../basic-authorization.ts'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { inMemoryDriver } from '../in-memory-driver.ts'
import type { MountedClient } from '../request-driver.ts'
import { createDevice, createSelfie } from './fixtures.ts'
import { createFaceHost } from './face-host.ts'
import { createLoginFlow, type LoginBrowser, type LoginFlow } from './login-flow.ts'
import {
  createPasskeyHolder,
  createPasskeyLoginHost,
  type PasskeyLoginHost,
  startPasskey,
} from './passkey-login-host.ts'

const pin = '4711'
let mounted: PasskeyLoginHost

describeMounted(
  'the authentication API, logins by passkey',
  async () => {
    mounted = await createPasskeyLoginHost()
    return mounted.billfold.authentication
  },
  mountedSuite,
  { parserLimit: 1_000_000 },
)

/** What is encrypted, and what is on the wire: the same in every adapter. */
function mountedSuite(client: MountedClient): void {
  test('a passkey signs in, and the result, the claims, the events and the audit log say so', async () => {
    const flow = await createLoginFlow(client, mounted.billfold, mounted.licence)
    const { userId, passkeyId, authenticator } = await createPasskeyHolder(mounted)
    const { sessionId, url } = await flow.createSession({ userId, dvcID: 'passkey' })
    const browser = await flow.startBrowser(url)
    const options = await startPasskey(browser)
    expect(options).toEqual({
      challenge: expect.stringMatching(/^[A-Za-z0-9_-]{86}$/),
      rpId: 'login.example',
      timeout: 300_000,
      allowCredentials: [],
      userVerification: 'required',
    })
    const { status, data } = await browser.send('/v2/submit_passkey', { passkey: authenticator.get(options) })
    expect({ status, data }).toEqual({
      status: 200,
      data: {
        success: true,
        sessionId,
        status: 'success',
        pinRequired: false,
        message: 'The passkey was accepted',
        reasons: [],
      },
    })
    expect((await browser.getResult()).data).toMatchObject({ status: 'success', amr: ['hwk', 'user'] })
    const claims = await flow.relyingParty.send('GET', `/sessions/session/${sessionId}/response`)
    expect(claims.decrypted).toMatchObject({ userId, amr: ['hwk', 'user'] })
    await mounted.billfold.maintain()
    const verified = mounted.events.filter(({ type }) => type === 'session.verified')
    expect(verified.at(-1)?.data).toMatchObject({ sessionId, userId })
    const { records } = await mounted.billfold.audit.search({ action: 'passkey.signed-in', subject: userId })
    expect(records).toMatchObject([{ detail: { passkeyId } }])
    expect((await mounted.billfold.passkeys.list(userId))[0]?.lastUsedAt).toBeTypeOf('number')
  })

  test('a body of 64 KiB and its nested CBOR are refused', async () => {
    const flow = await createLoginFlow(client, mounted.billfold, mounted.licence)
    const { authenticator } = await createPasskeyHolder(mounted)
    const browser = await flow.startBrowser((await flow.createSession({ dvcID: 'passkey' })).url)
    const assertion = authenticator.get(await startPasskey(browser))
    const nested = Buffer.alloc(64 * 1024, 0x81).toString('base64url')
    const large = { ...assertion, response: { ...assertion.response, authenticatorData: nested } }
    expect((await browser.send('/v2/submit_passkey', { passkey: large })).status).toBe(413)
    const shorter = Buffer.alloc(8 * 1024, 0x81).toString('base64url')
    const small = { ...assertion, response: { ...assertion.response, authenticatorData: shorter } }
    expect((await browser.send('/v2/submit_passkey', { passkey: small })).data).toMatchObject({ reasons: ['invalid'] })
  })
}

let host: PasskeyLoginHost
let flow: LoginFlow

async function open(input: Readonly<Record<string, unknown>>): Promise<LoginBrowser> {
  return flow.startBrowser((await flow.createSession(input)).url)
}

async function useHost(parts: Parameters<typeof createPasskeyLoginHost>[0] = {}): Promise<void> {
  host = await createPasskeyLoginHost(parts)
  flow = await createLoginFlow(inMemoryDriver(host.billfold.authentication), host.billfold, host.licence)
}

/** Signs in with a passkey of the user, and returns the data of the reply. */
async function signIn(
  browser: LoginBrowser,
  { authenticator }: Awaited<ReturnType<typeof createPasskeyHolder>>,
  deviations: Deviations = {},
) {
  const passkey = authenticator.get(await startPasskey(browser), deviations)
  return (await browser.send('/v2/submit_passkey', { passkey })).data
}

describe('a passkey in a session', () => {
  beforeAll(() => useHost())

  test('says who signs in to a session that names nobody', async () => {
    const holder = await createPasskeyHolder(host)
    const { sessionId, url } = await flow.createSession({ dvcID: 'passkey' })
    expect(await signIn(await flow.startBrowser(url), holder)).toMatchObject({ status: 'success' })
    const claims = await flow.relyingParty.send('GET', `/sessions/session/${sessionId}/response`)
    expect(claims.decrypted).toMatchObject({ userId: holder.userId })
  })

  test('has options that are the same for a user with passkeys, without, and for nobody', async () => {
    const { userId } = await createPasskeyHolder(host)
    const without = await flow.createEnrolledUser('ada')
    const all = await Promise.all(
      [{ userId }, { userId: without }, {}].map(async (input) => {
        const { challenge: _, ...options } = await startPasskey(await open({ ...input, dvcID: 'passkey' }))
        return options
      }),
    )
    expect(all[1]).toEqual(all[0])
    expect(all[2]).toEqual(all[0])
  })

  test('may be copied between devices, which the result says', async () => {
    const userId = await flow.createEnrolledUser('ada')
    const { authenticator } = await createPasskeyHolder(host)
    const options = await host.billfold.passkeys.registrationOptions(userId, { userName: 'ada' })
    await host.billfold.passkeys.register(userId, authenticator.create(options, { backupEligible: true }))
    const browser = await open({ userId, dvcID: 'passkey' })
    const passkey = authenticator.get(await startPasskey(browser), { backupEligible: true })
    expect((await browser.send('/v2/submit_passkey', { passkey })).data).toMatchObject({ status: 'success' })
    expect((await browser.getResult()).data.amr).toEqual(['swk', 'user'])
  })

  test.each([
    ['made at another origin', { origin: 'https://evil.example' }, 'origin-refused'],
    ['of another relying party', { rpId: 'evil.example' }, 'rp-id-refused'],
    ['without user verification', { userVerified: false }, 'user-unverified'],
    ['for another challenge', { challenge: 'A'.repeat(86) }, 'challenge-invalid'],
    ['in a frame', { crossOrigin: true, topOrigin: 'https://evil.example' }, 'origin-refused'],
    ['without a user handle', { userHandle: null }, 'unknown'],
    ['with the handle of another user', { userHandle: 'A'.repeat(43) }, 'unknown'],
  ] as const)('is refused %s, audited, and leaves the session open', async (_, deviations, reason) => {
    const holder = await createPasskeyHolder(host)
    const { userId } = holder
    const browser = await open({ userId, dvcID: 'passkey' })
    expect(await signIn(browser, holder, deviations)).toMatchObject({
      success: false,
      status: 'retry',
      pinRequired: false,
      reasons: [reason],
    })
    const subject = browser.sessionId
    const { records } = await host.billfold.audit.search({ action: 'session.passkey-rejected', subject })
    expect(records).toMatchObject([{ detail: { reason } }])
    expect(await signIn(browser, holder)).toMatchObject({ status: 'success' })
  })

  test('of another user is refused, as is one that the host does not know', async () => {
    const [holder, other] = [await createPasskeyHolder(host), await createPasskeyHolder(host)]
    const browser = await open({ userId: holder.userId, dvcID: 'passkey' })
    expect(await signIn(browser, other)).toMatchObject({ status: 'retry', reasons: ['other-user'] })
    await host.billfold.passkeys.remove(holder.userId, holder.passkeyId)
    expect(await signIn(browser, holder)).toMatchObject({ status: 'retry', reasons: ['unknown'] })
    expect((await browser.getResult()).data).toMatchObject({ status: 'pending' })
  })

  test('is of no use in another session, to another key of the browser, or for a sign-in outside of sessions', async () => {
    const holder = await createPasskeyHolder(host)
    const { userId, authenticator } = holder
    const [browser, other] = [await open({ userId, dvcID: 'passkey' }), await open({ userId, dvcID: 'passkey' })]
    const passkey = authenticator.get(await startPasskey(browser))
    expect((await other.send('/v2/submit_passkey', { passkey })).data).toMatchObject({ reasons: ['challenge-invalid'] })
    const reloaded = await browser.reload()
    expect((await reloaded.send('/v2/submit_passkey', { passkey })).data).toMatchObject({
      reasons: ['challenge-invalid'],
    })
    await expect(host.billfold.passkeys.authenticate(passkey)).rejects.toThrow('challenge is unknown')
    const outside = authenticator.get(await host.billfold.passkeys.authenticationOptions({ ip: '192.0.2.1' }))
    expect((await browser.send('/v2/submit_passkey', { passkey: outside })).data).toMatchObject({
      reasons: ['challenge-invalid'],
    })
    const stranger = { headers: { cookie: undefined } }
    expect((await browser.send('/v2/start_passkey', {}, stranger)).status).toBe(403)
    expect((await browser.send('/v2/submit_passkey', { passkey }, stranger)).status).toBe(403)
  })

  test('is used once, and the same request again gets the same answer', async () => {
    const { userId, authenticator } = await createPasskeyHolder(host)
    const browser = await open({ userId, dvcID: 'passkey' })
    const passkey = authenticator.get(await startPasskey(browser))
    const request = { uuid: crypto.randomUUID() }
    const first = await browser.send('/v2/submit_passkey', { passkey }, request)
    const again = await browser.send('/v2/submit_passkey', { passkey }, request)
    expect(again).toEqual({ ...first, json: expect.anything() })
    expect((await browser.send('/v2/submit_passkey', { passkey })).status).toBe(400)
  })

  test('whose count goes back is refused, audited and emitted as an event', async () => {
    const holder = await createPasskeyHolder(host)
    const { userId, passkeyId } = holder
    expect(await signIn(await open({ userId, dvcID: 'passkey' }), holder)).toMatchObject({ status: 'success' })
    const browser = await open({ userId, dvcID: 'passkey' })
    expect(await signIn(browser, holder, { signCount: 1 })).toMatchObject({ status: 'retry', reasons: ['cloned'] })
    const { records } = await host.billfold.audit.search({ action: 'passkey.cloned', subject: passkeyId })
    expect(records).toHaveLength(1)
    await host.billfold.maintain()
    expect(host.events.filter(({ type }) => type === 'passkey.cloned').map(({ data }) => data)).toEqual([
      { passkeyId, userId },
    ])
  })

  test('of an archived user is refused, but not as unknown, at which the browser would forget it', async () => {
    const holder = await createPasskeyHolder(host, '')
    const browser = await open({ dvcID: 'passkey' })
    const { keyId, keySecret } = await host.billfold.serviceKeys.create({ tag: 'users', scopes: ['custody'] })
    const headers = { authorization: basicAuthorization(keyId, keySecret) }
    await inMemoryDriver(host.billfold.custody).request('DELETE', `/api/users/${holder.userId}`, { headers })
    expect(await signIn(browser, holder)).toMatchObject({ status: 'retry', reasons: ['user-archived'] })
  })

  test('cannot be started once its challenge or its session has expired', async () => {
    const { userId, authenticator } = await createPasskeyHolder(host)
    const browser = await open({ userId, dvcID: 'passkey' })
    const passkey = authenticator.get(await startPasskey(browser))
    host.advanceClock(301_000)
    const ts = Math.floor(Date.now() / 1000) + 301
    expect((await browser.send('/v2/submit_passkey', { passkey }, { ts })).data).toMatchObject({
      reasons: ['challenge-invalid'],
    })
    host.advanceClock(600_000)
    expect((await browser.send('/v2/start_passkey', {}, { ts: ts + 600 })).status).toBe(410)
    host.advanceClock(-901_000)
  })
})

describe('the factors of a configuration', () => {
  beforeAll(() => useHost())

  test('decide what a session may begin with, and an enrolment is of a face', async () => {
    const { userId, authenticator } = await createPasskeyHolder(host)
    const selfie = createSelfie('ada')
    const faceOnly = await open({ userId, dvcID: 'face' })
    expect((await faceOnly.send('/v2/start_passkey')).status).toBe(400)
    const either = await open({ userId, dvcID: 'either' })
    const passkey = authenticator.get(await startPasskey(either))
    expect((await faceOnly.send('/v2/submit_passkey', { passkey })).status).toBe(400)
    const passkeyOnly = await open({ userId, dvcID: 'passkey' })
    expect((await passkeyOnly.submitFace({ selfie })).json).toMatchObject({
      message: 'The session does not offer this way to sign in',
    })
    expect((await passkeyOnly.startLiveness()).status).toBe(400)
    const enrolment = await open({ userId, dvcID: 'either', purpose: 'enroll' })
    expect((await enrolment.send('/v2/start_passkey')).status).toBe(400)
  })

  test('let the user choose, and the claims say what was chosen', async () => {
    const userId = await flow.createEnrolledUser('ada')
    const byFace = await open({ userId, dvcID: 'either' })
    await startPasskey(byFace)
    expect((await byFace.submitFace({ selfie: createSelfie('ada') })).data).toMatchObject({ status: 'success' })
    expect((await byFace.getResult()).data.amr).toEqual(['face'])
  })

  test('are what the page offers', async () => {
    const { userId } = await createPasskeyHolder(host)
    const driver = inMemoryDriver(host.billfold.authentication)
    for (const [dvcID, factors] of [
      ['passkey', ['passkey']],
      ['either', ['face', 'passkey']],
      ['face', ['face']],
    ] as const) {
      const { sessionId, cookie } = await open({ userId, dvcID })
      const path = `/v2/authentication/settings?session=${sessionId}`
      const { json } = await driver.request('GET', path, { headers: { cookie } })
      expect(json).toMatchObject({ step: 'face', factors })
    }
  })

  test('cannot name a passkey without the module, whose steps then answer 501', async () => {
    const { billfold, licence } = await createFaceHost()
    await expect(
      billfold.authentication.configurations.create({ tag: 'passkey', factors: ['passkey'] }),
    ).rejects.toMatchObject({ code: 'passkey.unavailable' })
    const without = await createLoginFlow(inMemoryDriver(billfold.authentication), billfold, licence)
    const userId = await without.createEnrolledUser('ada')
    const browser = await without.startBrowser((await without.createSession({ userId, dvcID: 'still' })).url)
    expect((await browser.send('/v2/start_passkey')).status).toBe(501)
    expect((await browser.send('/v2/submit_passkey', { passkey: {} })).status).toBe(501)
  })

  test('must be one or two that exist', async () => {
    const { configurations } = host.billfold.authentication
    const create = (factors: unknown) =>
      // As a team that reads its configurations from JSON passes them, unchecked.
      configurations.create(JSON.parse(JSON.stringify({ tag: crypto.randomUUID(), factors })))
    for (const factors of [[], ['voice'], ['face', 'face', 'face'], 'face'])
      await expect(create(factors)).rejects.toMatchObject({ code: 'input.invalid' })
  })
})

describe('a passkey without user verification, where the host takes it', () => {
  beforeAll(() => useHost({ passkeys: { userVerification: 'preferred' } }))
  const unverified = { userVerified: false }

  test('is followed by the PIN that the configuration always requires, and the claims name both', async () => {
    const holder = await createPasskeyHolder(host)
    const browser = await open({ userId: holder.userId, dvcID: 'passkey' })
    const { status, token } = await signIn(browser, holder, unverified)
    expect(status).toBe('pin')
    const { records } = await host.billfold.audit.search({ action: 'session.passkey-verified' })
    expect(records.map(({ subject }) => subject)).toContain(browser.sessionId)
    expect((await browser.verifyPin(token, { pin: '0000' })).data).toEqual({ isAuthenticated: false })
    expect((await browser.verifyPin(token, { pin })).data).toEqual({ isAuthenticated: true })
    expect((await browser.getResult()).data.amr).toEqual(['hwk', 'pin'])
  })

  test('needs no PIN with user verification, or on a device that the user trusts where that is enough', async () => {
    const holder = await createPasskeyHolder(host)
    const { userId, authenticator } = holder
    expect(await signIn(await open({ userId, dvcID: 'passkey' }), holder)).toMatchObject({ status: 'success' })
    const device = createDevice()
    const submit = async () => {
      const browser = await open({ userId, dvcID: 'device' })
      const passkey = authenticator.get(await startPasskey(browser), unverified)
      const signed = device.signStep('submit_passkey', browser.sessionId, browser.publicKey)
      return { browser, data: (await browser.send('/v2/submit_passkey', { passkey, device: signed })).data }
    }
    const { browser, data } = await submit()
    expect(data.status).toBe('pin')
    const proof = device.signStep('verify_pin', browser.sessionId, browser.publicKey)
    await browser.verifyPin(data.token, { pin, isTrustedDevice: true, deviceId: 'phone', device: proof })
    expect((await submit()).data.status).toBe('success')
  })

  test('ends the session of a user without a PIN', async () => {
    const holder = await createPasskeyHolder(host, '')
    const browser = await open({ userId: holder.userId, dvcID: 'passkey' })
    expect(await signIn(browser, holder, unverified)).toMatchObject({ status: 'failure' })
    expect((await browser.getResult()).data).toMatchObject({ status: 'failure' })
  })
})

test('the challenges of one session are limited', async () => {
  const counted: string[] = []
  const allowed = { allowed: true, retryAfterSeconds: 1 }
  const consume = async ({ name }: { readonly name: string }) => {
    if (name === 'passkey challenges per session') counted.push(name)
    return counted.length > 2 ? { allowed: false, retryAfterSeconds: 60 } : allowed
  }
  await useHost({ rateLimiter: { consume, peek: async () => allowed } })
  const browser = await open({ dvcID: 'passkey' })
  const statuses = []
  for (let attempt = 1; attempt <= 3; attempt++) statuses.push((await browser.send('/v2/start_passkey')).status)
  expect(statuses).toEqual([200, 200, 429])
})
