import {
  type Batch,
  batch,
  appliedBatches,
  bigint,
  check,
  defineTable,
  insert,
  isCommitError,
  memoryStorage,
  nullable,
  remove,
  type Storage,
  text,
  update,
  wideInteger,
  type Write,
} from '@billfold/core/storage'
import { listTestDatabases } from '@billfold/test-databases'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTables } from './schema/create-tables.ts'
import { kyselyStorage } from './kysely-storage.ts'

const things = defineTable({
  name: 'things',
  columns: { id: text(4), name: nullable(text(4)), count: bigint(), worth: wideInteger() },
  key: ['id'],
  unique: { byName: ['name'] },
})
const notes = defineTable({ name: 'notes', columns: { id: text(4), thing: text(4) }, key: ['thing', 'id'] })

/** Few values, so that the writes of a batch conflict with each other and with existing rows. */
const id = fc.constantFrom('a', 'b', 'c', 'd')
const name = fc.constantFrom('m', 'n', null)
const expectedRows = fc.constantFrom('one' as const, 'one' as const, 'one' as const, 'any' as const, 'none' as const)
const where = fc.oneof(
  { weight: 5, arbitrary: fc.record({ id }) },
  { weight: 2, arbitrary: fc.record({ id, count: fc.constantFrom({ gte: 1n }, { lt: 2n }) }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constantFrom('m', 'n') }) },
  { weight: 1, arbitrary: fc.record({ name }) },
  { weight: 1, arbitrary: fc.record({ id: fc.record({ in: fc.array(id) }) }) },
  { weight: 1, arbitrary: fc.record({ count: fc.record({ gt: fc.constantFrom(0n, 1n) }) }) },
)
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ id, name }).map((cells) => insert(things, { ...cells, count: 1n, worth: 10n ** 30n })),
  fc.record({ id, thing: id }).map((row) => insert(notes, row)),
  fc
    .record({ where, expectedRows })
    .map((change) => update(things, { ...change, add: { count: 1n, worth: -(10n ** 29n) } })),
  // No `where` beyond the id: if an update violates both a condition and a key, storages may report either.
  fc
    .record({ id, expectedRows: fc.constantFrom('one', 'any'), name })
    .map((to) => update(things, { where: { id: to.id }, expectedRows: to.expectedRows, set: { name: to.name } })),
  fc.record({ where, expectedRows }).map((change) => remove(things, change)),
  fc.record({ where, expectedRows: fc.constantFrom('one', 'none') }).map((condition) => check(things, condition)),
  fc.record({ where: fc.record({ thing: id, id }), expectedRows }).map((change) => remove(notes, change)),
  fc.record({ thing: id, id }).map((row) => check(notes, { where: row })),
)

/** The outcome of a commit, which must be the same in all storages. */
async function commitOutcome(storage: Storage, made: Batch): Promise<string> {
  try {
    await storage.commit(made)
    return 'applied'
  } catch (error) {
    if (!isCommitError(error)) throw error
    return `${error.reason} at ${error.index}`
  }
}

async function contents(storage: Storage): Promise<unknown> {
  const rows = await storage.find(things, { orderBy: [['id', 'asc']] })
  const noteRows = await storage.find(notes, {
    orderBy: [
      ['thing', 'asc'],
      ['id', 'asc'],
    ],
  })
  return { rows, noteRows }
}

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect, kind } = database
  const fresh = await database.create()
  const { db, driver } = fresh.connectWithDriver()
  const storages = [kyselyStorage(db, { dialect, ...driver }), kyselyStorage(db, { dialect })]

  describe(`random batches on ${database.name}`, () => {
    beforeAll(() => createTables(db, { dialect }, [appliedBatches, things, notes]))
    afterAll(() => fresh.drop())

    test('have the same outcomes and contents as in memory storage', { timeout: 300_000 }, async () => {
      const removeAll = () =>
        batch(remove(things, { where: {}, expectedRows: 'any' }), remove(notes, { where: {}, expectedRows: 'any' }))
      const lists = fc.array(fc.array(write, { maxLength: 5 }), { minLength: 1, maxLength: 12 })
      await fc.assert(
        fc.asyncProperty(lists, fc.constantFrom(...storages), async (given, storage) => {
          const memory = memoryStorage()
          await storage.commit(removeAll())
          for (const [at, writes] of given.entries()) {
            const made = batch(...writes)
            expect(await commitOutcome(storage, made)).toBe(await commitOutcome(memory, made))
            if (at % 4 === 3) await storage.commit(made).catch(() => {})
          }
          expect(await contents(storage)).toEqual(await contents(memory))
        }),
        { numRuns: kind === 'pglite' ? 20 : 60 },
      )
    })
  })
}
