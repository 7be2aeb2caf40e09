import { existsSync } from 'node:fs'
import { createBillfold, createKeyringFile, fileKeyring } from '@billfold/core'
import { fetchHandler } from '@billfold/fetch-adapter'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { getRequestListener } from '@hono/node-server'
import { fastify, type FastifyRequest } from 'fastify'
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
  clientAddress: (_request, request: FastifyRequest) => request.ip,
})
const app = fastify()
await app.register(async (scope) => {
  // Before Fastify reads a body, so that the routes read theirs, each with its own limit.
  scope.addHook('onRequest', async (request, reply) => {
    reply.hijack()
    await getRequestListener((webRequest) => custody(webRequest, request))(request.raw, reply.raw)
  })
  scope.all('/custody/*', () => {})
})
const port = Number(process.env['PORT'] ?? 3000)
await app.listen({ port })
console.log(`curl -u ${key.keyId}:${key.keySecret} http://localhost:${port}/custody/api/users`)
