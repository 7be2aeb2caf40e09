import type { EventType } from '@billfold/core'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { createDevice, createSelfie, createUser } from '../authentication/fixtures.ts'
import { createEncryptingClient } from '../authentication/encrypting-client.ts'
import { createLoginFlow, enrolFace, type LoginBrowser, type LoginFlow } from '../authentication/login-flow.ts'
import type { EventHost, EventTrigger } from './event-host.ts'

async function createSteps({ billfold }: EventHost): Promise<LoginFlow> {
  const { configurations } = billfold.authentication
  await configurations.create({ tag: 'still', liveness: 'none', pin: 'never' })
  await configurations.create({ tag: 'device', liveness: 'none' })
  const { licence } = await billfold.licences.create({ tag: 'relying party' })
  return createLoginFlow(inMemoryDriver(billfold.authentication), billfold, licence)
}

/** Starts a session of an enrolled user in a browser. */
async function startLogin(
  setup: EventHost,
  dvcID: string,
): Promise<{ readonly userId: string; readonly browser: LoginBrowser }> {
  const steps = await createSteps(setup)
  const userId = await steps.createEnrolledUser('ada')
  const { url } = await steps.createSession({ userId, dvcID })
  return { userId, browser: await steps.startBrowser(url) }
}

/** Verifies the face and the device, and returns a function that enters the PIN and trusts the device. */
async function trusting(setup: EventHost) {
  const { userId, browser } = await startLogin(setup, 'device')
  const device = createDevice()
  const shown = (step: string) => device.signStep(step, browser.sessionId, browser.publicKey)
  const { data } = await browser.submitFace({ selfie: createSelfie('ada'), device: shown('submit_face') })
  const input = { pin: '4711', isTrustedDevice: true, deviceId: 'phone', device: shown('verify_pin') }
  return { userId, trust: () => browser.verifyPin(data.token, input) }
}

/** Triggers for the events of sessions, faces and devices. */
export const authenticationTriggers = {
  'session.verified': async (setup) => {
    const { browser } = await startLogin(setup, 'still')
    return () => browser.submitFace({ selfie: createSelfie('ada') })
  },
  'session.failed': async (setup) => {
    const steps = await createSteps(setup)
    const userId = await createUser(setup.billfold)
    const { url } = await steps.createSession({ userId, dvcID: 'still' })
    const browser = await steps.startBrowser(url)
    return () => browser.submitFace({ selfie: createSelfie('ada') })
  },
  'session.consent-given': async (setup) => {
    const { browser } = await startLogin(setup, 'still')
    return () => browser.send('/v2/give_consent', { version: '2026-03' })
  },
  'face.enrolled': async (setup) => {
    await createSteps(setup)
    const userId = await createUser(setup.billfold)
    return () => enrolFace(inMemoryDriver(setup.billfold.authentication), setup.billfold, userId, 'ada')
  },
  'face.removed': async (setup) => {
    const { userId } = await startLogin(setup, 'still')
    return () => setup.billfold.authentication.faces.remove(userId)
  },
  'device.trusted': async (setup) => (await trusting(setup)).trust,
  'device.revoked': async (setup) => {
    const { userId, trust } = await trusting(setup)
    await trust()
    const { devices } = setup.billfold.authentication
    const [device] = await devices.list(userId)
    return () => devices.revoke(userId, device?.id ?? '')
  },
  'service-key.reset': async ({ billfold }) => {
    const { licence } = await billfold.licences.create({ tag: 'operator', authLevel: 'system' })
    const { keyId } = await billfold.serviceKeys.create({ tag: 'a', scopes: ['authentication'] })
    const operator = await createEncryptingClient(inMemoryDriver(billfold.authentication), { licence })
    return () => operator.send('DELETE', `/servicekey/${keyId}`)
  },
} satisfies { readonly [Type in EventType]?: EventTrigger }
