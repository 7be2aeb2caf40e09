import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { kyselyStorage } from '@billfold/storage-kysely'
import { openTestDatabases } from '@billfold/test-databases'
import { describe, expect, test } from 'vitest'
import { killedAfter } from './killed-after.ts'
import { openAccounts, readBooks } from './transfer.ts'

const program = fileURLToPath(new URL('../dist/transfer-process.js', import.meta.url))

/** How many transfers a process may acknowledge, and whether it has the driver below Kysely. */
const runs = [
  [1, 'with-driver'],
  [40, 'through-kysely'],
  [150, 'with-driver'],
] as const

for (const database of await openTestDatabases()) {
  const { dialect, kind } = database
  if (kind === 'pglite') continue
  describe(`a process killed among 1,000 concurrent batches on ${database.name}`, () => {
    test('leaves no batch half written, and every acknowledged one whole', { timeout: 60_000 }, async () => {
      expect(existsSync(program), 'run `npm run build` first: the process runs as it was built').toBe(true)
      const fresh = await database.open()
      const storage = kyselyStorage(fresh.connect(), { dialect })
      await openAccounts(fresh, dialect, storage)
      const acknowledged: string[] = []
      for (const [most, form] of runs)
        acknowledged.push(...(await killedAfter(most, program, dialect, fresh.url ?? '', form)))
      // What the process had sent may still be on its way through the server, while the tables are read one after the other.
      await expect.poll(async () => (await readBooks(storage)).wrongBalances, { timeout: 20_000 }).toEqual([])
      const { partsOfTransfers, batchIds } = await readBooks(storage)
      expect([...new Set(partsOfTransfers.values())]).toEqual([3])
      expect([...partsOfTransfers.keys()].filter((id) => !batchIds.has(id))).toEqual([])
      expect(acknowledged.filter((id) => !partsOfTransfers.has(id))).toEqual([])
      expect(partsOfTransfers.size).toBeGreaterThanOrEqual(190)
      await fresh.drop()
    })
  })
}
