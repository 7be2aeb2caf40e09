import { type Billfold, localKeyring, memoryStorage, newKey, type RateLimiter, type Storage } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { createFaceHost, type FaceHost } from './face-host.ts'
import { createSelfie, createUser } from './fixtures.ts'
import { createEncryptingClient, type EncryptingClient } from './encrypting-client.ts'
import { createLoginFlow, enrolFace, publicUrl, visitSessionUrl } from './login-flow.ts'

/** A session started by one browser, and the browser's clients at both processes. */
interface StartedSession {
  readonly sessionId: string
  readonly at: readonly [EncryptingClient, EncryptingClient]
  readonly headers: { readonly cookie: string }
}

describe.each(await listTestDatabases())('concurrent face steps over two processes on $name', (database) => {
  let hosts: readonly [FaceHost, FaceHost]
  let drop: () => Promise<void> = async () => {}

  beforeAll(async () => {
    const fresh = await database.create()
    drop = fresh.drop
    const { dialect } = database
    const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
    const pools = [fresh.connect(), fresh.connect()] as const
    await migrate(pools[0], { dialect })
    const first = await createFaceHost({ storage: kyselyStorage(pools[0], { dialect }), keyring })
    const second = await createFaceHost({
      storage: kyselyStorage(pools[1], { dialect }),
      keyring,
      hasConfigurations: true,
    })
    hosts = [first, second]
  })
  afterAll(() => drop())

  const billfold = (): Billfold => hosts[0].billfold
  const drivers = () =>
    [inMemoryDriver(hosts[0].billfold.authentication), inMemoryDriver(hosts[1].billfold.authentication)] as const

  async function enrolled(person: string): Promise<string> {
    const userId = await createUser(billfold())
    await enrolFace(drivers()[0], billfold(), userId, person)
    return userId
  }

  async function startSession(userId: string, configuration: string): Promise<StartedSession> {
    const [one, other] = drivers()
    const { sessionId } = await billfold().authentication.sessions.create({ userId, configuration })
    const answer = await visitSessionUrl(one, `${publicUrl}/sessions/session/${sessionId}`)
    const [cookie = ''] = String(answer.headers['set-cookie']).split(';')
    const first = await createEncryptingClient(one)
    return { sessionId, at: [first, await createEncryptingClient(other, { pair: first.keyPair })], headers: { cookie } }
  }

  const face = ({ at, sessionId, headers }: StartedSession, index: number, selfie: string, uuid?: string) =>
    (at[index % 2] ?? at[0]).send('POST', '/v2/submit_face', {
      data: { sessionId, selfie },
      headers,
      ...(uuid !== undefined && { uuid }),
    })

  it('verify at most five of twelve faces', { timeout: 300_000 }, async () => {
    const session = await startSession(await enrolled('ada'), 'still')
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => face(session, index, createSelfie('mallory'))),
    )
    const looked = answers.filter(({ status }) => status === 200)
    expect(looked.length).toBeLessThanOrEqual(5)
    expect(looked.length).toBeGreaterThan(0)
    for (const { status } of answers) expect([200, 400]).toContain(status)
    expect((await face(session, 0, createSelfie('ada'))).status).toBe(400)
  })

  it('complete a session once for eight matching faces', { timeout: 300_000 }, async () => {
    const session = await startSession(await enrolled('berta'), 'still')
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => face(session, index, createSelfie('berta'))),
    )
    const succeeded = answers.filter(
      ({ decrypted: data }) => (data as { status?: string } | undefined)?.status === 'success',
    )
    expect(succeeded).toHaveLength(1)
  })

  it('execute a request id once and return its reply to repeats', { timeout: 300_000 }, async () => {
    const session = await startSession(await enrolled('carla'), 'pin')
    const selfie = createSelfie('carla')
    const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => face(session, index, selfie, 'the same')))
    const accepted = answers.filter(({ status }) => status === 200)
    expect(accepted.length).toBeGreaterThan(0)
    for (const { status } of answers) expect([200, 401]).toContain(status)
    const again = await face(session, 1, selfie, 'the same')
    for (const { decrypted: data } of accepted) expect(data).toEqual(again.decrypted)
    expect((await face(session, 1, createSelfie('mallory'), 'the same')).status).toBe(401)
    expect((await face(session, 1, selfie, 'another')).status).toBe(400)
  })

  it('verify at most five of twelve PINs', { timeout: 300_000 }, async () => {
    const session = await startSession(await enrolled('dora'), 'pin')
    const { token } = (await face(session, 0, createSelfie('dora'))).decrypted as { token: string }
    const pin = (index: number, value: string) =>
      (session.at[index % 2] ?? session.at[0]).send('POST', '/verify_pin', { data: { pin: value }, token })
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => pin(index, '0000')))
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(5)
    expect((await pin(0, '4711')).status).toBe(400)
  })

  it('accept ten device information updates', { timeout: 300_000 }, async () => {
    const { keyId, keySecret } = await billfold().serviceKeys.create({
      tag: 'info',
      scopes: ['authentication:device-info'],
    })
    const { sessionId } = await billfold().authentication.sessions.create({
      userId: await createUser(billfold()),
      configuration: 'still',
    })
    const [one, other] = drivers()
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 === 0 ? one : other).request('POST', '/userDeviceInfo', {
          headers: { keyid: keyId, keysecret: keySecret },
          json: { sessionId, deviceInfo: { index } },
        }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  })

  it('bind a session to one of six browsers', { timeout: 300_000 }, async () => {
    const { sessionId } = await billfold().authentication.sessions.create({ configuration: 'anybody' })
    const url = `${publicUrl}/sessions/session/${sessionId}`
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => visitSessionUrl(drivers()[index % 2 === 0 ? 0 : 1], url)),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([302, 403, 403, 403, 403, 403])
  })

  it('identify faces that the other process enrolled, until it removes them', { timeout: 300_000 }, async () => {
    const context = { dvcId: 'anybody', communityId: 'default', tenantId: 'default' }
    const callers = await Promise.all(
      drivers().map((driver, index) => createEncryptingClient(driver, { licence: hosts[index === 0 ? 0 : 1].licence })),
    )
    const identify = (index: number, person: string) =>
      callers[index]?.send('POST', '/identify_selfie', { data: { ...context, selfie: createSelfie(person) } })
    const people = ['emma', 'frida', 'gerda']
    expect((await identify(1, 'emma'))?.status).toBe(404)
    const ids = await Promise.all(people.map((person) => enrolled(person)))
    for (const person of people) expect((await identify(1, person))?.status).toBe(200)
    await billfold().authentication.faces.remove(ids[1] ?? '')
    expect((await identify(1, 'frida'))?.status).toBe(404)
    expect((await identify(1, 'gerda'))?.status).toBe(200)
  })

  it('enrol one of two different faces', { timeout: 300_000 }, async () => {
    const userId = await createUser(billfold())
    await Promise.all(
      [0, 1].map((index) => enrolFace(drivers()[index === 0 ? 0 : 1], billfold(), userId, `twin ${index}`)),
    )
    const logins = await Promise.all(
      [0, 1].map(async (index) => face(await startSession(userId, 'still'), index, createSelfie(`twin ${index}`))),
    )
    expect(logins.map(({ decrypted }) => (decrypted as { status: string }).status).toSorted()).toEqual([
      'retry',
      'success',
    ])
  })
})

