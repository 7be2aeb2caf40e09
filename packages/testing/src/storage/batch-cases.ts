import assert from 'node:assert/strict'
import { batch, check, insert, remove, storageLimits, update } from '@billfold/core/storage'
import { assertInvalidInput, assertCommitRejected } from './assertions.ts'
import type { StorageCase } from './storage-case.ts'
import { createAccountRow, accounts, nonces } from './tables.ts'

const insertNonce = (value: string) => insert(nonces, { value, usedBy: null })

/** Cases for batches: order, atomicity, and deduplication by id. */
export const batchCases: readonly StorageCase[] = [
  {
    name: 'a batch without writes is accepted',
    run: async ({ storage }) => {
      const empty = batch()
      await storage.commit(empty)
      await storage.commit(empty)
      assert.deepEqual(await storage.find(nonces), [])
    },
  },
  {
    name: 'the writes of a batch are applied in order, each seeing the ones before',
    run: async ({ storage }) => {
      await storage.commit(
        batch(
          check(accounts, { where: { id: 'a' }, expectedRows: 'none' }),
          insert(accounts, createAccountRow({ id: 'a', visits: 1, nickname: 'nick' })),
          check(accounts, { where: { id: 'a', visits: 1 } }),
          update(accounts, { where: { id: 'a', visits: 1 }, add: { visits: 1 } }),
          update(accounts, { where: { id: 'a', visits: 2 }, set: { owner: 'second' } }),
          remove(accounts, { where: { owner: 'second' } }),
          check(accounts, { where: { id: 'a' }, expectedRows: 'none' }),
          insert(accounts, createAccountRow({ id: 'b', nickname: 'nick' })),
        ),
      )
      assert.deepEqual(await storage.find(accounts), [createAccountRow({ id: 'b', nickname: 'nick' })])
    },
  },
  {
    name: 'a condition does not see rows that the same batch removed earlier',
    run: async ({ storage }) => {
      await storage.commit(batch(insertNonce('a'), insertNonce('b')))
      await assertCommitRejected(
        storage.commit(batch(remove(nonces, { where: { value: 'a' } }), remove(nonces, { where: { value: 'a' } }))),
        'condition-failed',
        1,
      )
      await assertCommitRejected(
        storage.commit(batch(remove(nonces, { where: { value: 'a' } }), check(nonces, { where: { value: 'a' } }))),
        'condition-failed',
        1,
      )
      assert.equal((await storage.find(nonces)).length, 2)
    },
  },
  {
    name: 'a unique key is checked per write, even if a later write of the batch would free it',
    run: async ({ storage }) => {
      await storage.commit(batch(insertNonce('a')))
      await assertCommitRejected(
        storage.commit(batch(insertNonce('a'), remove(nonces, { where: { value: 'a' } }))),
        'duplicate',
        0,
      )
      await storage.commit(
        batch(remove(nonces, { where: { value: 'a' } }), insert(nonces, { value: 'a', usedBy: 'again' })),
      )
      assert.deepEqual(await storage.find(nonces), [{ value: 'a', usedBy: 'again' }])
    },
  },
  {
    name: 'a failed batch has no effect, whichever of its writes failed',
    run: async ({ storage, instance }) => {
      const before = createAccountRow({ id: 'a', visits: 1, nickname: 'nick' })
      await storage.commit(batch(insert(accounts, before), insertNonce('taken')))
      const valid = [
        insertNonce('x'),
        update(accounts, { where: { id: 'a' }, add: { visits: 1 }, set: { nickname: null } }),
        insert(accounts, createAccountRow({ id: 'b' })),
        remove(nonces, { where: { value: 'taken' } }),
      ]
      for (let at = 0; at <= valid.length; at++) {
        const failing = batch(...valid.slice(0, at), check(accounts, { where: { id: 'nobody' } }), ...valid.slice(at))
        await assertCommitRejected(storage.commit(failing), 'condition-failed', at)
        assert.deepEqual(await instance(1).find(accounts), [before])
        assert.deepEqual(await instance(1).find(nonces), [{ value: 'taken', usedBy: null }])
      }
      await assertCommitRejected(storage.commit(batch(...valid.slice(0, 3), insertNonce('x'))), 'duplicate', 3)
      assert.deepEqual(await instance(1).find(accounts), [before])
    },
  },
  {
    name: 'an error names the first write that failed',
    run: async ({ storage }) => {
      await storage.commit(batch(insertNonce('a')))
      await assertCommitRejected(
        storage.commit(batch(insertNonce('b'), insertNonce('a'), check(nonces, { where: { value: 'zz' } }))),
        'duplicate',
        1,
      )
      await assertCommitRejected(
        storage.commit(batch(insertNonce('b'), check(nonces, { where: { value: 'zz' } }), insertNonce('a'))),
        'condition-failed',
        1,
      )
    },
  },
  {
    name: 'a batch committed again resolves without being applied again',
    run: async ({ storage, instance }) => {
      await storage.commit(batch(insert(accounts, createAccountRow({ id: 'a' }))))
      const repeated = batch(insertNonce('n'), update(accounts, { where: { id: 'a', visits: 0 }, add: { visits: 1 } }))
      await storage.commit(repeated)
      await storage.commit(repeated)
      await instance(1).commit(repeated)
      const increment = batch(update(accounts, { where: { id: 'a' }, add: { visits: 10 } }))
      await instance(1).commit(increment)
      await storage.commit(increment)
      await storage.commit(repeated)
      assert.equal((await storage.find(accounts))[0]?.visits, 11)
    },
  },
  {
    name: 'a batch committed concurrently on two connections is applied once, and both commits resolve',
    run: async ({ storages, instance, storage }) => {
      await storage.commit(batch(insert(accounts, createAccountRow({ id: 'a' }))))
      for (let round = 0; round < 10; round++) {
        const repeated = batch(update(accounts, { where: { id: 'a' }, add: { visits: 1 } }), insertNonce(`n${round}`))
        await Promise.all(storages.concat(storages).map((_, at) => instance(at).commit(repeated)))
      }
      assert.equal((await storage.find(accounts))[0]?.visits, 10)
    },
  },
  {
    name: 'two batches with equal writes are both applied',
    run: async ({ storage }) => {
      await storage.commit(batch(insert(accounts, createAccountRow({ id: 'a' }))))
      const increment = update(accounts, { where: { id: 'a' }, add: { visits: 1 } })
      await storage.commit(batch(increment))
      await storage.commit(batch(increment))
      assert.equal((await storage.find(accounts))[0]?.visits, 2)
    },
  },
  {
    name: 'the id of a failed batch is not recorded: committing it again evaluates it again',
    run: async ({ storage, instance }) => {
      const early = batch(update(nonces, { where: { value: 'n' }, set: { usedBy: 'me' } }))
      await assertCommitRejected(storage.commit(early), 'condition-failed', 0)
      await assertCommitRejected(instance(1).commit(early), 'condition-failed', 0)
      await storage.commit(batch(insertNonce('n')))
      await instance(1).commit(early)
      assert.deepEqual(await storage.find(nonces), [{ value: 'n', usedBy: 'me' }])
    },
  },
  {
    name: 'a batch of 1,000 writes is accepted, and a larger one is rejected',
    run: async ({ storage }) => {
      const many = Array.from({ length: storageLimits.writesPerBatch }, (_, at) => insertNonce(`n${at}`))
      await storage.commit(batch(...many))
      assert.equal((await storage.find(nonces)).length, storageLimits.writesPerBatch)
      await assertInvalidInput(storage.commit(batch(...many, insertNonce('more'))))
    },
  },
  {
    name: 'a batch whose id is not a UUID is rejected',
    run: async ({ storage }) => {
      await assertInvalidInput(storage.commit({ id: 'mine', writes: [insertNonce('n')] }))
      assert.deepEqual(await storage.find(nonces), [])
    },
  },
  {
    name: 'a commit is visible on every connection as soon as it resolves',
    run: async ({ storages, instance }) => {
      for (let round = 0; round < 20; round++) {
        await instance(round).commit(batch(insertNonce(`n${round}`)))
        for (const storage of storages)
          assert.equal((await storage.find(nonces, { where: { value: `n${round}` } })).length, 1)
      }
    },
  },
]
