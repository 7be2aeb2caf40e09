import { existsSync } from 'node:fs'
import { createBillfold, createKeyringFile, fileKeyring } from '@billfold/core'
import { fetchHandler } from '@billfold/fetch-adapter'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { type Context, Hono } from 'hono'
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

const custody = fetchHandler(billfold.custody, {
  prefix: '/custody',
  clientAddress: (_request, context: Context) => getConnInfo(context).remote.address,
})
const app = new Hono()
app.all('/custody/*', (context) => custody(context.req.raw, context))
const port = Number(process.env['PORT'] ?? 3000)
serve({ fetch: app.fetch, port }, () => {
  console.log(`curl -u ${key.keyId}:${key.keySecret} http://localhost:${port}/custody/api/users`)
})
