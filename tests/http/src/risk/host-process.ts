import { createServer } from 'node:http'
import { createBillfold, createPasswordHasher, localKeyring, silentLogger } from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import { risk } from '@billfold/risk'
import { kyselyStorage } from '@billfold/storage-kysely'
import { connectTo } from '@billfold/test-databases'
import express from 'express'

// A host with policies in a process of its own: node host-process.js <dialect> <url> <root key>
const [, , dialect = '', url = '', rootKey = ''] = process.argv
if (dialect !== 'postgres' && dialect !== 'mysql' && dialect !== 'sqlite') throw new Error(`${dialect} is no dialect`)

const billfold = createBillfold({
  storage: kyselyStorage(connectTo(dialect, url), { dialect }),
  keyring: localKeyring({ keys: { k1: rootKey }, currentKeyId: 'k1' }),
  logger: silentLogger,
  passwordHasher: createPasswordHasher({
    cost: { logN: 4, r: 1, p: 1 },
    concurrency: 4,
    queue: 10_000,
    perSource: 10_000,
    maxWaitSeconds: 600,
    perAnonymousSource: 10_000,
  }),
  modules: [risk()],
})
const server = createServer(express().use(expressRouter(billfold.custody)))
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`listening ${typeof address === 'object' ? address?.port : ''}\n`)
})
