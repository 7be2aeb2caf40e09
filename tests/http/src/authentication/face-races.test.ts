import { type Billfold, localKeyring, memoryStorage, newKey, type RateLimiter, type Storage } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { openTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { direct } from './direct.ts'
import { type FaceHost, faceHost } from './face-host.ts'
import { newUser, selfieOf } from './people.ts'
import { type Sealer, sealer } from './sealer.ts'
import { enrol, openUrl, publicUrl, stepsAt } from './steps.ts'

/** A session that one browser has opened, and the browser at both processes. */
interface Opened {
  readonly sessionId: string
  readonly at: readonly [Sealer, Sealer]
  readonly headers: { readonly cookie: string }
}

describe.each(await openTestDatabases())('two processes over $name', (database) => {
  let hosts: readonly [FaceHost, FaceHost]
  let drop: () => Promise<void> = async () => {}

  beforeAll(async () => {
    const opened = await database.open()
    drop = opened.drop
    const { dialect } = database
    const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
    const pools = [opened.connect(), opened.connect()] as const
    await migrate(pools[0], { dialect })
    const first = await faceHost({ storage: kyselyStorage(pools[0], { dialect }), keyring })
    const second = await faceHost({ storage: kyselyStorage(pools[1], { dialect }), keyring, configured: true })
    hosts = [first, second]
  })
  afterAll(() => drop())

  const billfold = (): Billfold => hosts[0].billfold
  const askers = () => [direct(hosts[0].billfold.authentication), direct(hosts[1].billfold.authentication)] as const

  async function enrolled(person: string): Promise<string> {
    const userId = await newUser(billfold())
    await enrol(askers()[0], billfold(), userId, person)
    return userId
  }

  async function open(userId: string, configuration: string): Promise<Opened> {
    const [one, other] = askers()
    const { sessionId } = await billfold().authentication.sessions.create({ userId, configuration })
    const answer = await openUrl(one, `${publicUrl}/sessions/session/${sessionId}`)
    const [cookie = ''] = String(answer.headers['set-cookie']).split(';')
    const first = await sealer(one)
    return { sessionId, at: [first, await sealer(other, { pair: first.pair })], headers: { cookie } }
  }

  const face = ({ at, sessionId, headers }: Opened, index: number, selfie: string, uuid?: string) =>
    (at[index % 2] ?? at[0]).send('POST', '/v2/submit_face', {
      data: { sessionId, selfie },
      headers,
      ...(uuid !== undefined && { uuid }),
    })

  it('look at five faces of twelve that come at once, and at no more', { timeout: 60_000 }, async () => {
    const opened = await open(await enrolled('ada'), 'still')
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => face(opened, index, selfieOf('mallory'))),
    )
    const looked = answers.filter(({ status }) => status === 200)
    expect(looked.length).toBeLessThanOrEqual(5)
    expect(looked.length).toBeGreaterThan(0)
    for (const { status } of answers) expect([200, 400]).toContain(status)
    expect((await face(opened, 0, selfieOf('ada'))).status).toBe(400)
  })

  it('end a session once, whoever of eight right faces is first', { timeout: 60_000 }, async () => {
    const opened = await open(await enrolled('berta'), 'still')
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => face(opened, index, selfieOf('berta'))))
    const succeeded = answers.filter(
      ({ opened: data }) => (data as { status?: string } | undefined)?.status === 'success',
    )
    expect(succeeded).toHaveLength(1)
  })

  it('take one request id once, and give its answer to whoever asks the same again', { timeout: 60_000 }, async () => {
    const opened = await open(await enrolled('carla'), 'pin')
    const selfie = selfieOf('carla')
    const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => face(opened, index, selfie, 'the same')))
    const answered = answers.filter(({ status }) => status === 200)
    expect(answered.length).toBeGreaterThan(0)
    for (const { status } of answers) expect([200, 401]).toContain(status)
    const again = await face(opened, 1, selfie, 'the same')
    for (const { opened: data } of answered) expect(data).toEqual(again.opened)
    expect((await face(opened, 1, selfieOf('mallory'), 'the same')).status).toBe(401)
    expect((await face(opened, 1, selfie, 'another')).status).toBe(400)
  })

  it('try five PINs of twelve that come at once, and count them for the user', { timeout: 60_000 }, async () => {
    const opened = await open(await enrolled('dora'), 'pin')
    const { token } = (await face(opened, 0, selfieOf('dora'))).opened as { token: string }
    const pin = (index: number, value: string) =>
      (opened.at[index % 2] ?? opened.at[0]).send('POST', '/verify_pin', { data: { pin: value }, token })
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => pin(index, '0000')))
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(5)
    expect((await pin(0, '4711')).status).toBe(400)
  })

  it('both keep what is added about one device, the last of it', { timeout: 60_000 }, async () => {
    const { keyId, keySecret } = await billfold().serviceKeys.create({
      tag: 'info',
      scopes: ['authentication:device-info'],
    })
    const { sessionId } = await billfold().authentication.sessions.create({
      userId: await newUser(billfold()),
      configuration: 'still',
    })
    const [one, other] = askers()
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

  it('open a session for one of two browsers', { timeout: 60_000 }, async () => {
    const { sessionId } = await billfold().authentication.sessions.create({ configuration: 'anybody' })
    const url = `${publicUrl}/sessions/session/${sessionId}`
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => openUrl(askers()[index % 2 === 0 ? 0 : 1], url)),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([302, 403, 403, 403, 403, 403])
  })

  it('see at once whom the other has enrolled and removed', { timeout: 60_000 }, async () => {
    const asked = { dvcId: 'anybody', communityId: 'default', tenantId: 'default' }
    const callers = await Promise.all(
      askers().map((asker, index) => sealer(asker, { licence: hosts[index === 0 ? 0 : 1].licence })),
    )
    const identify = (index: number, person: string) =>
      callers[index]?.send('POST', '/identify_selfie', { data: { ...asked, selfie: selfieOf(person) } })
    const people = ['emma', 'frida', 'gerda']
    expect((await identify(1, 'emma'))?.status).toBe(404)
    const ids = await Promise.all(people.map((person) => enrolled(person)))
    for (const person of people) expect((await identify(1, person))?.status).toBe(200)
    await billfold().authentication.faces.remove(ids[1] ?? '')
    expect((await identify(1, 'frida'))?.status).toBe(404)
    expect((await identify(1, 'gerda'))?.status).toBe(200)
  })

  it('enrol one face of two that are not alike', { timeout: 60_000 }, async () => {
    const userId = await newUser(billfold())
    await Promise.all([0, 1].map((index) => enrol(askers()[index === 0 ? 0 : 1], billfold(), userId, `twin ${index}`)))
    const logins = await Promise.all(
      [0, 1].map(async (index) => face(await open(userId, 'still'), index, selfieOf(`twin ${index}`))),
    )
    expect(logins.map(({ opened }) => (opened as { status: string }).status).toSorted()).toEqual(['retry', 'success'])
  })
})

