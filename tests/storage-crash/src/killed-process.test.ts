import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { kyselyStorage } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { describe, expect, test } from 'vitest'
import { killAfterLines } from './kill-after-lines.ts'
import { createAccounts, readLedger } from './transfer.ts'

const program = fileURLToPath(new URL('../dist/transfer-process.js', import.meta.url))

/** The number of acknowledged transfers before each kill, and whether the process uses the driver of Kysely. */
const runs = [
  [1, 'with-driver'],
  [40, 'through-kysely'],
  [150, 'with-driver'],
] as const

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect, kind } = database
  if (kind === 'pglite') continue
  describe(`a process killed among 1,000 concurrent batches on ${database.name}`, () => {
    test('leaves every batch complete or absent, and every acknowledged one complete', {
      timeout: 60_000,
    }, async () => {
      expect(existsSync(program), 'run `npm run build` first: the process runs from dist').toBe(true)
      const fresh = await database.create()
      const storage = kyselyStorage(fresh.connect(), { dialect })
      await createAccounts(fresh, dialect, storage)
      const acknowledged: string[] = []
      for (const [lines, form] of runs)
        acknowledged.push(...(await killAfterLines(lines, program, dialect, fresh.url ?? '', form)))
      // The server may still execute what the process had sent while the tables are read one after the other.
      await expect.poll(async () => (await readLedger(storage)).wrongBalances).toEqual([])
      const { partsOfTransfers, batchIds } = await readLedger(storage)
      expect([...new Set(partsOfTransfers.values())]).toEqual([3])
      expect([...partsOfTransfers.keys()].filter((id) => !batchIds.has(id))).toEqual([])
      expect(acknowledged.filter((id) => !partsOfTransfers.has(id))).toEqual([])
      expect(partsOfTransfers.size).toBeGreaterThanOrEqual(190)
      await fresh.drop()
    })
  })
}
