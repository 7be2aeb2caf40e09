import { migrate } from '@billfold/storage-kysely'
import { connectTo } from '@billfold/test-databases'

// A process that migrates, to be killed on the way. It says when it begins.
const [dialect, url] = process.argv.slice(2)
if ((dialect !== 'sqlite' && dialect !== 'postgres' && dialect !== 'mysql') || url === undefined) {
  throw new Error('usage: migrating-process sqlite|postgres|mysql URL')
}
const db = connectTo(dialect, url)
process.stdout.write('begins\n')
await migrate(db, { dialect })
await db.destroy()
