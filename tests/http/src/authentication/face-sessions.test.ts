import { describe, expect, it } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { inHalf } from '../hosts/mountings.ts'
import { createFaceHost, type FaceHost } from './face-host.ts'
import { createFaceLogins } from './face-logins.ts'
import { createFrames, createSelfie, createUser } from './fixtures.ts'
import { createEncryptingClient, type EncryptingClient } from './encrypting-client.ts'
import { createLoginFlow, publicUrl, visitSessionUrl } from './login-flow.ts'

let host: FaceHost

describeMounted(
  'the authentication API, sessions and images',
  async () => {
    host = await createFaceHost()
    return host.billfold.authentication
  },
  suite,
  {
    parserLimit: 40_000_000,
    only: inHalf('second'),
  },
)

function suite(client: MountedClient): void {
  const { steps, login } = createFaceLogins(client, () => host)

  describe('a session', () => {
    it('is bound to the browser that started it', async () => {
      const { createSession, startBrowser, createEnrolledUser } = await steps()
      const userId = await createEnrolledUser('sara')
      const { url } = await createSession({ userId, dvcID: 'still' })
      const browser = await startBrowser(url)
      expect((await visitSessionUrl(client, url)).status).toBe(403)
      expect((await visitSessionUrl(client, url, `${browser.cookie}x`)).status).toBe(403)
      expect((await visitSessionUrl(client, url, browser.cookie)).status).toBe(302)
      const selfie = createSelfie('sara')
      expect((await browser.submitFace({ selfie }, { headers: { cookie: undefined } })).status).toBe(403)
      expect((await browser.startLiveness({ headers: { cookie: 'billfold-x=y' } })).status).toBe(403)
      expect((await browser.submitFace({ selfie })).data.status).toBe('success')
    })

    it('expires after one minute, or ten once started', async () => {
      const { createSession, startBrowser } = await steps()
      const unopened = await createSession({ dvcID: 'still' })
      const browser = await startBrowser((await createSession({ dvcID: 'still' })).url)
      host.advanceClock(61_000)
      const ts = Math.floor(Date.now() / 1000)
      expect((await visitSessionUrl(client, unopened.url)).status).toBe(410)
      expect((await client.request('GET', `/sessions/session/${unopened.sessionId}`)).status).toBe(410)
      expect((await browser.getResult()).status).toBe(200)
      host.advanceClock(540_000)
      expect((await browser.getResult()).status).toBe(410)
      expect((await browser.submitFace({ selfie: createSelfie('x') }, { ts: ts + 601 })).status).toBe(410)
      host.advanceClock(-601_000)
    })

    it('returns an error if it is unknown, malformed or of another tenant', async () => {
      const { relyingParty } = await steps()
      const browser = (await login('thea', 'still')).browser
      expect((await client.request('GET', '/sessions/session/nobody')).status).toBe(404)
      const unknown = `${publicUrl}/sessions/session/00000000-0000-7000-8000-000000000000`
      expect((await visitSessionUrl(client, unknown)).status).toBe(404)
      for (const url of [`${publicUrl}/sessions/session/../x`, 'nonsense', ''])
        expect((await visitSessionUrl(client, url)).status).toBe(400)
      expect((await browser.submitFace({ sessionId: 'unknown', selfie: createSelfie('thea') })).status).toBe(404)
      expect((await client.request('POST', '/session_result?session=x', { json: {} })).status).toBe(401)
      expect((await relyingParty.send('POST', '/session_result?session=x', { plain: {} })).status).toBe(404)
      const tenant = 'elsewhere'
      const userId = await createUser(host.billfold, '4711', tenant)
      const foreign = await host.billfold.authentication.sessions.create({ userId, tenant })
      expect((await client.request('GET', `/sessions/session/${foreign.sessionId}`)).status).toBe(404)
      const data = { userId, dvcID: 'still' }
      expect((await relyingParty.send('PUT', '/sessions/session/new', { data })).status).toBe(404)
    })

    it('is taken over by an app unless a browser started it', async () => {
      const { createSession, createEnrolledUser, relyingParty } = await steps()
      const userId = await createEnrolledUser('ute')
      const { sessionId } = await createSession({ userId, dvcID: 'still' })
      const app = await createLoginFlow(client, host.billfold, host.licence)
      const { channel, keyPair } = app.relyingParty
      const data = await channel.encrypt(JSON.stringify({ selfie: createSelfie('ute'), deviceId: 'app' }))
      const submit = (of: string, text: string) =>
        client.request('POST', `/sessions/session/${of}/authenticate`, {
          json: { data: text, publicKey: keyPair.publicKey, did: 'did:example:mallory', appid: 'app' },
        })
      const first = await submit(sessionId, data)
      expect(first.status).toBe(200)
      const read = async (answer: { json: unknown }) =>
        JSON.parse(await channel.decrypt((answer.json as { data: string }).data)) as unknown
      expect(await read(first)).toMatchObject({ status: 'success', sessionId })
      expect(await read(await submit(sessionId, data))).toEqual(await read(first))
      const { decrypted } = await relyingParty.send('GET', `/sessions/session/${sessionId}/response`)
      expect(decrypted).toEqual({ sessionId, userId, userid: userId, did: userId, amr: ['face'] })

      const { browser } = await login('vera', 'still')
      const other = await channel.encrypt(JSON.stringify({ selfie: createSelfie('vera') }))
      expect((await submit(browser.sessionId, other)).status).toBe(400)
      expect((await submit(browser.sessionId, 'QUJD')).status).toBe(400)
    })

    it('is bound to the app that starts the liveness check', async () => {
      const { createSession, createEnrolledUser } = await steps()
      const userId = await createEnrolledUser('vilma')
      const { sessionId, url } = await createSession({ userId, dvcID: 'live' })
      const [app, other] = await Promise.all([createEncryptingClient(client), createEncryptingClient(client)])
      const start = (by: EncryptingClient) => by.send('POST', '/v2/start_liveness', { data: { sessionId } })
      const { client: shown } = (await start(app)).decrypted as { client: { steps: string[] } }
      expect((await start(other)).status).toBe(403)
      expect((await visitSessionUrl(client, url)).status).toBe(403)
      const data = { sessionId, frames: createFrames('vilma', shown.steps) }
      expect((await other.send('POST', '/v2/submit_face', { data })).status).toBe(403)
      expect((await app.send('POST', '/v2/submit_face', { data })).decrypted).toMatchObject({ status: 'success' })
    })

    it('stores device and user information from a service key', async () => {
      const { createSession } = await steps()
      const { sessionId } = await createSession({ dvcID: 'still' })
      const scoped = { tag: 'info', scopes: ['authentication:device-info'] }
      const { keyId, keySecret } = await host.billfold.serviceKeys.create(scoped)
      const send = (json: unknown) => client.request('POST', '/userDeviceInfo', { headers: { keyId, keySecret }, json })
      const info = { sessionId, deviceInfo: { os: 'x' }, userInfo: { name: 'y' } }
      expect(await send(info)).toMatchObject({
        status: 200,
        json: { message: expect.any(String), data: info, publicKey: expect.any(String) },
      })
      expect((await send({ sessionId: 'unknown' })).status).toBe(404)
      expect((await send({ sessionId, deviceInfo: { a: 'x'.repeat(20_000) } })).status).toBe(400)
      expect((await client.request('POST', '/userDeviceInfo', { json: info })).status).toBe(401)
    })

    it('emits an event for its result', async () => {
      const { userId, browser } = await login('wanda', 'still')
      await browser.submitFace({ selfie: createSelfie('wanda') })
      while ((await host.billfold.deliver()).delivered > 0);
      const emitted = host.events.map(({ type, data }) => ({ type, ...data }))
      expect(emitted).toContainEqual({
        type: 'session.verified',
        sessionId: browser.sessionId,
        community: 'default',
        purpose: 'authenticate',
        userId,
      })
    })
  })

  describe('an image', () => {
    const png = (width: number, height: number): string => {
      const bytes = Buffer.from(createSelfie('bomb'), 'base64')
      bytes.writeUInt32BE(width, 16)
      bytes.writeUInt32BE(height, 20)
      return bytes.toString('base64')
    }
    it.each([
      ['an image that claims 900 megapixels', () => png(30_000, 30_000), 413],
      ['an image that claims to be 2^32 wide', () => png(0xffffffff, 16), 413],
      ['an image of no width', () => png(0, 16), 400],
      ['an image of a few pixels', () => png(2, 2), 400],
      ['an image of 5 MiB and a byte', () => Buffer.alloc(5 * 1024 * 1024 + 1).toString('base64'), 413],
      ['text', () => 'hello', 400],
      ['no base64', () => 'data:image/png;base64,???', 400],
      ['a GIF', () => Buffer.from('GIF89a').toString('base64'), 400],
      ['nothing', () => '', 400],
    ])('is rejected if it is %s', async (_, selfie, status) => {
      const { browser } = await login('xenia', 'still')
      expect((await browser.submitFace({ selfie: selfie() })).status).toBe(status)
    })

    it('is rejected at 20 MiB before decryption', async () => {
      const headers = await (await steps()).relyingParty.headers()
      const sent = {
        headers: { ...headers, 'content-type': 'application/json' },
        body: `{"data":"${'A'.repeat(20 * 1024 * 1024)}"}`,
      }
      expect((await client.request('POST', '/v2/submit_face', sent)).status).toBe(413)
    })

    it('consumes no attempt if it is unusable', async () => {
      const { browser } = await login('zoe', 'still')
      for (let count = 0; count < 7; count++) await browser.submitFace({ selfie: 'hello' })
      expect((await browser.submitFace({ selfie: createSelfie('zoe') })).data.status).toBe('success')
    })
  })
}
