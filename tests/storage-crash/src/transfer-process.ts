import { kyselyStorage } from '@billfold/storage-kysely'
import { connectWithDriverTo } from '@billfold/test-databases'
import { transfer } from './transfer.ts'

// Commits 1,000 concurrent transfers until it is killed. Prints the id of each acknowledged one.
const [dialect, url, form] = process.argv.slice(2)
if ((dialect !== 'sqlite' && dialect !== 'postgres' && dialect !== 'mysql') || url === undefined) {
  throw new Error('usage: transfer-process sqlite|postgres|mysql URL [with-driver]')
}
const { db, driver } = connectWithDriverTo(dialect, url)
const storage = kyselyStorage(db, { dialect, statementTimeoutMs: 200_000, ...(form === 'with-driver' && driver) })
await Promise.all(
  Array.from({ length: 1_000 }, async () => {
    const made = transfer()
    await storage.commit(made)
    process.stdout.write(`${made.id}\n`)
  }),
)
await db.destroy()
