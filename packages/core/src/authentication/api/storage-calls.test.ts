import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type ClientKeyPair, generateClientKeyPair } from '../../client/index.ts'
import { createVerificationConfiguration } from '../../identity/biometrics/verification-configurations.ts'
import { scriptedSelfie } from '../../identity/biometrics/scripted-selfie.ts'
import { scriptedVerifier } from '../../identity/biometrics/scripted-verifier.ts'
import { formatDeviceStatement } from '../../identity/devices/device-key.ts'
import { createUser } from '../../identity/users/create.ts'
import { memoryStorage } from '../../kernel/storage/index.ts'
import { memoryRateLimiter } from '../../platform/rate-limits/index.ts'
import type { Services } from '../../platform/services.ts'
import { type AuthenticationCall, authenticationCaller } from '../../test-fixtures/authentication-caller.ts'
import { type CountingStorage, countingStorage, type StorageCalls } from '../../test-fixtures/counting-storage.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createSession, type CreateSessionInput } from '../sessions/create-session.ts'

const actor = { tenant: 'default', id: 'host' }
const pin = '4711'
const sessionReply = z.object({ sessionId: z.string(), token: z.string() }).partial()

let counter: CountingStorage
let services: Services
let call: AuthenticationCall
let pair: ClientKeyPair
let device: KeyObject

beforeEach(async () => {
  counter = countingStorage(memoryStorage())
  services = { ...testServices(counter.storage), rateLimiter: memoryRateLimiter() }
  pair = generateClientKeyPair('secp256k1')
  device = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  call = await authenticationCaller(services, {
    options: { verifier: scriptedVerifier(), assessRisk: () => 'allow' },
    pair,
  })
  const rules = { liveness: 'none' } as const
  await createVerificationConfiguration(services, actor, { tag: 'default', ...rules, identify: true })
  await createVerificationConfiguration(services, actor, { tag: 'face only', ...rules, pin: 'never' })
  await createVerificationConfiguration(services, actor, { tag: 'always PIN', ...rules, pin: 'always' })
})

const selfieOf = (person: string): string => Buffer.from(scriptedSelfie({ person })).toString('base64')

async function userWithPin(): Promise<string> {
  const { user } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: pin } })
  return user.id
}

function proveDevice(step: string, subject: string): { publicKey: string; signature: string } {
  const caller = Buffer.from(pair.publicKey, 'base64').toString('base64url', 0, 32)
  const text = Buffer.from(formatDeviceStatement({ step, subject, caller }))
  const { x = '', y = '' } = device.export({ format: 'jwk' })
  return {
    publicKey: Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]).toString('base64'),
    signature: sign('sha256', text, { key: device, dsaEncoding: 'ieee-p1363' }).toString('base64'),
  }
}

/** Creates a session and starts it for the calling app. */
async function startedSession(input: Omit<CreateSessionInput, 'community'>): Promise<string> {
  const { id } = await createSession(services, actor, { community: 'default', ...input })
  expect((await call('startLiveness', { data: { sessionId: id } })).status).toBe(200)
  return id
}

/** Counts the storage calls of a request, its guard included. */
async function countCalls(
  operation: string,
  input: Parameters<AuthenticationCall>[1],
): Promise<{ readonly calls: StorageCalls; readonly reply: Awaited<ReturnType<AuthenticationCall>> }> {
  let reply: Awaited<ReturnType<AuthenticationCall>> = { status: 0, body: undefined, decrypted: undefined }
  const calls = await counter.count(async () => {
    reply = await call(operation, input)
  })
  return { calls, reply }
}

function expectAtMost(actual: StorageCalls, limit: StorageCalls): void {
  expect(actual.reads, 'reads').toBeLessThanOrEqual(limit.reads)
  expect(actual.commits, 'commits').toBeLessThanOrEqual(limit.commits)
}

const submit = (sessionId: string, person: string) =>
  countCalls('submitFace', {
    data: { sessionId, selfie: selfieOf(person), device: proveDevice('submit_face', sessionId) },
  })

/** Enrols a face for a user whom the host has identified. */
async function enrolledUser(person: string): Promise<string> {
  const userId = await userWithPin()
  const sessionId = await startedSession({ userId, purpose: 'enroll', identityVerified: true })
  expect((await submit(sessionId, person)).reply.decrypted).toMatchObject({ status: 'success' })
  return userId
}

async function verifyPin(sessionId: string, token: string, value: string, isTrustedDevice = false) {
  const data = { pin: value, isTrustedDevice, device: proveDevice('verify_pin', sessionId) }
  return countCalls('verifyPin', { data, headers: { authorization: `Bearer ${token}` } })
}

async function sessionAwaitingPin(input: Omit<CreateSessionInput, 'community'>, person: string) {
  const sessionId = await startedSession(input)
  const { token = '' } = sessionReply.parse((await submit(sessionId, person)).reply.decrypted)
  return { sessionId, token }
}

/** Trusts the device of these tests, by a PIN after a face. */
async function trustDevice(userId: string, person: string): Promise<void> {
  const { sessionId, token } = await sessionAwaitingPin({ userId, configuration: 'always PIN' }, person)
  expect((await verifyPin(sessionId, token, pin, true)).reply.decrypted).toEqual({ isAuthenticated: true })
}

