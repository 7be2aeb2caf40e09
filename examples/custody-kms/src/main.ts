import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createBillfold, kmsKeyring } from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import express from 'express'
import { Kysely, SqliteDialect } from 'kysely'
import Sqlite from 'libsql'
import { memoryKms } from './kms.ts'

// In the example the master key is derived from text, so that a second start reads what the first one wrote.
const kms = memoryKms(createHash('sha256').update('an example, not a secret').digest())

// The wrapped key is no secret: it can be in the configuration. Only the KMS can unwrap it.
const file = 'wrapped-key.txt'
if (!existsSync(file)) writeFileSync(file, Buffer.from(await kms.wrap(randomBytes(32))).toString('base64'))
const keyring = kmsKeyring({
  keys: { '2027a': readFileSync(file, 'utf8') },
  currentKeyId: '2027a',
  unwrap: (wrapped) => kms.unwrap(wrapped),
})

const db = new Kysely({ dialect: new SqliteDialect({ database: new Sqlite('billfold.db') }) })
await migrate(db, { dialect: 'sqlite' })
const billfold = createBillfold({ storage: kyselyStorage(db, { dialect: 'sqlite' }), keyring })
const key = await billfold.serviceKeys.create({ tag: 'minimal', scopes: ['custody'] })

const app = express()
app.use('/custody', expressRouter(billfold.custody))
const port = Number(process.env['PORT'] ?? 3000)
app.listen(port, (error) => {
  if (error !== undefined) throw error
  console.log(`curl -u ${key.keyId}:${key.keySecret} http://localhost:${port}/custody/api/users`)
})
