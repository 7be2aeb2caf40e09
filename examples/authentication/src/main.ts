import { existsSync } from 'node:fs'
import { createBillfold, createKeyringFile, fileKeyring } from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { faceVerifier } from '@billfold/verifier-face'
import express from 'express'
import { Kysely, SqliteDialect } from 'kysely'
import Sqlite from 'libsql'

const port = Number(process.env['PORT'] ?? 3000)
const db = new Kysely({ dialect: new SqliteDialect({ database: new Sqlite('billfold.db') }) })
await migrate(db, { dialect: 'sqlite' })
if (!existsSync('keyring.json')) createKeyringFile('keyring.json')

const billfold = createBillfold({
  storage: kyselyStorage(db, { dialect: 'sqlite' }),
  keyring: fileKeyring('keyring.json'),
  // The models are loaded with the first face.
  authentication: { publicUrl: `http://localhost:${port}/login`, verifier: faceVerifier() },
})
// A relying party creates sessions with its licence, and reads their results.
const { licence } = await billfold.licences.create({ tag: 'shop' })

const app = express()
app.use('/login', expressRouter(billfold.authentication))
app.listen(port, (error) => {
  if (error !== undefined) throw error
  console.log(`The licence of the relying party: ${licence}`)
  console.log(`curl http://localhost:${port}/login/.well-known`)
})

// Deletes what has expired.
setInterval(() => void billfold.maintain().catch(console.error), 60_000).unref()
