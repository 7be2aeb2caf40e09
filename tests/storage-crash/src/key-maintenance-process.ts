import { createBillfold, localKeyring } from '@billfold/core'
import { kyselyStorage } from '@billfold/storage-kysely'
import { connectWithDriverTo } from '@billfold/test-databases'

// Checkpoints the audit log or re-encrypts values until it is killed. Prints a line for each acknowledged batch. The keys are
// those of a single test.
const [dialect, url, work, k1, k2] = process.argv.slice(2)
if ((dialect !== 'sqlite' && dialect !== 'postgres' && dialect !== 'mysql') || url === undefined || !k1 || !k2)
  throw new Error('usage: key-maintenance-process sqlite|postgres|mysql URL checkpoint|reencrypt KEY KEY')
const { db } = connectWithDriverTo(dialect, url)
const storage = kyselyStorage(db, { dialect })
const billfold = createBillfold({ storage, keyring: localKeyring({ keys: { k1, k2 }, currentKeyId: 'k2' }) })
const print = (count: number): void => void process.stdout.write(`${count}\n`)
if (work === 'reencrypt') await billfold.keys.reencrypt({ onProgress: ({ reencrypted }) => print(reencrypted) })
for (;;) print((await billfold.audit.checkpoint({ maxLinks: 1 })).records)
