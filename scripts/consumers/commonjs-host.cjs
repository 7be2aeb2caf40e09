// A CommonJS host that uses only require(): all five APIs in Express and in Koa, on SQLite.
const assert = require('node:assert/strict')
const { once } = require('node:events')
const { createServer } = require('node:http')
const { createBillfold, isBillfoldError, localKeyring, newKey } = require('@billfold/core')
const { connect } = require('@billfold/core/client')
const { expressRouter } = require('@billfold/express-adapter')
const { koaRouter } = require('@billfold/koa-adapter')
const { kyselyStorage, migrate } = require('@billfold/storage-kysely')
const express = require('express')
const Koa = require('koa')
const { Kysely, SqliteDialect } = require('kysely')
const Sqlite = require('libsql')

const db = new Kysely({ dialect: new SqliteDialect({ database: new Sqlite(':memory:') }) })
const keyring = localKeyring({ keys: { first: newKey() }, currentKeyId: 'first' })
const billfold = createBillfold({ storage: kyselyStorage(db, { dialect: 'sqlite' }), keyring })
const apis = ['custody', 'authentication', 'onboarding', 'dids', 'payments']

function expressApp() {
  const app = express()
  for (const api of apis) app.use(`/${api}`, expressRouter(billfold[api]))
  return app
}

function koaApp() {
  const app = new Koa()
  for (const api of apis) app.use(koaRouter(billfold[api], { prefix: `/${api}` }).routes())
  return app.callback()
}

async function serve(name, handler, authorization) {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${server.address().port}`
  for (const api of apis) {
    const document = await (await fetch(`${url}/${api}/openapi.json`)).json()
    assert.match(document.openapi, /^3\./, `${name}: ${api}`)
  }
  const response = await fetch(`${url}/custody/api/users`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ reference: name, signingMethod: { type: 'PIN', value: '123456' } }),
  })
  assert.equal(response.status, 200, name)
  assert.equal((await connect({ url: `${url}/authentication` })).keyPair.curve, 'secp256k1')
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

async function main() {
  await migrate(db, { dialect: 'sqlite' })
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'packed', scopes: ['custody'] })
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
  await serve('express', expressApp(), authorization)
  await serve('koa', koaApp(), authorization)
  // require() and import load the same instance of core, so that its classes exist once.
  await assert.rejects(billfold.serviceKeys.revoke('unknown'), (error) =>
    isBillfoldError(error, 'service-key.not-found'),
  )
  assert.equal((await import('@billfold/core')).createBillfold, createBillfold)
  await db.destroy()
}

void main()
