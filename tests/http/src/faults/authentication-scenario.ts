import { randomUUID } from 'node:crypto'
import { createBillfold } from '@billfold/core'
import { scriptedVerifier } from '@billfold/core/biometrics'
import { createSelfie, createUser } from '../authentication/fixtures.ts'
import { createLoginFlow, type LoginBrowser, publicUrl, type StepReply } from '../authentication/login-flow.ts'
import { fastPasswordHasher } from './fast-password-hasher.ts'
import type { RetryingClient, Scenario } from './scenario.ts'
import { serveApi } from './serve-api.ts'

const pin = '583920'

/** A user enrols a face and signs in by it and a PIN, through sessions of a relying party. */
export const authenticationScenario: Scenario = {
  name: 'authentication: a face is enrolled, and signs in with a PIN',
  variableTables: {
    audit_records: 'an act that is done again is recorded again',
    auth_sessions: 'a session that somebody has lost is left for another, and expires',
    request_answers: 'the steps of a session that was left',
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
    const { asker, close } = await serveApi(authentication)
    const client = watch(asker)
    return {
      close,
      secrets: [pin, licence, createSelfie('ada')],
      run: async (patient) => {
        const { retry } = patient
        const steps = (
          await retry(async () => ({ status: 200, steps: await createLoginFlow(client, billfold, licence) }))
        ).steps
        /** A session in a browser; none where its URL was opened, and the browser was never told. */
        const begin = async (
          purpose: 'enroll' | 'authenticate',
          configuration: string,
        ): Promise<LoginBrowser | undefined> => {
          const asked = { userId, purpose, configuration, identityVerified: purpose === 'enroll' } as const
          const { sessionId } = await retry(async () => ({
            status: 200,
            ...(await authentication.sessions.create(asked)),
          }))
          const opening = steps.openBrowser(`${publicUrl}/sessions/session/${sessionId}`)
          return opening.catch((error: unknown) => {
            if (!String(error).includes('not opened: 403')) throw error
            return undefined
          })
        }
        // Each try of one step has the same request id, so that the step is taken once.
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

/** Goes through a session; one that cannot be brought to its end, since an answer was lost, is left for another. */
async function untilDone({ retry }: RetryingClient, session: () => Promise<StepReply>): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    const { status, data } = await retry(session)
    if (status === 200 && (data.success === true || data.isAuthenticated === true)) return
  }
  throw new Error('nobody gets in')
}
