// A minimal host, copied into an empty folder with only the packed packages installed: migrates an SQLite file and creates a user
// through Express and through Koa. Exits with a message and status 1 on any failure.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createBillfold, localKeyring, newKey } from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import { koaRouter } from '@billfold/koa-adapter'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import express from 'express'
import Koa from 'koa'
import { Kysely, SqliteDialect } from 'kysely'
import Sqlite from 'libsql'

const db = new Kysely({ dialect: new SqliteDialect({ database: new Sqlite('billfold.sqlite') }) })
assert.notDeepEqual(await migrate(db, { dialect: 'sqlite' }), [], 'the first run applies migrations')
assert.deepEqual(await migrate(db, { dialect: 'sqlite' }), [], 'the second run applies nothing')

const billfold = createBillfold({
  storage: kyselyStorage(db, { dialect: 'sqlite' }),
  keyring: localKeyring({ keys: { first: newKey() }, currentKeyId: 'first' }),
})
const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'packed', scopes: ['custody'] })

const expressApp = express().use('/custody', expressRouter(billfold.custody))
const koaApp = new Koa().use(koaRouter(billfold.custody, { prefix: '/custody' }).routes())
for (const [name, handler] of [
  ['express', expressApp],
  ['koa', koaApp.callback()],
]) {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const response = await fetch(`http://127.0.0.1:${server.address().port}/custody/api/users`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ reference: name, signingMethod: { type: 'PIN', value: '123456' } }),
  })
  const reply = await response.json()
  assert.equal(response.status, 200, `${name}: ${JSON.stringify(reply)}`)
  assert.equal(reply.result.reference, name)
  server.close()
  await once(server, 'close')
}
await db.destroy()
