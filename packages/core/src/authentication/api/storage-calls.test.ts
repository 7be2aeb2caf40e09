import type { CustodyServices } from '../../custody/services.ts'
import { beforeEach, describe, expect, test } from 'vitest'
import { memoryStorage } from '../../kernel/storage/index.ts'
import { memoryRateLimiter } from '../../platform/rate-limits/index.ts'
import type { AuthenticationReply } from '../../test-fixtures/authentication-caller.ts'
import { type CountingStorage, countingStorage, type StorageCalls } from '../../test-fixtures/counting-storage.ts'
import { type FaceLogin, faceLogin, createTestSelfie, testPin } from '../../test-fixtures/face-login.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createSession } from '../sessions/create-session.ts'

const actor = { tenant: 'default', id: 'host' }

let counter: CountingStorage
let services: CustodyServices
let app: FaceLogin

beforeEach(async () => {
  counter = countingStorage(memoryStorage())
  services = { ...testServices(counter.storage), rateLimiter: memoryRateLimiter() }
  app = await faceLogin(services)
  // A process reads the secret of the blind index once, when it first needs it.
  await services.blindIndex.hash('warm-up', 'default', '')
})

/** Runs a request, its guard included, and checks its number of storage calls. */
async function expectAtMost(limit: StorageCalls, request: () => Promise<AuthenticationReply>) {
  let reply: AuthenticationReply = { status: 0, body: undefined, decrypted: undefined }
  const { reads, commits } = await counter.count(async () => {
    reply = await request()
  })
  expect(reads, 'reads').toBeLessThanOrEqual(limit.reads)
  expect(commits, 'commits').toBeLessThanOrEqual(limit.commits)
  return reply
}

async function enrolledUser(person: string): Promise<string> {
  const userId = await app.createUser()
  expect((await app.enrol(userId, person)).decrypted).toMatchObject({ status: 'success' })
  return userId
}

/** Makes the user trust the device of the app, by a PIN after a face. */
async function trustDevice(userId: string, person: string): Promise<void> {
  const awaiting = await app.awaitPin({ userId, configuration: 'always PIN' }, person)
  expect((await app.verifyPin(awaiting, testPin, true)).decrypted).toEqual({ isAuthenticated: true })
}

describe('submit_face makes at most 6 storage reads and 3 commits, 7 reads with an enrolment,', () => {
  const submit = (sessionId: string, person: string, reads = 6) =>
    expectAtMost({ reads, commits: 3 }, () => app.submitFace(sessionId, person))
  // An enrolment also reads the contacts of the user, for the message about it.
  const enrol = (sessionId: string, person: string) => submit(sessionId, person, 7)

  test('for a match on a new device', async () => {
    const sessionId = await app.startSession({ userId: await enrolledUser('ada'), configuration: 'face only' })
    expect((await submit(sessionId, 'ada')).decrypted).toMatchObject({ status: 'success' })
  })

  test('for a match on a trusted device', async () => {
    const userId = await enrolledUser('ada')
    await trustDevice(userId, 'ada')
    expect((await submit(await app.startSession({ userId }), 'ada')).decrypted).toMatchObject({ status: 'success' })
  })

  test('for a match after which the PIN is required', async () => {
    const sessionId = await app.startSession({ userId: await enrolledUser('ada') })
    expect((await submit(sessionId, 'ada')).decrypted).toMatchObject({ status: 'pin' })
  })

  test('for a face that identifies its user, once the gallery is loaded', async () => {
    await enrolledUser('ada')
    await app.submitFace(await app.startSession({}), 'mallory')
    expect((await submit(await app.startSession({}), 'ada')).decrypted).toMatchObject({ status: 'pin' })
  })

  test('for a face that does not match, up to the last attempt', async () => {
    const sessionId = await app.startSession({ userId: await enrolledUser('ada') })
    for (const status of ['retry', 'retry', 'retry', 'retry', 'failure'])
      expect((await submit(sessionId, 'mallory')).decrypted).toMatchObject({ status })
  })

  test('for a user without a face', async () => {
    const sessionId = await app.startSession({ userId: await app.createUser() })
    expect((await submit(sessionId, 'ada')).decrypted).toMatchObject({ status: 'enroll' })
  })

  test('for the enrolment of a first and a further face of an identified user', async () => {
    const enrolment = { userId: await app.createUser(), purpose: 'enroll', identityVerified: true } as const
    for (const _ of ['first', 'further'])
      expect((await enrol(await app.startSession(enrolment), 'ada')).decrypted).toMatchObject({ status: 'success' })
  })

  test('for an enrolment that requires the PIN, and for one on a trusted device', async () => {
    const enrolment = { userId: await enrolledUser('ada'), purpose: 'enroll' } as const
    expect((await enrol(await app.startSession(enrolment), 'ada')).decrypted).toMatchObject({ status: 'pin' })
    await trustDevice(enrolment.userId, 'ada')
    expect((await enrol(await app.startSession(enrolment), 'ada')).decrypted).toMatchObject({ status: 'success' })
  })
})

