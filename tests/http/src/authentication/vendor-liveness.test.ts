import { type BiometricVerifier, scriptedVerifier, type VerifierOutcome } from '@billfold/core/biometrics'
import { describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { createFaceHost } from './face-host.ts'
import { createFrames, createUser } from './fixtures.ts'
import { createLoginFlow } from './login-flow.ts'

const model = { name: 'acme', version: '3' }
const pass: VerifierOutcome = { decision: 'pass', reasons: [], model }

/** What a vendor's service knows about a liveness session: the person whom its SDK has filmed. */
type VendorSessions = Map<string, { readonly person: string; readonly live: boolean }>

/** A verifier whose vendor checks liveness in a session of its own, and keeps the faces. */
function vendorVerifier(sessions: VendorSessions): BiometricVerifier {
  const format = 'acme-face/3'
  const personOf = (sessionId: string): string => sessions.get(sessionId)?.person ?? ''
  return {
    name: 'acme',
    capabilities: {
      identify: false,
      templates: { kind: 'reference', format },
      liveness: 'session',
      assurance: 'certified',
    },
    startLiveness: async () => {
      const sessionId = crypto.randomUUID()
      return { state: sessionId, client: { sessionId, region: 'eu' }, expiresAt: Date.now() + 60_000 }
    },
    // The state binds the evidence to the session that was started: the session of somebody else is not accepted.
    checkLiveness: async ({ evidence, state }) => {
      if (evidence.kind !== 'session' || evidence.sessionId !== state)
        return { outcome: { ...pass, decision: 'fail', reasons: ['challenge_failed'] } }
      const live = sessions.get(state)?.live === true
      return { outcome: live ? pass : { ...pass, decision: 'fail', reasons: ['spoof'] } }
    },
    enrol: async ({ evidence: [evidence] }) => ({
      outcome: pass,
      templates: [
        {
          kind: 'reference',
          format,
          reference: evidence?.kind === 'session' ? personOf(evidence.sessionId) : 'nobody',
        },
      ],
    }),
    compare: async ({ evidence, templates }) => {
      const same = templates.some(
        (template) =>
          template.kind === 'reference' &&
          evidence.kind === 'session' &&
          template.reference === personOf(evidence.sessionId),
      )
      return same ? pass : { ...pass, decision: 'fail' }
    },
    remove: async () => {},
  }
}

describe("a vendor's verifier", () => {
  it('with a certified liveness check logs a user in by its own sessions, without a PIN by default', async () => {
    const sessions: VendorSessions = new Map()
    const { billfold, licence } = await createFaceHost({
      authentication: { verifier: vendorVerifier(sessions), assessRisk: undefined } as object,
    })
    await billfold.authentication.configurations.create({ tag: 'certified', liveness: 'certified', pin: 'never' })
    const { createSession, startBrowser } = await createLoginFlow(
      inMemoryDriver(billfold.authentication),
      billfold,
      licence,
    )
    const user = await createUser(billfold)
    /** Films a person with the vendor's SDK in a session. */
    const film = async (url: string, person: string, live: boolean) => {
      const browser = await startBrowser(url)
      const { client } = (await browser.startLiveness()).data as { client: { sessionId: string; region: string } }
      expect(client.region).toBe('eu')
      sessions.set(client.sessionId, { person, live })
      return { browser, livenessSessionId: client.sessionId }
    }
    const enrolment = { userId: user, purpose: 'enroll', identityVerified: true, configuration: 'certified' } as const
    const { sessionId } = await billfold.authentication.sessions.create(enrolment)
    const first = await film(`https://login.example/walletapi/sessions/session/${sessionId}`, 'ada', true)
    expect((await first.browser.submitFace({ livenessSessionId: first.livenessSessionId })).data.status).toBe('success')

    const login = async (person: string, live: boolean, other?: string) => {
      const { url } = await createSession({ userId: user, dvcID: 'certified' })
      const { browser, livenessSessionId } = await film(url, person, live)
      return (await browser.submitFace({ livenessSessionId: other ?? livenessSessionId })).data as { status: string }
    }
    expect(await login('ada', true)).toMatchObject({ status: 'success' })
    expect(await login('ada', false)).toMatchObject({ status: 'retry', reasons: ['spoof'] })
    expect(await login('mallory', true)).toMatchObject({ status: 'retry' })
    // A session that was filmed for another login.
    expect(await login('ada', true, first.livenessSessionId)).toMatchObject({ status: 'retry' })
  })

  it('of a lower assurance than the configuration requires is not used at all', async () => {
    const { billfold, licence } = await createFaceHost({ authentication: { verifier: scriptedVerifier() } })
    await billfold.authentication.configurations.create({ tag: 'certified', liveness: 'certified', pin: 'never' })
    const flow = await createLoginFlow(inMemoryDriver(billfold.authentication), billfold, licence)
    const userId = await flow.createEnrolledUser('berta')
    const browser = await flow.startBrowser((await flow.createSession({ userId, dvcID: 'certified' })).url)
    expect((await browser.submitFace({ frames: createFrames('berta', ['turn_left']) })).status).toBe(503)
    expect((await browser.getResult()).data.status).toBe('pending')
  })
})
