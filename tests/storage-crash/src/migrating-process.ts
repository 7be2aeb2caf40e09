import { migrate } from '@billfold/storage-kysely'
import { connectTo } from '@billfold/test-databases'

// Migrates until it is killed. Prints a line when it starts.
const [dialect, url] = process.argv.slice(2)
if ((dialect !== 'sqlite' && dialect !== 'postgres' && dialect !== 'mysql') || url === undefined) {
  throw new Error('usage: migrating-process sqlite|postgres|mysql URL')
}
const db = connectTo(dialect, url)
process.stdout.write('started\n')
await migrate(db, { dialect })
await db.destroy()
