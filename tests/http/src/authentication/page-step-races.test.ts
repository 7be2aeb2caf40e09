import { localKeyring, newKey } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { createFaceHost, type FaceHost } from './face-host.ts'
import { createSelfie } from './fixtures.ts'
import { createLoginFlow, type LoginBrowser, type LoginFlow, type StepReply } from './login-flow.ts'

const pin = '4711'
const rounds = 8

describe.each(await listTestDatabases())('concurrent steps of two pages of a browser on $name', (database) => {
  let hosts: readonly [FaceHost, FaceHost]
  let flow: LoginFlow
  let userId: string
  let drop: () => Promise<void> = async () => {}

  beforeAll(async () => {
    const fresh = await database.create()
    drop = fresh.drop
    const { dialect } = database
    const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
    const pools = [fresh.connect(), fresh.connect()] as const
    await migrate(pools[0], { dialect })
    const first = await createFaceHost({ storage: kyselyStorage(pools[0], { dialect }), keyring })
    const storage = kyselyStorage(pools[1], { dialect })
    hosts = [first, await createFaceHost({ storage, keyring, hasConfigurations: true })]
    flow = await createLoginFlow(inMemoryDriver(first.billfold.authentication), first.billfold, first.licence)
    userId = await flow.createEnrolledUser('ada')
  })
  afterAll(() => drop())

  /** A page at the PIN step, its token, and a reloaded page at the other process. */
  async function reachPin(): Promise<{ page: LoginBrowser; token: string; reloaded: LoginBrowser }> {
    const page = await flow.startBrowser((await flow.createSession({ userId, dvcID: 'pin' })).url)
    const { token } = (await page.submitFace({ selfie: createSelfie('ada') })).data
    return { page, token, reloaded: await page.reload(inMemoryDriver(hosts[1].billfold.authentication)) }
  }

  const isDone = ({ status, data }: StepReply): boolean =>
    status === 200 && (data === undefined || data.isAuthenticated !== false)

  test('end a session once: by its PIN, or by its cancellation', async () => {
    for (let round = 0; round < rounds; round++) {
      const { page, token, reloaded } = await reachPin()
      const [entered, cancelled] = await Promise.all([
        page.verifyPin(token, { pin }),
        reloaded.send('/v2/cancel_session'),
      ])
      expect([entered, cancelled].filter(isDone)).toHaveLength(1)
      expect((await page.getResult()).data.status).toBe(isDone(entered) ? 'success' : 'failure')
    }
  })

  test('let the earlier page finish or the reloaded one go on, never both', async () => {
    for (let round = 0; round < rounds; round++) {
      const { page, token, reloaded } = await reachPin()
      const [entered, resumed] = await Promise.all([
        page.verifyPin(token, { pin }),
        reloaded.send('/v2/resume_session'),
      ])
      expect([entered, resumed].filter(isDone)).toHaveLength(1)
      if (isDone(entered)) continue
      expect((await reloaded.verifyPin(resumed.data.token, { pin })).data).toEqual({ isAuthenticated: true })
    }
  })

  test('check at most five PINs, however often the page is reloaded between them', async () => {
    const { page, token, reloaded } = await reachPin()
    const answers = await Promise.all([
      ...Array.from({ length: 6 }, () => page.verifyPin(token, { pin: '0000' })),
      ...Array.from({ length: 6 }, async () => {
        const { data } = await reloaded.send('/v2/resume_session')
        return reloaded.verifyPin(data?.token ?? '', { pin: '0000' })
      }),
    ])
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(5)
  })
})
