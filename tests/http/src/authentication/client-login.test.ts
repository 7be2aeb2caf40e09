import {
  awaitSessionResult,
  connect,
  type Connection,
  identifySelfie,
  loginUrl,
  requestSession,
  getSessionResponse,
  getSessionResult,
  requestLivenessChallenge,
  submitFaceCapture,
  verifyPin,
} from '@billfold/core/client'
import { expect, it } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { createFaceHost, type FaceHost } from './face-host.ts'
import { createFrames, createSelfie } from './fixtures.ts'
import { createLoginFlow } from './login-flow.ts'

let host: FaceHost

describeMounted(
  'a login with the client of the package',
  async () => {
    host = await createFaceHost()
    return host.billfold.authentication
  },
  suite,
  {
    parserLimit: 10_000_000,
    only: ({ framework, through, prefix, parser }) =>
      framework !== 'express 4' && through === 'app' && prefix === '/id' && (parser || framework === 'fetch'),
  },
)

function suite(client: MountedClient): void {
  const relyingParty = (): Promise<Connection> => connect({ url: client.url, licence: host.licence })

  /** Opens the URL as a browser does: stores the cookie and follows the redirect to the page. */
  async function browserAt(url: string): Promise<{ readonly browser: Connection; readonly sessionId: string }> {
    const answer = await fetch(url, { redirect: 'manual' })
    const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
    const sessionId = new URL(answer.headers.get('location') ?? '').searchParams.get('session') ?? ''
    const withCookie: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers)
      headers.set('cookie', cookie)
      return fetch(input, { ...init, headers })
    }
    return { browser: await connect({ url: client.url, fetch: withCookie }), sessionId }
  }

  it('returns the claims of a completed session to the relying party', async () => {
    const { createEnrolledUser } = await createLoginFlow(client, host.billfold, host.licence)
    const userId = await createEnrolledUser('ada', '471147')
    const shop = await relyingParty()
    const session = { origin: 'https://shop.example', scopes: 'wallet', authtype: 'face', dvcID: 'pin', userId }
    const made = await requestSession(shop, session)
    expect(await getSessionResponse(shop, made.sessionId)).toBeUndefined()

    const { browser, sessionId } = await browserAt(loginUrl(shop, made.url))
    const face = await submitFaceCapture(browser, { sessionId, selfie: createSelfie('ada'), deviceId: 'phone' })
    expect(face).toMatchObject({ success: true, pinRequired: true, token: expect.any(String) })
    expect(await getSessionResult(browser, sessionId)).toMatchObject({ status: 'pending' })
    const waiting = awaitSessionResult(browser, sessionId, { intervalMs: 20 })
    expect(await verifyPin(browser, { pin: '471147', isTrustedDevice: false }, { token: face.token ?? '' })).toBe(true)

    expect(await waiting).toMatchObject({ status: 'success' })
    expect(await getSessionResponse(shop, made.sessionId)).toMatchObject({ userId, wallet: [] })
  })

  it('executes a step once per request id', async () => {
    const { createEnrolledUser } = await createLoginFlow(client, host.billfold, host.licence)
    const shop = await relyingParty()
    const requestId = crypto.randomUUID()
    const requested = {
      origin: 'o',
      scopes: '',
      authtype: 'face',
      dvcID: 'still',
      userId: await createEnrolledUser('berta'),
    }
    const made = await requestSession(shop, requested, { requestId })
    expect(await requestSession(shop, requested, { requestId })).toEqual(made)
    const { browser, sessionId } = await browserAt(loginUrl(shop, made.url))
    const face = { sessionId, selfie: createSelfie('mallory'), deviceId: 'phone' }
    const first = await submitFaceCapture(browser, face, { requestId })
    for (let round = 0; round < 6; round++) expect(await submitFaceCapture(browser, face, { requestId })).toEqual(first)
    const own = { ...face, selfie: createSelfie('berta') }
    await expect(submitFaceCapture(browser, own, { requestId })).rejects.toMatchObject({ status: 401 })
    expect((await submitFaceCapture(browser, own)).status).toBe('success')
  })

  it('passes a liveness challenge', async () => {
    const { createEnrolledUser } = await createLoginFlow(client, host.billfold, host.licence)
    const shop = await relyingParty()
    const requested = {
      origin: 'o',
      scopes: '',
      authtype: 'face',
      dvcID: 'live',
      userId: await createEnrolledUser('carla'),
    }
    const made = await requestSession(shop, requested)
    const { browser, sessionId } = await browserAt(loginUrl(shop, made.url))
    const { client: challenge } = await requestLivenessChallenge(browser, sessionId)
    const frames = createFrames('carla', (challenge as { readonly steps: string[] }).steps)
    expect((await submitFaceCapture(browser, { sessionId, deviceId: 'phone', frames })).status).toBe('success')
  })

  it('identifies a known face and returns undefined for a stranger', async () => {
    const { createEnrolledUser } = await createLoginFlow(client, host.billfold, host.licence)
    await createEnrolledUser('dora')
    const shop = await relyingParty()
    const requested = { dvcId: 'anybody', communityId: 'default', tenantId: 'default' }
    expect(await identifySelfie(shop, { ...requested, selfie: createSelfie('dora') })).toMatch(/^[0-9a-f]{128}$/)
    expect(await identifySelfie(shop, { ...requested, selfie: createSelfie('a stranger') })).toBeUndefined()
  })
}
