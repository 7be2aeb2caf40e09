import assert from 'node:assert/strict'
import { batch, check, insert, remove, storageLimits, update } from '@billfold/core/storage'
import { invalid, refused } from './refusals.ts'
import type { StorageCase } from './storage-case.ts'
import { account, accounts, nonces } from './tables.ts'

const used = (value: string) => insert(nonces, { value, usedBy: null })

/** What the contract says of batches: order, all or none, and being applied once. */
export const batchCases: readonly StorageCase[] = [
  {
    name: 'a batch without writes is taken',
    run: async ({ storage }) => {
      const empty = batch()
      await storage.commit(empty)
      await storage.commit(empty)
      assert.deepEqual(await storage.find(nonces), [])
    },
  },
  {
    name: 'the writes of a batch are applied in order, each seeing those before it',
    run: async ({ storage }) => {
      await storage.commit(
        batch(
          check(accounts, { where: { id: 'a' }, hits: 'none' }),
          insert(accounts, account({ id: 'a', visits: 1, nickname: 'nick' })),
          check(accounts, { where: { id: 'a', visits: 1 } }),
          update(accounts, { where: { id: 'a', visits: 1 }, add: { visits: 1 } }),
          update(accounts, { where: { id: 'a', visits: 2 }, set: { owner: 'second' } }),
          remove(accounts, { where: { owner: 'second' } }),
          check(accounts, { where: { id: 'a' }, hits: 'none' }),
          insert(accounts, account({ id: 'b', nickname: 'nick' })),
        ),
      )
      assert.deepEqual(await storage.find(accounts), [account({ id: 'b', nickname: 'nick' })])
    },
  },
  {
    name: 'a guard sees the rows that the same batch removed before it as gone',
    run: async ({ storage }) => {
      await storage.commit(batch(used('a'), used('b')))
      await refused(
        storage.commit(batch(remove(nonces, { where: { value: 'a' } }), remove(nonces, { where: { value: 'a' } }))),
        'guard',
        1,
      )
      await refused(
        storage.commit(batch(remove(nonces, { where: { value: 'a' } }), check(nonces, { where: { value: 'a' } }))),
        'guard',
        1,
      )
      assert.equal((await storage.find(nonces)).length, 2)
    },
  },
  {
    name: 'a unique key holds at once, though a later write of the batch would have freed it',
    run: async ({ storage }) => {
      await storage.commit(batch(used('a')))
      await refused(storage.commit(batch(used('a'), remove(nonces, { where: { value: 'a' } }))), 'duplicate', 0)
      await storage.commit(
        batch(remove(nonces, { where: { value: 'a' } }), insert(nonces, { value: 'a', usedBy: 'again' })),
      )
      assert.deepEqual(await storage.find(nonces), [{ value: 'a', usedBy: 'again' }])
    },
  },
  {
    name: 'a refused batch is applied not at all, whichever of its writes was refused',
    run: async ({ storage, nth }) => {
      const before = account({ id: 'a', visits: 1, nickname: 'nick' })
      await storage.commit(batch(insert(accounts, before), used('taken')))
      const good = [
        used('x'),
        update(accounts, { where: { id: 'a' }, add: { visits: 1 }, set: { nickname: null } }),
        insert(accounts, account({ id: 'b' })),
        remove(nonces, { where: { value: 'taken' } }),
      ]
      for (let at = 0; at <= good.length; at++) {
        const failing = batch(...good.slice(0, at), check(accounts, { where: { id: 'nobody' } }), ...good.slice(at))
        await refused(storage.commit(failing), 'guard', at)
        assert.deepEqual(await nth(1).find(accounts), [before])
        assert.deepEqual(await nth(1).find(nonces), [{ value: 'taken', usedBy: null }])
      }
      await refused(storage.commit(batch(...good.slice(0, 3), used('x'))), 'duplicate', 3)
      assert.deepEqual(await nth(1).find(accounts), [before])
    },
  },
  {
    name: 'a refusal names the first write that did not hold',
    run: async ({ storage }) => {
      await storage.commit(batch(used('a')))
      await refused(
        storage.commit(batch(used('b'), used('a'), check(nonces, { where: { value: 'zz' } }))),
        'duplicate',
        1,
      )
      await refused(storage.commit(batch(used('b'), check(nonces, { where: { value: 'zz' } }), used('a'))), 'guard', 1)
    },
  },
  {
    name: 'a batch that is committed again is not applied again, and resolves',
    run: async ({ storage, nth }) => {
      await storage.commit(batch(insert(accounts, account({ id: 'a' }))))
      const once = batch(used('n'), update(accounts, { where: { id: 'a', visits: 0 }, add: { visits: 1 } }))
      await storage.commit(once)
      await storage.commit(once)
      await nth(1).commit(once)
      const increment = batch(update(accounts, { where: { id: 'a' }, add: { visits: 10 } }))
      await nth(1).commit(increment)
      await storage.commit(increment)
      await storage.commit(once)
      assert.equal((await storage.find(accounts))[0]?.visits, 11)
    },
  },
  {
    name: 'a batch that is committed on two connections at once is applied once, and both resolve',
    run: async ({ storages, nth, storage }) => {
      await storage.commit(batch(insert(accounts, account({ id: 'a' }))))
      for (let round = 0; round < 10; round++) {
        const once = batch(update(accounts, { where: { id: 'a' }, add: { visits: 1 } }), used(`n${round}`))
        await Promise.all(storages.concat(storages).map((_, at) => nth(at).commit(once)))
      }
      assert.equal((await storage.find(accounts))[0]?.visits, 10)
    },
  },
  {
    name: 'two batches of the same writes are two batches',
    run: async ({ storage }) => {
      await storage.commit(batch(insert(accounts, account({ id: 'a' }))))
      const increment = update(accounts, { where: { id: 'a' }, add: { visits: 1 } })
      await storage.commit(batch(increment))
      await storage.commit(batch(increment))
      assert.equal((await storage.find(accounts))[0]?.visits, 2)
    },
  },
  {
    name: 'a refused batch leaves its id free: committed again, it is decided again',
    run: async ({ storage, nth }) => {
      const early = batch(update(nonces, { where: { value: 'n' }, set: { usedBy: 'me' } }))
      await refused(storage.commit(early), 'guard', 0)
      await refused(nth(1).commit(early), 'guard', 0)
      await storage.commit(batch(used('n')))
      await nth(1).commit(early)
      assert.deepEqual(await storage.find(nonces), [{ value: 'n', usedBy: 'me' }])
    },
  },
  {
    name: 'a batch of 1,000 writes is taken, and one of more is not',
    run: async ({ storage }) => {
      const many = Array.from({ length: storageLimits.writes }, (_, at) => used(`n${at}`))
      await storage.commit(batch(...many))
      assert.equal((await storage.find(nonces)).length, storageLimits.writes)
      await invalid(storage.commit(batch(...many, used('more'))))
    },
  },
  {
    name: 'a batch whose id is not a UUID is refused',
    run: async ({ storage }) => {
      await invalid(storage.commit({ id: 'mine', writes: [used('n')] }))
      assert.deepEqual(await storage.find(nonces), [])
    },
  },
  {
    name: 'what was committed is seen at once on every connection',
    run: async ({ storages, nth }) => {
      for (let round = 0; round < 20; round++) {
        await nth(round).commit(batch(used(`n${round}`)))
        for (const storage of storages)
          assert.equal((await storage.find(nonces, { where: { value: `n${round}` } })).length, 1)
      }
    },
  },
]