describe('verify_pin', () => {
  const verify = (
    limit: StorageCalls,
    awaiting: Parameters<FaceLogin['verifyPin']>[0],
    pin: string,
    isTrustedDevice = false,
  ) => expectAtMost(limit, () => app.verifyPin(awaiting, pin, isTrustedDevice))

  test('makes at most 5 storage reads and 5 commits for a wrong and for the correct PIN', async () => {
    const awaiting = await app.awaitPin({ userId: await enrolledUser('ada') }, 'ada')
    const limit = { reads: 5, commits: 5 }
    expect((await verify(limit, awaiting, '0000')).decrypted).toEqual({ isAuthenticated: false })
    expect((await verify(limit, awaiting, testPin)).decrypted).toEqual({ isAuthenticated: true })
  })

  test('makes one read more to trust the device', async () => {
    const awaiting = await app.awaitPin({ userId: await enrolledUser('ada') }, 'ada')
    const reply = await verify({ reads: 6, commits: 5 }, awaiting, testPin, true)
    expect(reply.decrypted).toEqual({ isAuthenticated: true })
  })

  test('makes three reads more to enrol a face', async () => {
    const awaiting = await app.awaitPin({ userId: await enrolledUser('ada'), purpose: 'enroll' }, 'ada')
    const reply = await verify({ reads: 8, commits: 5 }, awaiting, testPin)
    expect(reply.decrypted).toEqual({ isAuthenticated: true })
  })
})

describe('authenticate_with_liveid', () => {
  const login = (input: object) =>
    app.call('authenticateWithLiveId', {
      data: { communityId: 'default', dvcID: 'default', selfie: createTestSelfie('ada'), ...input },
    })

  beforeEach(async () => {
    await enrolledUser('ada')
    // Loads the gallery.
    await login({})
  })

  test('makes at most 5 storage reads and 4 commits for a face', async () => {
    const reply = await expectAtMost({ reads: 5, commits: 4 }, () => login({}))
    expect(reply.body).toMatchObject({ status: 'pin' })
  })

  test('makes at most 9 storage reads and 8 commits for a face and a PIN', async () => {
    const reply = await expectAtMost({ reads: 9, commits: 8 }, () => login({ pin: testPin }))
    expect(reply.body).toMatchObject({ status: 'success' })
  })
})

describe('the start of a session', () => {
  const createdSession = async () => (await createSession(services, actor, { community: 'default' })).id

  test('makes at most 2 storage reads and 1 commit in a browser', async () => {
    const url = Buffer.from(`/sessions/session/${await createdSession()}`).toString('base64')
    const query = `session=${encodeURIComponent(url)}`
    const { status } = await expectAtMost({ reads: 2, commits: 1 }, () => app.call('startSession', { query }))
    expect(status).toBe(302)
  })

  test('makes at most 2 storage reads and 3 commits with a liveness check, and 2 commits for a further check', async () => {
    const data = { sessionId: await createdSession() }
    // The second read is that of the configuration, which says how many checks may be started.
    const start = () => app.call('startLiveness', { data })
    expect((await expectAtMost({ reads: 2, commits: 3 }, start)).status).toBe(200)
    expect((await expectAtMost({ reads: 2, commits: 2 }, start)).status).toBe(200)
  })
})