describe('submit_face makes at most 6 storage reads and 3 commits', () => {
  const limit = { reads: 6, commits: 3 }

  test('for a match on a new device', async () => {
    const sessionId = await startedSession({ userId: await enrolledUser('ada'), configuration: 'face only' })
    const { calls, reply } = await submit(sessionId, 'ada')
    expect(reply.decrypted).toMatchObject({ status: 'success' })
    expectAtMost(calls, limit)
  })

  test('for a match on a trusted device', async () => {
    const userId = await enrolledUser('ada')
    await trustDevice(userId, 'ada')
    const { calls, reply } = await submit(await startedSession({ userId }), 'ada')
    expect(reply.decrypted).toMatchObject({ status: 'success' })
    expectAtMost(calls, limit)
  })

  test('for a match after which the PIN is required', async () => {
    const sessionId = await startedSession({ userId: await enrolledUser('ada') })
    const { calls, reply } = await submit(sessionId, 'ada')
    expect(reply.decrypted).toMatchObject({ status: 'pin' })
    expectAtMost(calls, limit)
  })

  test('for a face that identifies its user', async () => {
    await enrolledUser('ada')
    const login = async (person: string) => submit(await startedSession({}), person)
    // The first identification of a process loads the gallery.
    await login('mallory')
    const { calls, reply } = await login('ada')
    expect(reply.decrypted).toMatchObject({ status: 'pin' })
    expectAtMost(calls, limit)
  })

  test('for a face that does not match, up to the last attempt', async () => {
    const sessionId = await startedSession({ userId: await enrolledUser('ada') })
    for (const status of ['retry', 'retry', 'retry', 'retry', 'failure']) {
      const { calls, reply } = await submit(sessionId, 'mallory')
      expect(reply.decrypted).toMatchObject({ status })
      expectAtMost(calls, limit)
    }
  })

  test('for a user without a face', async () => {
    const { calls, reply } = await submit(await startedSession({ userId: await userWithPin() }), 'ada')
    expect(reply.decrypted).toMatchObject({ status: 'enroll' })
    expectAtMost(calls, limit)
  })

  test('for the enrolment of a first and a further face of an identified user', async () => {
    const enrolment = { userId: await userWithPin(), purpose: 'enroll', identityVerified: true } as const
    for (const _ of ['first', 'further']) {
      const { calls, reply } = await submit(await startedSession(enrolment), 'ada')
      expect(reply.decrypted).toMatchObject({ status: 'success' })
      expectAtMost(calls, limit)
    }
  })

  test('for an enrolment that requires the PIN, or a trusted device', async () => {
    const userId = await enrolledUser('ada')
    const pending = await submit(await startedSession({ userId, purpose: 'enroll' }), 'ada')
    expect(pending.reply.decrypted).toMatchObject({ status: 'pin' })
    expectAtMost(pending.calls, limit)
    await trustDevice(userId, 'ada')
    const trusted = await submit(await startedSession({ userId, purpose: 'enroll' }), 'ada')
    expect(trusted.reply.decrypted).toMatchObject({ status: 'success' })
    expectAtMost(trusted.calls, limit)
  })
})

describe('the other steps', () => {
  test('verify_pin makes at most 5 reads and 5 commits', async () => {
    const { sessionId, token } = await sessionAwaitingPin({ userId: await enrolledUser('ada') }, 'ada')
    const wrong = await verifyPin(sessionId, token, '0000')
    expect(wrong.reply.decrypted).toEqual({ isAuthenticated: false })
    expectAtMost(wrong.calls, { reads: 5, commits: 5 })
    const { calls, reply } = await verifyPin(sessionId, token, pin)
    expect(reply.decrypted).toEqual({ isAuthenticated: true })
    expectAtMost(calls, { reads: 5, commits: 5 })
  })

  test('verify_pin that trusts a device makes one read more', async () => {
    const { sessionId, token } = await sessionAwaitingPin({ userId: await enrolledUser('ada') }, 'ada')
    const { calls, reply } = await verifyPin(sessionId, token, pin, true)
    expect(reply.decrypted).toEqual({ isAuthenticated: true })
    expectAtMost(calls, { reads: 6, commits: 5 })
  })

  test('authenticate_with_liveid makes at most 5 reads and 4 commits for a face', async () => {
    await enrolledUser('ada')
    const login = async () =>
      countCalls('authenticateWithLiveId', {
        data: { communityId: 'default', dvcID: 'default', selfie: selfieOf('ada') },
      })
    await login()
    const { calls, reply } = await login()
    expect(reply.body).toMatchObject({ status: 'pin' })
    expectAtMost(calls, { reads: 6, commits: 4 })
  })

  test('authenticate_with_liveid makes at most 9 reads and 8 commits for a face and a PIN', async () => {
    await enrolledUser('ada')
    const login = async () =>
      countCalls('authenticateWithLiveId', {
        data: { communityId: 'default', dvcID: 'default', selfie: selfieOf('ada'), pin },
      })
    await login()
    const { calls, reply } = await login()
    expect(reply.body).toMatchObject({ status: 'success' })
    expectAtMost(calls, { reads: 9, commits: 8 })
  })

  test('starting a session makes at most 2 reads and 1 commit', async () => {
    const { id } = await createSession(services, actor, { community: 'default' })
    const url = encodeURIComponent(Buffer.from(`/sessions/session/${id}`).toString('base64'))
    const { calls, reply } = await countCalls('startSession', { query: `session=${url}` })
    expect(reply.status).toBe(302)
    expectAtMost(calls, { reads: 2, commits: 1 })
  })

  test('start_liveness makes at most 1 read and 3 commits, and 2 commits in a started session', async () => {
    const { id } = await createSession(services, actor, { community: 'default' })
    const first = await countCalls('startLiveness', { data: { sessionId: id } })
    expect(first.reply.status).toBe(200)
    expectAtMost(first.calls, { reads: 1, commits: 3 })
    const again = await countCalls('startLiveness', { data: { sessionId: id } })
    expect(again.reply.status).toBe(200)
    expectAtMost(again.calls, { reads: 1, commits: 2 })
  })
})
