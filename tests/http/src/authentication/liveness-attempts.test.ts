import type { BiometricVerifier } from '@billfold/core/biometrics'
import { scriptedVerifier } from '@billfold/core/biometrics'
import { describe, expect, it } from 'vitest'
import { createFaceMethodClient, signatureRequest } from '../custody/face-method-client.ts'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { createFaceHost, type FaceHost } from './face-host.ts'
import { createFrames, createSelfie } from './fixtures.ts'
import { createLoginFlow, type LoginBrowser } from './login-flow.ts'

/** Asks for the same movements each time, and returns no perceptual hashes: Billfold then compares the bytes of frames. */
function fixedChallengeVerifier(): BiometricVerifier {
  const scripted = scriptedVerifier()
  const steps = ['turn_left', 'open_mouth']
  return {
    ...scripted,
    startLiveness: async () => {
      const expiresAt = Date.now() + 600_000
      return { state: JSON.stringify({ steps, expiresAt }), client: { steps }, expiresAt }
    },
    checkLiveness: async (input, context) => {
      const { outcome, image } = (await scripted.checkLiveness?.(input, context)) ?? {}
      if (outcome === undefined) throw new Error('the scripted verifier checks liveness')
      return { outcome, ...(image !== undefined && { image }) }
    },
  }
}

const frames = (person: string): string[] => createFrames(person, ['turn_left', 'open_mouth'])

/** Creates a user with a face, and a function that starts a login of the user in a new browser. */
async function startLogins({ billfold, licence }: FaceHost, person: string): Promise<() => Promise<LoginBrowser>> {
  const flow = await createLoginFlow(inMemoryDriver(billfold.authentication), billfold, licence)
  const userId = await flow.createEnrolledUser(person)
  return async () => flow.startBrowser((await flow.createSession({ userId, dvcID: 'live' })).url)
}

describe('the start of a liveness check', () => {
  it('is an attempt: a session has five, and the last one can still pass', async () => {
    const host = await createFaceHost()
    const browser = await (await startLogins(host, 'ada'))()
    let steps: string[] = []
    for (let draw = 1; draw <= 5; draw++) {
      const { status, data } = await browser.startLiveness()
      expect(status).toBe(200)
      steps = (data as { client: { steps: string[] } }).client.steps
    }
    expect((await browser.startLiveness()).status).toBe(400)
    expect((await browser.submitFace({ frames: createFrames('ada', steps) })).data.status).toBe('success')
  })

  it('is counted once when frames follow, and the session fails after the last one', async () => {
    const host = await createFaceHost()
    const browser = await (await startLogins(host, 'berta'))()
    const statuses: unknown[] = []
    for (let attempt = 1; attempt <= 5; attempt++) {
      await browser.startLiveness()
      statuses.push((await browser.submitFace({ frames: createFrames('berta', ['wink']) })).data.status)
    }
    expect(statuses).toEqual(['retry', 'retry', 'retry', 'retry', 'failure'])
  })

  it('is counted in each of twenty concurrent requests', async () => {
    const host = await createFaceHost()
    const browser = await (await startLogins(host, 'carla'))()
    const replies = await Promise.all(Array.from({ length: 20 }, () => browser.startLiveness()))
    const started = replies.filter(({ status }) => status === 200).length
    expect(started).toBeGreaterThan(0)
    expect(started).toBeLessThanOrEqual(5)
    for (let draw = started; draw < 5; draw++) expect((await browser.startLiveness()).status).toBe(200)
    expect((await browser.startLiveness()).status).toBe(400)
  })

  it("counts against the user's limit over all sessions, and of a signing method in a limit of its own", async () => {
    const names: string[] = []
    const allow = async ({ name }: { readonly name: string }) => {
      names.push(name)
      return { allowed: true, retryAfterSeconds: 1 }
    }
    const host = await createFaceHost({ rateLimiter: { consume: allow, peek: allow } })
    const browser = await (await startLogins(host, 'dora'))()
    names.length = 0
    await browser.startLiveness()
    expect(names).toContain('face attempts per licence')
    expect(names).toContain('liveness starts per user')
    const { billfold, licence } = host
    const methods = await createFaceMethodClient(inMemoryDriver(billfold.custody), billfold, licence)
    const user = await methods.createFaceUser('dora')
    names.length = 0
    await methods.startCheck(user)
    expect(names).toContain('face checks started per user')
    expect(names).not.toContain('face attempts per user')
  })
})

