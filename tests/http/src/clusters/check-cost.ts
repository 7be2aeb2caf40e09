import { appliedBatches, batch, check, defineTable, insert, type Storage, text } from '@billfold/core/storage'
import { createTables, kyselyStorage } from '@billfold/storage-kysely'
import { connectTo } from '@billfold/test-databases'
import type { Reached } from './conformance.ts'

const owners = defineTable({ name: 'owners', columns: { id: text(36) }, key: ['id'] })
const notes = defineTable({ name: 'notes', columns: { id: text(36), owner: text(36) }, key: ['id'] })

const clients = 8

/**
 * Measures commits a second of a check and an insert, by eight clients at the addresses in turn.
 * @param sharesRow true if all check one row
 */
export async function measureChecks(
  reached: Reached,
  seconds: number,
  prefix: string,
  sharesRow: boolean,
): Promise<number> {
  const { dialect, urls, cluster } = reached
  const options = { dialect, tablePrefix: prefix, ...(cluster !== undefined && { cluster }) }
  const databases = urls.map((url) => connectTo(dialect, url))
  const storages = databases.map((db) => kyselyStorage(db, options))
  const [admin] = databases
  if (admin === undefined) throw new Error('there is no address')
  try {
    await createTables(admin, options, [appliedBatches, owners, notes])
    const rows = Array.from({ length: clients }, (_, client) => insert(owners, { id: `owner-${client}` }))
    await storages[0]?.commit(batch(...rows))
    const end = performance.now() + seconds * 1000
    const counts = await Promise.all(
      Array.from({ length: clients }, async (_, client) => {
        const storage = storages[client % storages.length]
        return storage === undefined ? 0 : commitUntil(end, storage, client, `owner-${sharesRow ? 0 : client}`)
      }),
    )
    return counts.reduce((sum, count) => sum + count, 0) / seconds
  } finally {
    await Promise.all(databases.map((db) => db.destroy()))
  }
}

async function commitUntil(end: number, storage: Storage, client: number, owner: string): Promise<number> {
  let count = 0
  for (; performance.now() < end; count++)
    await storage.commit(
      batch(check(owners, { where: { id: owner } }), insert(notes, { id: `${client}-${count}`, owner })),
    )
  return count
}
