import { type Keyring, localKeyring, newId, newKey, type Storage } from '@billfold/core'
import { batch, insert, type Row } from '@billfold/core/storage'
import { seal, open } from '@billfold/core/crypto'
import { tableNamed } from './stores.ts'

/** A table with a sealed column, to be sealed again. */
export const identifiers = tableNamed('identifiers')

/** An older key, and the newest. */
export const keys = { k1: newKey(), k2: newKey() }

/** The keyring of a host that has not heard of the newest key yet, and that of one which has. */
export const [olderKeyring, keyring] = [
  localKeyring({ keys, currentKeyId: 'k1' }),
  localKeyring({ keys, currentKeyId: 'k2' }),
]

/** A value sealed for its place in the row with this id. */
export function sealedFor(id: string, value: string, under: Keyring = olderKeyring): Promise<Uint8Array> {
  return seal(under, Buffer.from(value), placeOf(id))
}

function placeOf(id: string): { tenant: string; table: string; row: string; field: string } {
  return { tenant: 'default', table: identifiers.name, row: id, field: 'value' }
}

/** Adds rows whose value, `0`, is sealed under the older key. Gives their ids. */
export async function addIdentifiers(storage: Storage, count: number): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, newId)
  for (let from = 0; from < count; from += 500) {
    const rows = await Promise.all(ids.slice(from, from + 500).map(identifierRow))
    await storage.commit(batch(...rows.map((row) => insert(identifiers, row))))
  }
  return ids
}

async function identifierRow(id: string): Promise<Row> {
  const plain = { id, tenant: 'default', userId: newId(), kind: 'email', lookup: id, verifiedBy: null, createdAt: 1 }
  return { ...plain, sealedValue: await sealedFor(id, '0') }
}

/** The values by their ids, opened with the newest key alone. */
export async function openedValues(storage: Storage): Promise<ReadonlyMap<string, string>> {
  const onlyNewest = localKeyring({ keys: { k2: keys.k2 }, currentKeyId: 'k2' })
  const opened = (await storage.find(identifiers)).map(async ({ id, sealedValue }) => {
    if (!(sealedValue instanceof Uint8Array)) throw new Error('there is a value')
    return [String(id), Buffer.from(await open(onlyNewest, sealedValue, placeOf(String(id)))).toString()] as const
  })
  return new Map(await Promise.all(opened))
}
