import { kyselyStorage } from '@billfold/storage-kysely'
import { connectTo } from '@billfold/test-databases'
import { createWebhookInstance } from './webhook-instance.ts'

// A process that delivers events until it is killed: node delivering-process.js <dialect> <url> <root key>
const [, , dialect = '', url = '', rootKey = ''] = process.argv
if (dialect !== 'postgres' && dialect !== 'mysql' && dialect !== 'sqlite') throw new Error(`${dialect} is no dialect`)

const billfold = createWebhookInstance(kyselyStorage(connectTo(dialect, url), { dialect }), rootKey)
for (;;) await billfold.deliver()
