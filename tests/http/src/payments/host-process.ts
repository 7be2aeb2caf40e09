import { createServer } from 'node:http'
import { koaRouter } from '@billfold/koa-adapter'
import { kyselyStorage } from '@billfold/storage-kysely'
import { connectWithDriverTo } from '@billfold/test-databases'
import Koa from 'koa'
import { createPaymentsHost, testKeyring } from './payments-client.ts'

// A host in a process of its own, to be killed: node host-process.js <dialect> <url> <root key> [cluster] [pipelines]
const [, , dialect = '', url = '', rootKey = '', cluster = '', pipelines = ''] = process.argv
if (dialect !== 'postgres' && dialect !== 'mysql' && dialect !== 'sqlite') throw new Error(`${dialect} is no dialect`)

const { db, driver } = connectWithDriverTo(dialect, url)
const storage = kyselyStorage(db, {
  dialect,
  ...(cluster === 'galera' && { cluster }),
  ...(pipelines === 'true' && driver),
})
const { billfold } = await createPaymentsHost(storage, { keyring: testKeyring(rootKey) })
const app = new Koa()
app.use(koaRouter(billfold.payments).routes())
const handle = app.callback()
const server = createServer((request, response) => void handle(request, response))
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`listening ${typeof address === 'object' ? address?.port : ''}\n`)
})
