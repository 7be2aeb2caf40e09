import { type Keyring, localKeyring, newId, newKey, type Storage } from '@billfold/core'
import { batch, insert, type Row } from '@billfold/core/storage'
import { seal, open } from '@billfold/core/crypto'
import { getTable } from './stores.ts'

/** A table with a sealed column to re-encrypt. */
export const identifiers = getTable('identifiers')

/** An older key and the newest one. */
export const keys = { k1: newKey(), k2: newKey() }

/** The keyring before and after the newest key became current. */
export const [olderKeyring, keyring] = [
  localKeyring({ keys, currentKeyId: 'k1' }),
  localKeyring({ keys, currentKeyId: 'k2' }),
]

/** Seals a value with the encryption context of the row with this id. */
export function sealValue(id: string, value: string, under: Keyring = olderKeyring): Promise<Uint8Array> {
  return seal(under, Buffer.from(value), contextFor(id))
}

function contextFor(id: string): { tenant: string; table: string; row: string; field: string } {
  return { tenant: 'default', table: identifiers.name, row: id, field: 'value' }
}

/** Adds rows with the value `0`, sealed under the older key. Returns their ids. */
export async function addIdentifiers(storage: Storage, count: number): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, newId)
  for (let from = 0; from < count; from += 500) {
    const rows = await Promise.all(ids.slice(from, from + 500).map(identifierRow))
    await storage.commit(batch(...rows.map((row) => insert(identifiers, row))))
  }
  return ids
}

async function identifierRow(id: string): Promise<Row> {
  const plain = {
    id,
    tenant: 'default',
    claimIndex: null,
    userId: newId(),
    kind: 'email',
    blindIndex: id,
    verifiedBy: null,
    createdAt: 1,
  }
  return { ...plain, sealedValue: await sealValue(id, '0') }
}

/** Opens all values with the newest key only. Returns them by row id. */
export async function decryptedValues(storage: Storage): Promise<ReadonlyMap<string, string>> {
  const onlyNewest = localKeyring({ keys: { k2: keys.k2 }, currentKeyId: 'k2' })
  const opened = (await storage.find(identifiers)).map(async ({ id, sealedValue }) => {
    if (!(sealedValue instanceof Uint8Array)) throw new Error('the value is missing')
    return [String(id), Buffer.from(await open(onlyNewest, sealedValue, contextFor(String(id)))).toString()] as const
  })
  return new Map(await Promise.all(opened))
}
