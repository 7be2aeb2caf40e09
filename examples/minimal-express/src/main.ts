import { existsSync } from 'node:fs'
import { createBillfold, createKeyringFile, fileKeyring } from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import express from 'express'
import { Kysely, SqliteDialect } from 'kysely'
import Sqlite from 'libsql'

const db = new Kysely({ dialect: new SqliteDialect({ database: new Sqlite('billfold.db') }) })
await migrate(db, { dialect: 'sqlite' })
if (!existsSync('keyring.json')) createKeyringFile('keyring.json')

const billfold = createBillfold({
  storage: kyselyStorage(db, { dialect: 'sqlite' }),
  keyring: fileKeyring('keyring.json'),
})
const key = await billfold.serviceKeys.create({ tag: 'minimal', scopes: ['custody'] })

const app = express()
app.use('/custody', expressRouter(billfold.custody))
const port = Number(process.env['PORT'] ?? 3000)
app.listen(port, (error) => {
  if (error !== undefined) throw error
  console.log(`curl -u ${key.keyId}:${key.keySecret} http://localhost:${port}/custody/api/users`)
})
