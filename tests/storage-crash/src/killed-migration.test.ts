import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { kyselyStorage, migrate, pendingMigrations } from '@billfold/storage-kysely'
import { openTestDatabases, type TestDatabase } from '@billfold/test-databases'
import { describe, expect, test } from 'vitest'

const program = fileURLToPath(new URL('../dist/migrating-process.js', import.meta.url))

/** Starts a process that migrates, kills it so long after it has begun, and says whether it was killed. */
function killedAfter(milliseconds: number, dialect: TestDatabase['dialect'], url: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, dialect, url])
    let complaints = ''
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), milliseconds))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL' || code === 0) resolve(signal === 'SIGKILL')
      else reject(new Error(`the process ended by itself with ${code}: ${complaints}`))
    })
  })
}

/** Milliseconds after which each process in turn is killed: a migration of all tables takes longer than the first ones of them. */
const lives = [40, 250]

for (const database of await openTestDatabases()) {
  const { dialect, kind } = database
  if (kind === 'pglite') continue
  describe(`processes that are killed while they migrate ${database.name}`, () => {
    test('leave what the next one takes up, until all is there', { timeout: 60_000 }, async () => {
      const fresh = await database.open()
      const kills: boolean[] = []
      for (const life of lives) kills.push(await killedAfter(life, dialect, fresh.url ?? ''))
      expect(kills).toContain(true)
      const db = fresh.connect()
      const left = await pendingMigrations(db, { dialect })
      const applied = await Promise.all([db, fresh.connect()].map((one) => migrate(one, { dialect })))
      expect(applied.flat()).toEqual(left.map(({ version }) => version))
      await expect(kyselyStorage(db, { dialect }).verify()).resolves.toBeUndefined()
      await fresh.drop()
    })
  })
}
