import type { Billfold } from '@billfold/core'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTwoInstances } from '../custody/two-instances.ts'
import { inMemoryDriver } from '../in-memory-driver.ts'
import type { RequestDriver } from '../request-driver.ts'
import { createEncryptingClient, type EncryptingClient } from './encrypting-client.ts'

type Keys = readonly { readonly keyId: string }[]

describe.each(await listTestDatabases())('concurrent calls to two hosts on $name', (database) => {
  let instances: readonly [Billfold, Billfold]
  let drivers: readonly [RequestDriver, RequestDriver]
  let drop: () => Promise<void> = async () => {}
  let licence: string
  /** One client with connections to both hosts. */
  let callers: readonly [EncryptingClient, EncryptingClient]
  const alternate = <T>(both: readonly [T, T], index: number): T => both[index % 2 === 0 ? 0 : 1]
  const makeKey = () => instances[0].serviceKeys.create({ tag: 'raced', scopes: ['custody'] })
  const listed = async () => (await callers[1].send('GET', '/servicekeys')).decrypted as Keys

  beforeAll(async () => {
    const made = await createTwoInstances(database)
    drop = made.drop
    instances = made.instances
    drivers = [inMemoryDriver(instances[0].authentication), inMemoryDriver(instances[1].authentication)]
  })
  afterAll(() => drop())

  it('create one system key', async () => {
    const input = Array.from({ length: 8 }, (_, index) => alternate(drivers, index).request('GET', '/publickeys'))
    expect(new Set((await Promise.all(input)).map(({ text }) => text)).size).toBe(1)
    licence = (await instances[0].licences.create({ tag: 'races', authLevel: 'system' })).licence
    const first = await createEncryptingClient(drivers[0], { licence })
    callers = [first, await createEncryptingClient(drivers[1], { licence, pair: first.keyPair })]
  })

  it('execute a step once per request id', async () => {
    for (let round = 0; round < 3; round++) {
      const key = await makeKey()
      const [before, uuid] = [await listed(), crypto.randomUUID()]
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          alternate(callers, index).send('DELETE', `/servicekey/${key.keyId}`, { uuid }),
        ),
      )
      const taken = answers.filter(({ status }) => status === 200)
      expect(taken.length).toBeGreaterThanOrEqual(1)
      expect(new Set(taken.map(({ decrypted }) => JSON.stringify(decrypted))).size).toBe(1)
      expect(answers.filter(({ status }) => status !== 200).every(({ status }) => status === 401)).toBe(true)
      const after = await listed()
      expect(after).toHaveLength(before.length)
      const [made] = taken.map(({ decrypted }) => (decrypted as Keys)[0])
      expect(after.map(({ keyId }) => keyId)).toContain(made?.keyId)
    }
  })

  it('return the stored reply of the other host to a repeat', async () => {
    const key = await makeKey()
    const [path, uuid] = [`/servicekey/${key.keyId}`, crypto.randomUUID()]
    const first = await callers[0].send('DELETE', path, { uuid })
    expect((await callers[1].send('DELETE', path, { uuid })).decrypted).toEqual(first.decrypted)
    const [made] = first.decrypted as Keys
    const other = `/servicekey/${made?.keyId}`
    expect((await callers[1].send('DELETE', other, { uuid })).status).toBe(401)
  })

  it('replace a service key once for different request ids', async () => {
    const key = await makeKey()
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => alternate(callers, index).send('DELETE', `/servicekey/${key.keyId}`)),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.sort((one, other) => one - other)).toEqual([200, 404, 404, 404, 404, 404])
  })

  it('reject a licence revoked by the other host', async () => {
    const made = await instances[0].licences.create({ tag: 'to be revoked' })
    const caller = await createEncryptingClient(drivers[1], { licence: made.licence })
    const ask = () => caller.send('POST', '/check_enrollment', { data: { list: [{ did: 'did:x:1' }] } })
    expect((await ask()).status).toBe(200)
    await instances[0].licences.revoke(made.id)
    expect((await ask()).status).toBe(401)
  })
})
