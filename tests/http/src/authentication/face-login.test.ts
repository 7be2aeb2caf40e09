import { describe, expect, it } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { inHalf } from '../hosts/mountings.ts'
import { createFaceHost, type FaceHost } from './face-host.ts'
import { createFaceLogins } from './face-logins.ts'
import { createDevice, createFrames, createSelfie, createUser } from './fixtures.ts'
import { createLoginFlow, enrolFace, publicUrl } from './login-flow.ts'

let host: FaceHost

describeMounted(
  'the authentication API, face logins',
  async () => {
    host = await createFaceHost()
    return host.billfold.authentication
  },
  suite,
  {
    parserLimit: 40_000_000,
    only: inHalf('first'),
  },
)

function suite(client: MountedClient): void {
  const { steps, login } = createFaceLogins(client, () => host)

  describe('a login by face', () => {
    it('verifies the face in a browser and returns the requested claims to the relying party', async () => {
      const { createEnrolledUser, createSession, startBrowser, relyingParty } = await steps()
      const userId = await createEnrolledUser('ada')
      const scopes = 'wallet,face_compare_score selfie'
      const { sessionId, url } = await createSession({ userId, dvcID: 'still', scopes, origin: { tag: 'shop' } })
      expect(url).toBe(`${publicUrl}/sessions/session/${sessionId}`)
      expect(await client.request('GET', `/sessions/session/${sessionId}`)).toMatchObject({
        status: 200,
        json: { sessionId, origin: { tag: 'shop' }, metadata: {}, scopes: 'wallet face_compare_score selfie' },
      })
      const path = `/sessions/session/${sessionId}/response`
      expect((await relyingParty.send('GET', path)).status).toBe(404)
      const browser = await startBrowser(url)
      expect(browser.location).toBe(`${publicUrl}/v2/authentication?session=${sessionId}&selfieCaptureMode=auto`)
      expect((await browser.getResult()).data).toMatchObject({ status: 'pending' })
      expect(await browser.submitFace({ selfie: `data:image/png;base64,${createSelfie('ada')}` })).toMatchObject({
        status: 200,
        data: { success: true, sessionId, status: 'success', pinRequired: false },
      })
      expect((await browser.getResult()).data).toMatchObject({ status: 'success' })
      const { decrypted, json } = await relyingParty.send('GET', path)
      expect(json).toMatchObject({ sessionId, publicKey: expect.any(String) })
      expect(decrypted).toEqual({
        sessionId,
        userId,
        userid: userId,
        did: userId,
        amr: ['face'],
        wallet: [],
        face_compare_score: 0.98,
        selfie: createSelfie('ada'),
      })
    })

    it('returns 404 for the response of a session to another relying party', async () => {
      const { createSession } = await steps()
      const { sessionId } = await createSession({ dvcID: 'anybody' })
      const other = await createLoginFlow(client, host.billfold, host.licence)
      const answer = await other.relyingParty.send('GET', `/sessions/session/${sessionId}/response`)
      expect(answer).toMatchObject({ status: 404, json: { message: 'Session not found' } })
    })

    it('identifies the user by face if the configuration allows it', async () => {
      const { createEnrolledUser, createSession, startBrowser, relyingParty } = await steps()
      const userId = await createEnrolledUser('berta')
      const { sessionId, url } = await createSession({ dvcID: 'anybody' })
      expect((await (await startBrowser(url)).submitFace({ selfie: createSelfie('berta') })).data.status).toBe(
        'success',
      )
      const { decrypted } = await relyingParty.send('GET', `/sessions/session/${sessionId}/response`)
      expect(decrypted).toEqual({ sessionId, userId, userid: userId, did: userId, amr: ['face'] })
    })

    it('returns 400 without a user if the configuration does not identify', async () => {
      const { createSession, startBrowser } = await steps()
      const browser = await startBrowser((await createSession({ dvcID: 'still' })).url)
      expect((await browser.submitFace({ selfie: createSelfie('berta') })).status).toBe(400)
    })

    it('rejects another face and fails the session after five attempts', async () => {
      const { browser } = await login('carla', 'still')
      for (let attempt = 1; attempt <= 4; attempt++)
        expect((await browser.submitFace({ selfie: createSelfie('mallory') })).data).toMatchObject({
          success: false,
          status: 'retry',
        })
      expect((await browser.submitFace({ selfie: createSelfie('mallory') })).data.status).toBe('failure')
      expect(await browser.submitFace({ selfie: createSelfie('carla') })).toMatchObject({ status: 400 })
      expect((await browser.getResult()).data.status).toBe('failure')
    })

    it('asks a user without a face to enrol', async () => {
      const { createSession, startBrowser } = await steps()
      const userId = await createUser(host.billfold)
      const browser = await startBrowser((await createSession({ userId, dvcID: 'still' })).url)
      expect((await browser.submitFace({ selfie: createSelfie('nobody yet') })).data).toMatchObject({
        status: 'enroll',
      })
    })

    it('returns reasons for an unusable face', async () => {
      const { browser } = await login('dora', 'still')
      expect((await browser.submitFace({ selfie: createSelfie('dora', { reason: 'too_dark' }) })).data).toMatchObject({
        status: 'retry',
        message: 'It is too dark',
        reasons: ['too_dark'],
      })
    })
  })

  describe('a liveness check', () => {
    it('accepts the frames of a started challenge once', async () => {
      const { browser } = await login('emma', 'live')
      expect((await browser.submitFace({ selfie: createSelfie('emma') })).status).toBe(400)
      const { steps: input } = (await browser.startLiveness()).data.client as { steps: string[] }
      const frames = createFrames('emma', input)
      expect((await browser.submitFace({ frames: createFrames('emma', ['wink']) })).data).toMatchObject({
        status: 'retry',
        message: 'The movements were not the ones asked for',
      })
      expect((await browser.submitFace({ frames })).status).toBe(400)
      const again = (await browser.startLiveness()).data.client as { steps: string[] }
      expect((await browser.submitFace({ frames: createFrames('emma', again.steps) })).data.status).toBe('success')
    })

    it('rejects a selfie sent with frames of another person', async () => {
      const { browser } = await login('frida', 'live')
      const { steps: input } = (await browser.startLiveness()).data.client as { steps: string[] }
      const answer = await browser.submitFace({ selfie: createSelfie('frida'), frames: createFrames('mallory', input) })
      expect(answer.data.status).toBe('retry')
    })
  })

  describe('the PIN', () => {
    it('is verified after the face with the token of the face step', async () => {
      const { browser } = await login('gerda', 'pin')
      const { data } = await browser.submitFace({ selfie: createSelfie('gerda') })
      expect(data).toMatchObject({ success: true, status: 'pin', pinRequired: true })
      expect((await browser.getResult()).data.status).toBe('pending')
      expect((await browser.verifyPin(data.token, { pin: '0000' })).data).toEqual({ isAuthenticated: false })
      expect((await browser.verifyPin(data.token, { pin: '4711' })).data).toEqual({ isAuthenticated: true })
      expect((await browser.getResult()).data.status).toBe('success')
      expect((await browser.verifyPin(data.token, { pin: '4711' })).status).toBe(400)
    })

    it('fails the session after five wrong attempts', async () => {
      const { browser } = await login('hanna', 'pin')
      const { token } = (await browser.submitFace({ selfie: createSelfie('hanna') })).data
      for (let attempt = 1; attempt <= 5; attempt++)
        expect((await browser.verifyPin(token, { pin: '0000' })).data).toEqual({ isAuthenticated: false })
      expect((await browser.verifyPin(token, { pin: '4711' })).status).toBe(400)
      expect((await browser.getResult()).data.status).toBe('failure')
    })

    it('is rejected without a token of the same session, key and device', async () => {
      const one = await login('ida', 'pin')
      const other = await login('jana', 'pin')
      const { token } = (await one.browser.submitFace({ selfie: createSelfie('ida') })).data
      const without = { headers: { authorization: undefined } }
      expect((await one.browser.verifyPin(token, { pin: '4711' }, without)).status).toBe(401)
      expect((await one.browser.verifyPin(`${token}x`, { pin: '4711' })).status).toBe(401)
      expect((await other.browser.verifyPin(token, { pin: '4711' })).status).toBe(401)
      const plain = await other.browser.submitFace({ selfie: createSelfie('jana') })
      expect((await one.browser.verifyPin(plain.data.token, { pin: '4711' })).status).toBe(401)

      const device = createDevice()
      const third = await login('karla', 'pin')
      const { sessionId, publicKey } = third.browser
      const proof = device.signStep('submit_face', sessionId, publicKey)
      const face = await third.browser.submitFace({ selfie: createSelfie('karla'), device: proof })
      const { verifyPin } = third.browser
      expect((await verifyPin(face.data.token, { pin: '4711' })).status).toBe(401)
      const stranger = createDevice().signStep('verify_pin', sessionId, publicKey)
      expect((await verifyPin(face.data.token, { pin: '4711', device: stranger })).status).toBe(401)
      expect((await verifyPin(face.data.token, { pin: '4711', device: proof })).status).toBe(401)
      const shown = device.signStep('verify_pin', sessionId, publicKey)
      expect((await verifyPin(face.data.token, { pin: '4711', device: shown })).data).toEqual({ isAuthenticated: true })
    })

    it('fails the session if the user has none', async () => {
      const { createSession, startBrowser } = await steps()
      const userId = await createUser(host.billfold, '')
      await enrolFace(client, host.billfold, userId, 'lena')
      const browser = await startBrowser((await createSession({ userId, dvcID: 'pin' })).url)
      expect((await browser.submitFace({ selfie: createSelfie('lena') })).data.status).toBe('failure')
    })
  })

  describe('a device', () => {
    it('is trusted after proving its key with the PIN, and skips the PIN until revoked', async () => {
      const { createSession, startBrowser } = await steps()
      const device = createDevice()
      const { userId, browser } = await login('maria', 'device')
      const show = (step: string, of: { sessionId: string; publicKey: string }) =>
        device.signStep(step, of.sessionId, of.publicKey)
      const face = await browser.submitFace({ selfie: createSelfie('maria'), device: show('submit_face', browser) })
      expect(face.data.status).toBe('pin')
      await browser.verifyPin(face.data.token, {
        pin: '4711',
        isTrustedDevice: true,
        deviceId: 'phone',
        device: show('verify_pin', browser),
      })
      expect((await browser.getResult('phone')).data).toMatchObject({ status: 'success', isTrustedDevice: true })
      expect((await browser.getResult('tablet')).data).toMatchObject({ isTrustedDevice: false })

      const again = await startBrowser((await createSession({ userId, dvcID: 'device' })).url)
      const shown = { selfie: createSelfie('maria'), device: show('submit_face', again) }
      expect((await again.submitFace(shown)).data.status).toBe('success')
      const [trusted] = await host.billfold.authentication.devices.list(userId)
      await host.billfold.authentication.devices.revoke(userId, trusted?.id ?? '')
      const third = await startBrowser((await createSession({ userId, dvcID: 'device' })).url)
      const revoked = { selfie: createSelfie('maria'), device: show('submit_face', third) }
      expect((await third.submitFace(revoked)).data.status).toBe('pin')
    })

    it('is not trusted without a valid key proof', async () => {
      const { createSession, startBrowser } = await steps()
      const { userId, browser } = await login('nora', 'device')
      const { token } = (await browser.submitFace({ selfie: createSelfie('nora') })).data
      expect((await browser.verifyPin(token, { pin: '4711', isTrustedDevice: true })).data.isAuthenticated).toBe(true)
      expect(await host.billfold.authentication.devices.list(userId)).toEqual([])
      const again = await startBrowser((await createSession({ userId, dvcID: 'device' })).url)
      for (const proof of [
        createDevice().signStep('verify_pin', again.sessionId, again.publicKey),
        createDevice().signStep('submit_face', browser.sessionId, again.publicKey),
        createDevice().signStep('submit_face', again.sessionId, browser.publicKey),
        { publicKey: createDevice().publicKey, signature: Buffer.alloc(64).toString('base64') },
        { publicKey: Buffer.alloc(64, 7).toString('base64'), signature: Buffer.alloc(64).toString('base64') },
      ])
        expect((await again.submitFace({ selfie: createSelfie('nora'), device: proof })).status).toBe(401)
    })
  })

  describe('an enrolment', () => {
    it('requires the PIN or a trusted device', async () => {
      const { createSession, startBrowser } = await steps()
      const userId = await createUser(host.billfold)
      const start = async () => startBrowser((await createSession({ userId, dvcID: 'still', purpose: 'enroll' })).url)
      const first = await start()
      const { data } = await first.submitFace({ selfie: createSelfie('olga') })
      expect(data).toMatchObject({ status: 'pin', pinRequired: true })
      const early = await startBrowser((await createSession({ userId, dvcID: 'still' })).url)
      expect((await early.submitFace({ selfie: createSelfie('olga') })).data.status).toBe('enroll')
      const device = createDevice()
      const shown = device.signStep('verify_pin', first.sessionId, first.publicKey)
      await first.verifyPin(data.token, { pin: '4711', isTrustedDevice: true, device: shown })
      const later = await startBrowser((await createSession({ userId, dvcID: 'still' })).url)
      expect((await later.submitFace({ selfie: createSelfie('olga') })).data.status).toBe('success')

      const second = await start()
      const proof = device.signStep('submit_face', second.sessionId, second.publicKey)
      expect((await second.submitFace({ selfie: createSelfie('olga'), device: proof })).data.status).toBe('success')
    })

    it('rejects a face that does not match the enrolled one', async () => {
      const { createEnrolledUser } = await steps()
      const userId = await createEnrolledUser('paula')
      expect((await enrolFace(client, host.billfold, userId, 'mallory')).data.status).toBe('retry')
    })

    it('fails without a second factor, and returns 400 without a user', async () => {
      const { createSession, startBrowser, relyingParty } = await steps()
      const userId = await createUser(host.billfold, '')
      const browser = await startBrowser((await createSession({ userId, dvcID: 'still', purpose: 'enroll' })).url)
      expect((await browser.submitFace({ selfie: createSelfie('rita') })).data.status).toBe('failure')
      const data = { dvcID: 'still', purpose: 'enroll' }
      expect((await relyingParty.send('PUT', '/sessions/session/new', { data })).status).toBe(400)
    })
  })
}
