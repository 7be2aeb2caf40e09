import { kyselyStorage } from '@billfold/storage-kysely'
import { connectWithDriverTo } from '@billfold/test-databases'
import { transfer } from './transfer.ts'

// A process that makes 1,000 transfers at once, to be killed among them. It prints the id of each that was acknowledged.
const [dialect, url, form] = process.argv.slice(2)
if ((dialect !== 'sqlite' && dialect !== 'postgres' && dialect !== 'mysql') || url === undefined) {
  throw new Error('usage: transfer-process sqlite|postgres|mysql URL [with-driver]')
}
const { db, driver } = connectWithDriverTo(dialect, url)
const storage = kyselyStorage(db, { dialect, ...(form === 'with-driver' && driver) })
await Promise.all(
  Array.from({ length: 1_000 }, async () => {
    const made = transfer()
    await storage.commit(made)
    process.stdout.write(`${made.id}\n`)
  }),
)
await db.destroy()