describe('frames that passed a liveness check', () => {
  it('are rejected in a later session of the user, together or one among new ones', async () => {
    const host = await createFaceHost({ authentication: { verifier: fixedChallengeVerifier() } })
    const start = await startLogins(host, 'emma')
    const login = async (presented: readonly string[]) => {
      const browser = await start()
      await browser.startLiveness()
      return (await browser.submitFace({ frames: presented })).data as { status: string; reasons: string[] }
    }
    expect((await login(frames('emma'))).status).toBe('success')
    expect(await login(frames('emma'))).toMatchObject({ status: 'retry', reasons: ['spoof'] })
    const fresh = (pose?: string) =>
      createSelfie('emma', { lookalikes: ['nobody'], ...(pose !== undefined && { pose }) })
    const mixed = [frames('emma')[0] ?? '', fresh('open_mouth'), fresh()]
    expect(await login(mixed)).toMatchObject({ status: 'retry', reasons: ['spoof'] })
    expect((await login([fresh('turn_left'), fresh('open_mouth'), fresh()])).status).toBe('success')
  })

  it('pass in one of eight concurrent sessions', async () => {
    const host = await createFaceHost({ authentication: { verifier: fixedChallengeVerifier() } })
    const start = await startLogins(host, 'frida')
    const browsers = await Promise.all(Array.from({ length: 8 }, start))
    for (const browser of browsers) await browser.startLiveness()
    const replies = await Promise.all(browsers.map((browser) => browser.submitFace({ frames: frames('frida') })))
    expect(replies.filter(({ data }) => data?.status === 'success')).toHaveLength(1)
  })

  it('are rejected for a signing method of the same user', async () => {
    const host = await createFaceHost({ authentication: { verifier: fixedChallengeVerifier() } })
    const { billfold, licence } = host
    const { createFaceUser, startCheck, presentFace } = await createFaceMethodClient(
      inMemoryDriver(billfold.custody),
      billfold,
      licence,
    )
    const user = await createFaceUser('gerda')
    const wanted = signatureRequest(user.walletId)
    const present = async () => {
      const { result } = await startCheck(user)
      return presentFace(user, result.id, wanted, { evidence: { frames: frames('gerda') } })
    }
    expect((await present()).status).toBe(200)
    expect(await present()).toMatchObject({ status: 403, codes: ['signing-method.invalid'] })
  })

  it('are forgotten with the face and with the user', async () => {
    const host = await createFaceHost({ authentication: { verifier: fixedChallengeVerifier() } })
    const { billfold, licence } = host
    const flow = await createLoginFlow(inMemoryDriver(billfold.authentication), billfold, licence)
    const userId = await flow.createEnrolledUser('hanna')
    const browser = await flow.startBrowser((await flow.createSession({ userId, dvcID: 'live' })).url)
    await browser.startLiveness()
    expect((await browser.submitFace({ frames: frames('hanna') })).data.status).toBe('success')
    await billfold.authentication.faces.remove(userId)
    const input = { userId, purpose: 'enroll', identityVerified: true, configuration: 'live' } as const
    const { sessionId } = await billfold.authentication.sessions.create(input)
    const again = await flow.startBrowser(`https://login.example/walletapi/sessions/session/${sessionId}`)
    await again.startLiveness()
    expect((await again.submitFace({ frames: frames('hanna') })).data.status).toBe('success')
  })
})
