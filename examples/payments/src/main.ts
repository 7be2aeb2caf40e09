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
  // Codes for verified contacts. A real host sends them by email or SMS.
  notifier: { deliver: async ({ topic, payload }) => console.log('message', topic, payload) },
})
// The payment gateway of the host confirms deposits and withdrawals with a key of its own.
const gateway = await billfold.serviceKeys.create({ tag: 'gateway', scopes: ['payments:gateway'] })

const app = express()
app.use('/payments', expressRouter(billfold.payments))
const port = Number(process.env['PORT'] ?? 3000)
app.listen(port, (error) => {
  if (error !== undefined) throw error
  console.log(`The gateway's key: ${gateway.keyId}:${gateway.keySecret}`)
  console.log(`curl http://localhost:${port}/payments/publickeys`)
})

// Refunds payments that nobody confirmed, and sends the messages.
setInterval(() => void billfold.maintain().catch(console.error), 60_000).unref()
