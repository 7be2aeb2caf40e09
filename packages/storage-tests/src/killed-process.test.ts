import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { kyselyStorage } from '@billfold/storage-kysely'
import { openTestDatabases, type TestDatabase } from '@billfold/test-databases'
import { describe, expect, test } from 'vitest'
import { openAccounts, readBooks } from './transfer.ts'

const program = fileURLToPath(new URL('../dist/transfer-process.js', import.meta.url))

/** Runs the process until it has acknowledged this many transfers, kills it, and gives their ids. */
function killedAfter(most: number, dialect: TestDatabase['dialect'], url: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, dialect, url], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let printed = ''
    let complaints = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (printed.split('\n').length > most) child.kill('SIGKILL')
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(printed.split('\n').filter((line) => line.length === 36))
      else reject(new Error(`the process ended by itself with ${code}: ${complaints}`))
    })
  })
}

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
      for (const most of [1, 40, 150]) acknowledged.push(...(await killedAfter(most, dialect, fresh.url ?? '')))
      const { partsOfTransfers, batchIds, wrongBalances } = await readBooks(storage)
      expect(wrongBalances).toEqual([])
      expect([...new Set(partsOfTransfers.values())]).toEqual([3])
      expect([...partsOfTransfers.keys()].filter((id) => !batchIds.has(id))).toEqual([])
      expect(acknowledged.filter((id) => !partsOfTransfers.has(id))).toEqual([])
      expect(partsOfTransfers.size).toBeGreaterThanOrEqual(190)
      await fresh.drop()
    })
  })
}
