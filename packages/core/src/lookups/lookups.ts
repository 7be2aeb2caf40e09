import { randomBytes } from 'node:crypto'
import { type Keyring, keyedHash, seal, sealedWith, unseal } from '../crypto/index.ts'
import { batch, insert, isCommitError, type RowOf, type Storage, update } from '../storage/index.ts'
import { lookupSecrets } from './table.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** Keyed hashes, by which sealed values are found and kept unique. */
export interface Lookups {
  /**
   * A keyed hash of a value, 43 characters: the same for the same purpose, tenant and value, in every process
   * and whatever key of the keyring is current. The value is hashed as it is given: whoever calls brings it to its one form first.
   * @throws BillfoldError of the storage and of the keyring
   */
  readonly hash: (purpose: string, tenant: string, value: string) => Promise<string>
}

type SecretRow = RowOf<typeof lookupSecrets>

/** What the storage and the clock of lookups are. */
export interface LookupsOptions {
  readonly storage: Storage
  readonly keyring: Keyring
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const name = 'identifiers'

/**
 * Lookups whose secret lies in the storage, sealed by the keyring. The secret itself does not change when the keyring gets a
 * newer key, only its seal does: were a hash made with each newer key, one email could be registered twice.
 */
export function storageLookups(options: LookupsOptions): Lookups {
  let loading: Promise<Uint8Array> | undefined
  const secret = (): Promise<Uint8Array> => {
    if (loading === undefined) {
      loading = openSecret(options)
      // A failure is not kept, so that the next use asks again.
      loading.catch(() => (loading = undefined))
    }
    return loading
  }
  return {
    hash: async (purpose, tenant, value) => keyedHash(await secret(), purpose, tenant, value),
  }
}

async function openSecret(options: LookupsOptions): Promise<Uint8Array> {
  const row = (await find(options.storage)) ?? (await makeSecret(options))
  const secret = await unseal(options.keyring, row.sealedSecret, place)
  if (sealedWith(row.sealedSecret) !== options.keyring.currentKeyId) await resealSecret(options, row, secret)
  return secret
}

async function find(storage: Storage): Promise<SecretRow | undefined> {
  return (await storage.find(lookupSecrets, { where: { name }, limit: 1 }))[0]
}

/** Of any number of processes that make one at once, all use the one that came first. */
async function makeSecret({ storage, keyring, now }: LookupsOptions): Promise<SecretRow> {
  const row: SecretRow = { name, sealedSecret: await seal(keyring, randomBytes(32), place), createdAt: now() }
  try {
    await storage.commit(batch(insert(lookupSecrets, row)))
    return row
  } catch (error) {
    const other = isCommitError(error) ? await find(storage) : undefined
    if (other === undefined) throw error
    return other
  }
}

async function resealSecret({ storage, keyring }: LookupsOptions, row: SecretRow, secret: Uint8Array): Promise<void> {
  const sealedSecret = await seal(keyring, secret, place)
  const where = { name, createdAt: row.createdAt }
  await storage.commit(batch(update(lookupSecrets, { where, set: { sealedSecret }, hits: 'any' })))
}

/** The secret is of the whole installation: no tenant has its own. */
const place = { tenant: '', table: lookupSecrets.name, row: name, field: 'secret' }

/** What the keyring seals here. */
export const sealedLookupSecrets = sealedColumn(lookupSecrets, 'sealedSecret', () => place)
