import type { EventType } from '@billfold/core'
import { direct } from '../authentication/direct.ts'
import { newDevice, newUser, selfieOf } from '../authentication/people.ts'
import { sealer } from '../authentication/sealer.ts'
import { type Browser, enrol, type Steps, stepsAt } from '../authentication/steps.ts'
import type { Act, Setup } from './setup.ts'

async function stepsOf({ billfold }: Setup): Promise<Steps> {
  const { configurations } = billfold.authentication
  await configurations.create({ tag: 'still', liveness: 'none', pin: 'never' })
  await configurations.create({ tag: 'device', liveness: 'none' })
  const { licence } = await billfold.licences.create({ tag: 'relying party' })
  return stepsAt(direct(billfold.authentication), billfold, licence)
}

/** Somebody who has opened a session in a browser. */
async function opened(setup: Setup, dvcID: string): Promise<{ readonly userId: string; readonly browser: Browser }> {
  const steps = await stepsOf(setup)
  const userId = await steps.enrolled('ada')
  const { url } = await steps.session({ userId, dvcID })
  return { userId, browser: await steps.open(url) }
}

/** Shows the face and the device's key, and gives what enters the PIN and trusts the device. */
async function trusting(setup: Setup) {
  const { userId, browser } = await opened(setup, 'device')
  const device = newDevice()
  const shown = (step: string) => device.prove(step, browser.sessionId, browser.publicKey)
  const { data } = await browser.face({ selfie: selfieOf('ada'), device: shown('submit_face') })
  const asked = { pin: '4711', isTrustedDevice: true, deviceId: 'phone', device: shown('verify_pin') }
  return { userId, trust: () => browser.pin(data.token, asked) }
}

/** What sessions, faces and devices tell of. */
export const signInActs = {
  'session.verified': async (setup) => {
    const { browser } = await opened(setup, 'still')
    return () => browser.face({ selfie: selfieOf('ada') })
  },
  'session.failed': async (setup) => {
    const steps = await stepsOf(setup)
    const userId = await newUser(setup.billfold)
    const { url } = await steps.session({ userId, dvcID: 'still' })
    const browser = await steps.open(url)
    return () => browser.face({ selfie: selfieOf('ada') })
  },
  'face.enrolled': async (setup) => {
    await stepsOf(setup)
    const userId = await newUser(setup.billfold)
    return () => enrol(direct(setup.billfold.authentication), setup.billfold, userId, 'ada')
  },
  'face.removed': async (setup) => {
    const { userId } = await opened(setup, 'still')
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
    const operator = await sealer(direct(billfold.authentication), { licence })
    return () => operator.send('DELETE', `/servicekey/${keyId}`)
  },
} satisfies { readonly [Type in EventType]?: Act }
