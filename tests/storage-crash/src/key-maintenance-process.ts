import { createBillfold, localKeyring } from '@billfold/core'
import { kyselyStorage } from '@billfold/storage-kysely'
import { connectWithDriverTo } from '@billfold/test-databases'

// A process that seals the audit trail, or seals values again, to be killed among it. It prints a line for each batch that was
// acknowledged, and does not stop by itself. The keys are for this one test.
const [dialect, url, work, k1, k2] = process.argv.slice(2)
if ((dialect !== 'sqlite' && dialect !== 'postgres' && dialect !== 'mysql') || url === undefined || !k1 || !k2)
  throw new Error('usage: key-work-process sqlite|postgres|mysql URL seal|reseal KEY KEY')
const { db } = connectWithDriverTo(dialect, url)
const storage = kyselyStorage(db, { dialect })
const billfold = createBillfold({ storage, keyring: localKeyring({ keys: { k1, k2 }, currentKeyId: 'k2' }) })
const say = (what: number): void => void process.stdout.write(`${what}\n`)
if (work === 'reseal') await billfold.keys.reencrypt({ onProgress: ({ reencrypted }) => say(reencrypted) })
for (;;) say((await billfold.audit.checkpoint({ maxLinks: 1 })).records)
