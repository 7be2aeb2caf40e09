import { randomUUID } from 'node:crypto'
import { createBillfold } from '@billfold/core'
import { scriptedVerifier } from '@billfold/core/biometrics'
import { createSelfie, createUser } from '../authentication/fixtures.ts'
import { createLoginFlow, type LoginBrowser, publicUrl, type StepReply } from '../authentication/login-flow.ts'
import { fastPasswordHasher } from './fast-password-hasher.ts'
import type { RetryingClient, Scenario } from './scenario.ts'
import { serveApi } from './serve-api.ts'

const pin = '583920'

/** A user enrols a face and signs in with face and PIN through sessions. */
export const authenticationScenario: Scenario = {
  name: 'authentication: a face is enrolled, and signs in with a PIN',
  variableTables: {
    audit_records: 'a repeated action is recorded again',
    auth_sessions: 'a session that somebody has lost is left for another, and expires',
    request_replies: 'the steps of a session that was left',
    face_attempts: 'the attempts of a session that was left',
  },
  prepare: async (stage, watch) => {
    const billfold = createBillfold({
      ...stage,
      passwordHasher: fastPasswordHasher,
      failedAttemptLimit: { limit: 1_000_000, windowSeconds: 60 },
      authentication: { publicUrl, verifier: scriptedVerifier(), assessRisk: () => 'allow' },
    })
    const { authentication, licences } = billfold
    await authentication.configurations.create({ tag: 'enrol', liveness: 'none', pin: 'never' })
    await authentication.configurations.create({ tag: 'pin', liveness: 'none', pin: 'always' })
    const { licence } = await licences.create({ tag: 'relying party' })
    const userId = await createUser(billfold, pin, stage.tenant)
    const { driver, close } = await serveApi(authentication)
    const client = watch(driver)
    return {
      close,
      secrets: [pin, licence, createSelfie('ada')],
      run: async (patient) => {
        const { retry } = patient
        const steps = (
          await retry(async () => ({ status: 200, steps: await createLoginFlow(client, billfold, licence) }))
        ).steps
        /** Starts a session in a browser; undefined if the reply to its start was lost. */
        const begin = async (
          purpose: 'enroll' | 'authenticate',
          configuration: string,
        ): Promise<LoginBrowser | undefined> => {
          const input = { userId, purpose, configuration, identityVerified: purpose === 'enroll' } as const
          const { sessionId } = await retry(async () => ({
            status: 200,
            ...(await authentication.sessions.create(input)),
          }))
          const opening = steps.startBrowser(`${publicUrl}/sessions/session/${sessionId}`)
          return opening.catch((error: unknown) => {
            if (!String(error).includes('not opened: 403')) throw error
            return undefined
          })
        }
        // Retries of a step have the same request id, so that it is executed once.
        const submit = async (browser: LoginBrowser | undefined): Promise<StepReply> => {
          const uuid = randomUUID()
          return browser === undefined
            ? unopened
            : retry(() => browser.submitFace({ selfie: createSelfie('ada') }, { uuid }))
        }
        await untilDone(patient, async () => submit(await begin('enroll', 'enrol')))
        await untilDone(patient, async () => {
          const browser = await begin('authenticate', 'pin')
          const face = await submit(browser)
          if (browser === undefined || face.status !== 200) return face
          const uuid = randomUUID()
          return retry(() => browser.verifyPin(face.data.token, { pin, isTrustedDevice: false }, { uuid }))
        })
      },
    }
  },
}

const unopened: StepReply = { status: 403, data: undefined, json: undefined }

/** Completes a session; one that cannot be completed after a lost reply is replaced by another. */
async function untilDone({ retry }: RetryingClient, session: () => Promise<StepReply>): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const { status, data } = await retry(session)
    if (status === 200 && (data.success === true || data.isAuthenticated === true)) return
  }
  throw new Error('no login succeeds')
}
