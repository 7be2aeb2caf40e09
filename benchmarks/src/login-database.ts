import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, SqliteDialect } from 'kysely'
import Sqlite from 'libsql'

/** Opens a fresh SQLite file that is deleted when the process exits. */
export function loginDatabase(): { readonly sqlite: Sqlite.Database; readonly kysely: Kysely<unknown> } {
  const folder = mkdtempSync(join(tmpdir(), 'billfold-benchmark-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  process.once('SIGTERM', () => process.exit(0))
  const sqlite = new Sqlite(join(folder, 'login.db'))
  sqlite.pragma('journal_mode = WAL')
  sqlite.pragma('busy_timeout = 5000')
  return { sqlite, kysely: new Kysely({ dialect: new SqliteDialect({ database: sqlite }) }) }
}
