import { localKeyring, newId, type Storage } from '@billfold/core'
import { batch, insert } from '@billfold/core/storage'
import { seal, open } from '@billfold/core/crypto'
import { keys, olderKeyring } from './sealed-identifiers.ts'
import { getTable } from './stores.ts'

/** A table of long sealed values with a primary key of two columns. */
export const sessionValues = getTable('session_values')

/** Adds sessions with a value under each of these names, sealed under the older key. Returns the ids of the sessions. */
export async function addSessionValues(
  storage: Storage,
  count: number,
  names: readonly string[],
): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, newId)
  for (const sessionId of ids)
    for (const name of names) {
      const sealedValue = await seal(olderKeyring, Buffer.from(name), contextFor(sessionId, name))
      const row = { sessionId, name, tenant: 'default', sealedValue, expiresAt: 1 }
      await storage.commit(batch(insert(sessionValues, row)))
    }
  return ids
}

/** Counts the values of each session after opening them with the newest key only. */
export async function sessionValueCounts(storage: Storage): Promise<ReadonlyMap<string, number>> {
  const onlyNewest = localKeyring({ keys: { k2: keys.k2 }, currentKeyId: 'k2' })
  const counts = new Map<string, number>()
  for (const { sessionId, name, sealedValue } of await storage.find(sessionValues, {
    orderBy: [['sessionId', 'asc']],
  })) {
    if (!(sealedValue instanceof Uint8Array)) throw new Error('the value is missing')
    const opened = await open(onlyNewest, sealedValue, contextFor(String(sessionId), String(name)))
    if (Buffer.from(opened).toString() !== name) throw new Error('a value has changed')
    counts.set(String(sessionId), (counts.get(String(sessionId)) ?? 0) + 1)
  }
  return counts
}

function contextFor(id: string, field: string): { tenant: string; table: string; row: string; field: string } {
  return { tenant: 'default', table: 'auth_sessions', row: id, field }
}