describe('face attempts', () => {
  it('are counted for the user over all sessions', async () => {
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
    const { billfold, licence } = await faceHost({ rateLimiter, authentication })
    const steps = await stepsAt(direct(billfold.authentication), billfold, licence)
    const userId = await steps.enrolled('ada')
    const status = async () => {
      const browser = await steps.open((await steps.session({ userId, dvcID: 'still' })).url)
      return (await browser.face({ selfie: selfieOf('mallory') })).status
    }
    expect([await status(), await status(), await status(), await status()]).toEqual([200, 200, 429, 429])
  })
})

describe('an enrolment that another comes before', () => {
  it('adds nothing, wherever in it the other comes', async () => {
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
    const { billfold } = await faceHost({ storage })
    const asker = direct(billfold.authentication)
    const statusOf = async (userId: string, person: string): Promise<string> => {
      const input = { userId, configuration: 'still' } as const
      const { sessionId } = await billfold.authentication.sessions.create(input)
      const answer = await openUrl(asker, `${publicUrl}/sessions/session/${sessionId}`)
      const [cookie = ''] = String(answer.headers['set-cookie']).split(';')
      const data = { sessionId, selfie: selfieOf(person) }
      const { opened } = await (await sealer(asker)).send('POST', '/v2/submit_face', { data, headers: { cookie } })
      return (opened as { status: string }).status
    }
    const countCalls = async (userId: string, call: number, first: string, then: string): Promise<number> => {
      calls = 0
      before = {
        call,
        other: async () => {
          before = undefined
          await enrol(asker, billfold, userId, then)
        },
      }
      await enrol(asker, billfold, userId, first)
      before = undefined
      return calls
    }
    const alone = await countCalls(await newUser(billfold), 0, 'nora', 'nobody')
    expect(alone).toBeGreaterThan(2)
    for (let call = 2; call <= alone; call += 1) {
      const userId = await newUser(billfold)
      await countCalls(userId, call, `late ${call}`, `early ${call}`)
      expect([call, await statusOf(userId, `early ${call}`)]).toEqual([call, 'success'])
      expect([call, await statusOf(userId, `late ${call}`)]).toEqual([call, 'retry'])
    }
  })
})
