import { randomBytes } from 'node:crypto'
import { localKeyring, memoryStorage, newKey, type Storage } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { createFaceHost } from '../authentication/face-host.ts'
import { createDevice } from '../authentication/fixtures.ts'
import { createFaceMethodClient, type FaceMethodClient, type FaceUser, signatureRequest } from './face-method-client.ts'

describe.each(await listTestDatabases())(
  'concurrent use of a BIOMETRIC with a face over two processes on $name',
  (database) => {
    let callers: readonly [FaceMethodClient, FaceMethodClient]
    let drop: () => Promise<void> = async () => {}
    let revoke: (user: FaceUser) => Promise<void>

    beforeAll(async () => {
      const fresh = await database.create()
      drop = fresh.drop
      const { dialect } = database
      const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
      const pools = [fresh.connect(), fresh.connect()] as const
      await migrate(pools[0], { dialect })
      const custody = { biometric: { liveness: 'none' } } as const
      const first = await createFaceHost({ storage: kyselyStorage(pools[0], { dialect }), keyring, custody })
      const second = await createFaceHost({
        storage: kyselyStorage(pools[1], { dialect }),
        keyring,
        custody,
        hasConfigurations: true,
      })
      const at = ({ billfold, licence }: typeof first) =>
        createFaceMethodClient(inMemoryDriver(billfold.custody), billfold, licence)
      callers = [await at(first), await at(second)]
      const { devices } = first.billfold.authentication
      revoke = async ({ userId }) => {
        for (const { id } of await devices.list(userId)) await devices.revoke(userId, id)
      }
    })
    afterAll(() => drop())

    const caller = (index: number): FaceMethodClient => callers[index % 2 === 0 ? 0 : 1]
    const times = <T>(count: number, operation: (index: number) => Promise<T>): Promise<T[]> =>
      Promise.all(Array.from({ length: count }, (_, index) => operation(index)))

    it('authorizes one of eight requests per face check', { timeout: 300_000 }, async () => {
      const user = await caller(0).createFaceUser('ada')
      const wanted = signatureRequest(user.walletId)
      const value = `${await caller(0).passCheck(user, wanted)}.${user.secret}`
      const answers = await times(8, (index) => caller(index).useMethod(user, wanted, value))
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, ...Array(7).fill(403)])
    })

    it('verifies one of eight faces per face check', { timeout: 300_000 }, async () => {
      const user = await caller(0).createFaceUser('berta')
      const { result } = await caller(0).startCheck(user)
      const shown = { person: 'mallory' }
      const answers = await times(8, (index) =>
        caller(index).presentFace(user, result.id, signatureRequest(user.walletId), shown),
      )
      const codes = answers.flatMap((answer) => answer.codes).toSorted()
      expect(codes).toEqual([...Array(7).fill('face-check.not-found'), 'signing-method.invalid'])
      expect(await caller(1).remainingAttempts(user)).toBe(9)
    })

    it('verifies at most ten of fourteen faces', { timeout: 300_000 }, async () => {
      const user = await caller(0).createFaceUser('carla')
      const wanted = signatureRequest(user.walletId)
      const checks = await times(14, async (index) => (await caller(index).startCheck(user)).result.id as string)
      const answers = await times(14, (index) =>
        caller(index).presentFace(user, checks[index] ?? '', wanted, { person: 'mallory' }),
      )
      const codes = answers.flatMap((answer) => answer.codes).toSorted()
      expect(codes).toEqual([...Array(10).fill('signing-method.invalid'), ...Array(4).fill('signing-method.locked')])
      expect(await caller(1).remainingAttempts(user)).toBe(0)
    })

    it('authorizes nothing once its device is revoked', { timeout: 300_000 }, async () => {
      const user = await caller(0).createFaceUser('dora')
      const wanted = signatureRequest(user.walletId)
      const values = await times(4, async () => `${await caller(0).passCheck(user, wanted)}.${user.secret}`)
      const last = values.pop() ?? ''
      await Promise.all([...values.map((value, index) => caller(index).useMethod(user, wanted, value)), revoke(user)])
      expect(await caller(1).useMethod(user, wanted, last)).toMatchObject({
        status: 403,
        codes: ['signing-method.invalid'],
      })
    })
  },
)

describe('a face check signed by a device', () => {
  it('authorizes nothing if the method is bound to another device at any read meanwhile', async () => {
    const memory = memoryStorage()
    let before: { readonly read: number; readonly replace: () => Promise<unknown> } | undefined
    let reads = 0
    const find: Storage['find'] = async (table, query) => {
      if (table.name === 'signing_methods' && before?.read === ++reads) await before.replace()
      return memory.find(table, query)
    }
    const custody = { biometric: { liveness: 'none' } } as const
    const { billfold, licence } = await createFaceHost({ storage: { ...memory, find }, custody })
    const caller = await createFaceMethodClient(inMemoryDriver(billfold.custody), billfold, licence)
    /** Presents a face on the user's device while the method is bound to another one at the given read. Returns the number of reads. */
    const showWhile = async (user: FaceUser, read: number): Promise<number> => {
      const wanted = signatureRequest(user.walletId)
      const device = createDevice()
      await caller.trustDevice(user, device)
      const { result } = await caller.startCheck(user)
      const value = randomBytes(32).toString('base64url')
      const body = { value, devicePublicKey: device.publicKey }
      const replace = async (): Promise<void> => {
        before = undefined
        const { status } = await caller.call('PUT', `${user.methods}/${user.methodId}`, body, user.pinHeader)
        expect(status).toBe(200)
      }
      reads = 0
      before = { read, replace }
      await caller.presentFace(user, result.id, wanted)
      const taken = reads
      if (before !== undefined) return taken
      const used = await caller.useMethod(user, wanted, `${result.id}.${value}`)
      expect([read, used.status, used.codes]).toEqual([read, 403, ['signing-method.invalid']])
      return taken
    }
    const alone = await showWhile(await caller.createFaceUser('ada'), 0)
    expect(alone).toBeGreaterThan(1)
    for (let read = 1; read <= alone; read += 1) await showWhile(await caller.createFaceUser(`user ${read}`), read)
  })
})
