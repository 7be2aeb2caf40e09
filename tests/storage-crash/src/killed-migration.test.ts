import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { kyselyStorage, migrate, pendingMigrations } from '@billfold/storage-kysely'
import { listTestDatabases, type TestDatabase } from '@billfold/test-databases'
import { describe, expect, test } from 'vitest'

const program = fileURLToPath(new URL('../dist/migrating-process.js', import.meta.url))

/** Starts a process that migrates and kills it after a delay. Returns true if it was killed before it completed. */
function killAfterDelay(milliseconds: number, dialect: TestDatabase['dialect'], url: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, dialect, url])
    let errorOutput = ''
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), milliseconds))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errorOutput += text))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL' || code === 0) resolve(signal === 'SIGKILL')
      else reject(new Error(`the process exited with ${code}: ${errorOutput}`))
    })
  })
}

/** Delays in milliseconds, one for each process. The migration of all tables takes longer than the first, on any database. */
const delays = [5, 40, 250]

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect, kind } = database
  if (kind === 'pglite') continue
  describe(`processes killed during a migration of ${database.name}`, () => {
    test('leave a state that the next migration completes', { timeout: 300_000 }, async () => {
      const fresh = await database.create()
      const kills: boolean[] = []
      for (const delay of delays) kills.push(await killAfterDelay(delay, dialect, fresh.url ?? ''))
      expect(kills).toContain(true)
      const db = fresh.connect()
      const pending = await pendingMigrations(db, { dialect })
      const applied = await Promise.all([db, fresh.connect()].map((one) => migrate(one, { dialect })))
      expect(applied.flat()).toEqual(pending.map(({ id }) => id))
      await expect(kyselyStorage(db, { dialect }).verify()).resolves.toBeUndefined()
      await fresh.drop()
    })
  })
}