describe('the face attempt limit per user', () => {
  it('counts attempts across sessions', async () => {
    const counts = new Map<string, number>()
    const rateLimiter: RateLimiter = {
      consume: async ({ name, subject }, { limit }) => {
        const count = (counts.get(`${name} ${subject}`) ?? 0) + 1
        counts.set(`${name} ${subject}`, count)
        return { allowed: count <= limit || !name.startsWith('face'), retryAfterSeconds: 7 }
      },
      peek: async () => ({ allowed: true, retryAfterSeconds: 1 }),
    }
    const authentication = { faceAttemptsPerUser: { limit: 3, windowSeconds: 60 } }
    const { billfold, licence } = await createFaceHost({ rateLimiter, authentication })
    const steps = await createLoginFlow(inMemoryDriver(billfold.authentication), billfold, licence)
    const userId = await steps.createEnrolledUser('ada')
    const status = async () => {
      const browser = await steps.startBrowser((await steps.createSession({ userId, dvcID: 'still' })).url)
      return (await browser.submitFace({ selfie: createSelfie('mallory') })).status
    }
    expect([await status(), await status(), await status(), await status()]).toEqual([200, 200, 429, 429])
  })
})

describe('an enrolment overtaken by another', () => {
  it('enrols nothing, at whichever read the other one commits', async () => {
    const memory = memoryStorage()
    let before: { readonly call: number; readonly other: () => Promise<unknown> } | undefined
    let calls = 0
    // Counts from the search for the face on, since an enrolment searches for it once.
    const count = async (): Promise<void> => {
      if (before?.call === ++calls) await before.other()
    }
    const storage: Storage = {
      find: async (table, query) => {
        if (calls > 0 || table.name === 'face_people') await count()
        return memory.find(table, query)
      },
      commit: async (writes) => {
        if (calls > 0) await count()
        await memory.commit(writes)
      },
    }
    const { billfold } = await createFaceHost({ storage })
    const driver = inMemoryDriver(billfold.authentication)
    const getStatus = async (userId: string, person: string): Promise<string> => {
      const input = { userId, configuration: 'still' } as const
      const { sessionId } = await billfold.authentication.sessions.create(input)
      const answer = await visitSessionUrl(driver, `${publicUrl}/sessions/session/${sessionId}`)
      const [cookie = ''] = String(answer.headers['set-cookie']).split(';')
      const data = { sessionId, selfie: createSelfie(person) }
      const { decrypted } = await (await createEncryptingClient(driver)).send('POST', '/v2/submit_face', {
        data,
        headers: { cookie },
      })
      return (decrypted as { status: string }).status
    }
    const countCalls = async (userId: string, call: number, first: string, then: string): Promise<number> => {
      calls = 0
      before = {
        call,
        other: async () => {
          before = undefined
          await enrolFace(driver, billfold, userId, then)
        },
      }
      await enrolFace(driver, billfold, userId, first)
      before = undefined
      return calls
    }
    const alone = await countCalls(await createUser(billfold), 0, 'nora', 'nobody')
    expect(alone).toBeGreaterThan(2)
    for (let call = 2; call <= alone; call += 1) {
      const userId = await createUser(billfold)
      await countCalls(userId, call, `late ${call}`, `early ${call}`)
      expect([call, await getStatus(userId, `early ${call}`)]).toEqual([call, 'success'])
      expect([call, await getStatus(userId, `late ${call}`)]).toEqual([call, 'retry'])
    }
  })
})
