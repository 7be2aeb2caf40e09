import { existsSync } from 'node:fs'
import { createKeyringFile, fileKeyring } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { Kysely, SqliteDialect } from 'kysely'
import Sqlite from 'libsql'
import { createApp, sitePasskeys } from './app.ts'

const port = Number(process.env['PORT'] ?? 3000)
const site = { origin: process.env['ORIGIN'] ?? `http://localhost:${port}` }

const db = new Kysely({ dialect: new SqliteDialect({ database: new Sqlite('billfold.db') }) })
await migrate(db, { dialect: 'sqlite', modules: [sitePasskeys(site)] })
if (!existsSync('keyring.json')) createKeyringFile('keyring.json')

const app = await createApp(kyselyStorage(db, { dialect: 'sqlite' }), fileKeyring('keyring.json'), site)
app.listen(port, (error) => {
  if (error !== undefined) throw error
  console.log(`Open ${site.origin}`)
})
