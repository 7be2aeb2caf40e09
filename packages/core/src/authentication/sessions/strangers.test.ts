import { beforeEach, describe, expect, test } from 'vitest'
import type { CustodyServices } from '../../custody/services.ts'
import { trustDeviceWrites } from '../../identity/devices/trusted-devices.ts'
import { authorizeMethod, withAuthorizedMethod } from '../../identity/signing-methods/authorize-method.ts'
import { batch } from '../../kernel/storage/index.ts'
import { type FaceLogin, faceLogin, testPin } from '../../test-fixtures/face-login.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'

const tenant = 'default'
const actor = { tenant, id: 'host' }
const codes = { wrong: 'pincode.incorrect', locked: 'pincode.no-tries-left' } as const

let services: CustodyServices
let app: FaceLogin
let userId: string

beforeEach(async () => {
  services = testServices()
  app = await faceLogin(services)
  userId = await app.createUser()
  expect((await app.enrol(userId, 'ada')).decrypted).toMatchObject({ status: 'success' })
})

async function trustAnotherDevice(): Promise<void> {
  const device = { thumbprint: 'x'.repeat(43) }
  await services.storage.commit(batch(...(await trustDeviceWrites(services, actor, userId, device, 'phone'))))
}

/** Wrong PINs of somebody who shows the face of the user, on the device of the app. */
async function guessPins(count: number): Promise<void> {
  for (let guess = 0; guess < count; guess += 5) {
    const awaiting = await app.awaitPin({ userId, configuration: 'always PIN' }, 'ada')
    for (let attempt = 0; attempt < 5; attempt++) await app.verifyPin(awaiting, '0000')
  }
}

describe('wrong PINs on a device that the user does not trust', () => {
  test('cannot lock the PIN for the devices that the user trusts, and for custody', async () => {
    await trustAnotherDevice()
    await guessPins(20)
    expect(await outcomeCode(authorizeMethod(services, actor, userId, { type: 'PIN' }, testPin, codes))).toBe('done')
  })

  test('have the reply of a wrong PIN once they are refused, and the right PIN too', async () => {
    await trustAnotherDevice()
    await guessPins(5)
    const awaiting = await app.awaitPin({ userId, configuration: 'always PIN' }, 'ada')
    expect((await app.verifyPin(awaiting, testPin)).decrypted).toEqual({ isAuthenticated: false })
  })

  test('are ten in all for a user who trusts no device', async () => {
    await guessPins(5)
    const awaiting = await app.awaitPin({ userId, configuration: 'always PIN' }, 'ada')
    expect((await app.verifyPin(awaiting, testPin)).decrypted).toEqual({ isAuthenticated: true })
    await guessPins(10)
    expect(await outcomeCode(authorizeMethod(services, actor, userId, { type: 'PIN' }, testPin, codes))).toBe(
      'pincode.no-tries-left',
    )
  })

  test('do not exceed five when they are sent concurrently', async () => {
    const presented = { method: { type: 'PIN' }, value: '0000', codes, isKnownCaller: async () => false } as const
    const attempts = Array.from({ length: 40 }, () =>
      outcomeCode(withAuthorizedMethod(services, actor, userId, presented, async () => undefined)),
    )
    const outcomes = await Promise.all(attempts)
    expect(outcomes.filter((code) => code === 'pincode.incorrect')).toHaveLength(5)
    expect(outcomes.filter((code) => code === 'pincode.no-tries-left')).toHaveLength(35)
  })
})

describe('the face attempts of strangers for a user', () => {
  const useUp = async () => {
    const key = { name: 'face attempts per user', subject: userId, tenant }
    for (let attempt = 0; attempt < 30; attempt++)
      await services.rateLimiter.consume(key, { limit: 30, windowSeconds: 3600 })
  }

  test('do not use up the limit of a device that the user trusts', async () => {
    const awaiting = await app.awaitPin({ userId, configuration: 'always PIN' }, 'ada')
    expect((await app.verifyPin(awaiting, testPin, true)).decrypted).toEqual({ isAuthenticated: true })
    await useUp()
    expect((await app.submitFace(await app.startSession({ userId }), 'ada')).decrypted).toMatchObject({
      status: 'success',
    })
  })

  test('are limited on devices that the user does not trust', async () => {
    await useUp()
    expect((await app.submitFace(await app.startSession({ userId }), 'ada')).status).toBe(429)
  })
})
