import { basicAuthorization } from '../basic-authorization.ts'
import { memoryStorage, type Storage } from '@billfold/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { createFaceHost, type FaceHost } from './face-host.ts'
import { createDevice, createSelfie, createUser } from './fixtures.ts'
import { createEncryptingClient } from './encrypting-client.ts'
import { createLoginFlow, enrolFace } from './login-flow.ts'

let host: FaceHost
let storage: Storage
const driver = () => inMemoryDriver(host.billfold.authentication)

beforeEach(async () => {
  storage = memoryStorage()
  host = await createFaceHost({ storage })
})

async function identified(person: string): Promise<number> {
  const caller = await createEncryptingClient(driver(), { licence: host.licence })
  const data = { selfie: createSelfie(person), dvcId: 'anybody', communityId: 'default', tenantId: 'default' }
  return (await caller.send('POST', '/identify_selfie', { data })).status
}

/** Creates a user with a face and the trusted device `phone of ada`. */
async function ada(): Promise<string> {
  const userId = await createUser(host.billfold)
  await enrolFace(driver(), host.billfold, userId, 'ada')
  const { createSession, startBrowser } = await createLoginFlow(driver(), host.billfold, host.licence)
  const browser = await startBrowser((await createSession({ userId, dvcID: 'pin' })).url)
  const device = createDevice()
  const show = (step: string) => device.signStep(step, browser.sessionId, browser.publicKey)
  const face = await browser.submitFace({ selfie: createSelfie('ada'), device: show('submit_face') })
  const input = { pin: '4711', isTrustedDevice: true, deviceId: 'phone of ada', device: show('verify_pin') }
  expect((await browser.verifyPin(face.data.token, input)).data).toEqual({ isAuthenticated: true })
  return userId
}

describe('a user', () => {
  it('is exported with enrolled communities and trusted devices', async () => {
    const { data } = (await host.billfold.users.export(await ada())) as { data: Record<string, unknown> }
    expect(data).toMatchObject({
      faces: [{ community: 'default', templates: 1, createdAt: expect.any(String) }],
      devices: [{ label: 'phone of ada', trustedAt: expect.any(String) }],
    })
    const stranger = await host.billfold.users.export(await createUser(host.billfold))
    expect(stranger).not.toHaveProperty('data.faces')
  })

  it('has no face and no device after erasure', async () => {
    const userId = await ada()
    expect(await identified('ada')).toBe(200)
    await host.billfold.users.erase(userId)
    expect(await identified('ada')).toBe(404)
    expect(await host.billfold.authentication.devices.list(userId)).toEqual([])
    await expect(host.billfold.authentication.faces.remove(userId, { community: 'default' })).rejects.toMatchObject({
      code: 'face.not-found',
    })
    await host.billfold.users.erase(userId)
  })

  it('is not identified by face once archived', async () => {
    const userId = await createUser(host.billfold, '')
    await enrolFace(driver(), host.billfold, userId, 'berta')
    expect(await identified('berta')).toBe(200)
    const { keyId, keySecret } = await host.billfold.serviceKeys.create({ tag: 'users', scopes: ['custody'] })
    const authorization = basicAuthorization(keyId, keySecret)
    const gone = await inMemoryDriver(host.billfold.custody).request('DELETE', `/api/users/${userId}`, {
      headers: { authorization },
    })
    expect(gone.status).toBe(200)
    expect(await identified('berta')).toBe(404)
  })
})
