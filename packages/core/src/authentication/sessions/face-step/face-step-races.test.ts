import { describe, expect, test } from 'vitest'
import { memoryStorage, type Storage } from '../../../kernel/storage/index.ts'
import { memoryRateLimiter } from '../../../platform/rate-limits/index.ts'
import { type FaceLogin, faceLogin, testPin } from '../../../test-fixtures/face-login.ts'
import { testServices } from '../../../test-fixtures/services.ts'

/** An app on a storage that runs something just before one of its calls, like a concurrent process. */
interface Interrupted {
  readonly app: FaceLogin
  /** Runs an operation, interrupted before the storage call of that number, from 1. Returns the number of its calls. */
  readonly run: (operation: () => Promise<unknown>, call: number, interfere: () => Promise<unknown>) => Promise<number>
}

async function interruptedApp(): Promise<Interrupted> {
  const memory = memoryStorage()
  let calls = 0
  let pending: { readonly call: number; readonly interfere: () => Promise<unknown> } | undefined
  const count = async (): Promise<void> => {
    calls++
    if (pending?.call !== calls) return
    const { interfere } = pending
    pending = undefined
    await interfere()
  }
  const storage: Storage = {
    find: async (table, query) => {
      await count()
      return memory.find(table, query)
    },
    commit: async (writes) => {
      await count()
      await memory.commit(writes)
    },
  }
  const services = testServices(storage)
  // A process reads the secret of the blind index once; the calls below are those of every request after the first.
  await services.blindIndex.hash('warm-up', 'default', '')
  return {
    app: await faceLogin({ ...services, rateLimiter: memoryRateLimiter() }),
    run: async (operation, call, interfere) => {
      calls = 0
      pending = { call, interfere }
      await operation()
      pending = undefined
      return calls
    },
  }
}

/** Which of two people can log a user in. */
async function recognised({ startSession, submitFace }: FaceLogin, userId: string): Promise<string[]> {
  const people = ['early', 'late']
  const replies = await Promise.all(
    people.map(async (person) => submitFace(await startSession({ userId, configuration: 'face only' }), person)),
  )
  return people.filter((_, index) => JSON.stringify(replies[index]?.decrypted).includes('"status":"success"'))
}

const nothing = (): Promise<void> => Promise.resolve()

describe('an enrolment during which another person is enrolled for the same user', () => {
  test('adds no face, whichever storage call the other enrolment precedes', async () => {
    const { app, run } = await interruptedApp()
    const enrolLate = async (userId: string, call: number, interfere: () => Promise<unknown>): Promise<number> => {
      const sessionId = await app.startSession({ userId, purpose: 'enroll', identityVerified: true })
      return run(() => app.submitFace(sessionId, 'late'), call, interfere)
    }
    const alone = await enrolLate(await app.createUser(), 0, nothing)
    expect(alone).toBeGreaterThan(5)
    for (let call = 1; call <= alone; call++) {
      const userId = await app.createUser()
      await enrolLate(userId, call, () => app.enrol(userId, 'early'))
      expect([call, await recognised(app, userId)]).toEqual([call, ['early']])
    }
  })

  test('adds no face in its PIN step either', async () => {
    const { app, run } = await interruptedApp()
    const enrolLate = async (userId: string, call: number, interfere: () => Promise<unknown>): Promise<number> => {
      const awaiting = await app.awaitPin({ userId, purpose: 'enroll' }, 'late')
      return run(() => app.verifyPin(awaiting, testPin), call, interfere)
    }
    const alone = await enrolLate(await app.createUser(), 0, nothing)
    expect(alone).toBeGreaterThan(8)
    for (let call = 1; call <= alone; call++) {
      const userId = await app.createUser()
      await enrolLate(userId, call, () => app.enrol(userId, 'early'))
      expect([call, await recognised(app, userId)]).toEqual([call, ['early']])
    }
  })
})

describe('a login during which the same session is used by another request', () => {
  test('counts each attempt, and fails the session after the last one', async () => {
    const { app, run } = await interruptedApp()
    /** Uses three of five attempts, and the other two at once. Returns the status of the right face afterwards. */
    const useUp = async (call: number) => {
      const userId = await app.createUser()
      await app.enrol(userId, 'ada')
      const sessionId = await app.startSession({ userId })
      for (let attempt = 1; attempt <= 3; attempt++) await app.submitFace(sessionId, 'mallory')
      const submit = () => app.submitFace(sessionId, 'mallory')
      const calls = await run(submit, call, call === 0 ? nothing : submit)
      return { calls, status: (await app.submitFace(sessionId, 'ada')).status }
    }
    const { calls: alone, status } = await useUp(0)
    expect(status).toBe(200)
    for (let call = 1; call <= alone; call++) expect([call, (await useUp(call)).status]).toEqual([call, 400])
  })

  test('succeeds once', async () => {
    const { app, run } = await interruptedApp()
    const userId = await app.createUser()
    await app.enrol(userId, 'ada')
    const login = async (call: number) => {
      const sessionId = await app.startSession({ userId, configuration: 'face only' })
      const statuses: number[] = []
      const submit = async (): Promise<void> => {
        statuses.push((await app.submitFace(sessionId, 'ada')).status)
      }
      const calls = await run(submit, call, call === 0 ? nothing : submit)
      return { calls, statuses }
    }
    const { calls: alone } = await login(0)
    for (let call = 1; call <= alone; call++) expect([call, (await login(call)).statuses]).toEqual([call, [200, 400]])
  })
})
