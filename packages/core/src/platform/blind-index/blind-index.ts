import { randomBytes } from 'node:crypto'
import { type Keyring, keyedHash, seal, sealingKeyId, open } from '../../kernel/crypto/index.ts'
import { batch, insert, isCommitError, type RowOf, type Storage, update } from '../../kernel/storage/index.ts'
import { blindIndexSecrets } from './table.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** A blind index: keyed hashes that make sealed values searchable and unique. */
export interface BlindIndex {
  /**
   * Computes the keyed hash of a value: 43 characters of base64url. The result is the same in every process and does
   * not change when the keyring rotates. The value is hashed as given; callers normalize it first.
   *
   * @param purpose - separates indexes, so that equal values in different columns have different hashes
   * @throws BillfoldError the errors of the storage and the keyring
   */
  readonly hash: (purpose: string, tenant: string, value: string) => Promise<string>
}

type SecretRow = RowOf<typeof blindIndexSecrets>

/** Dependencies of {@link storageBlindIndex}. */
export interface BlindIndexOptions {
  readonly storage: Storage
  readonly keyring: Keyring
  /** The clock, in epoch milliseconds. */
  readonly now: () => number
}

const name = 'identifiers'

/**
 * Creates a blind index whose secret is stored in the storage, sealed by the keyring. A key rotation re-seals the
 * secret but never replaces it: if hashes changed with the key, one email address could be registered twice.
 */
export function storageBlindIndex(options: BlindIndexOptions): BlindIndex {
  let loading: Promise<Uint8Array> | undefined
  const secret = (): Promise<Uint8Array> => {
    if (loading === undefined) {
      loading = loadSecret(options)
      // Do not cache a failure: the next call tries again.
      loading.catch(() => (loading = undefined))
    }
    return loading
  }
  return {
    hash: async (purpose, tenant, value) => keyedHash(await secret(), purpose, tenant, value),
  }
}

async function loadSecret(options: BlindIndexOptions): Promise<Uint8Array> {
  const row = (await findSecret(options.storage)) ?? (await createSecret(options))
  const secret = await open(options.keyring, row.sealedSecret, encryptionContext)
  if (sealingKeyId(row.sealedSecret) !== options.keyring.currentKeyId) await reencryptSecret(options, row, secret)
  return secret
}

async function findSecret(storage: Storage): Promise<SecretRow | undefined> {
  return (await storage.find(blindIndexSecrets, { where: { name }, limit: 1 }))[0]
}

/** Creates the secret. If several processes create one concurrently, all use the first that was committed. */
async function createSecret({ storage, keyring, now }: BlindIndexOptions): Promise<SecretRow> {
  const row: SecretRow = {
    name,
    sealedSecret: await seal(keyring, randomBytes(32), encryptionContext),
    createdAt: now(),
  }
  try {
    await storage.commit(batch(insert(blindIndexSecrets, row)))
    return row
  } catch (error) {
    const other = isCommitError(error) ? await findSecret(storage) : undefined
    if (other === undefined) throw error
    return other
  }
}

async function reencryptSecret(
  { storage, keyring }: BlindIndexOptions,
  row: SecretRow,
  secret: Uint8Array,
): Promise<void> {
  const sealedSecret = await seal(keyring, secret, encryptionContext)
  const where = { name, createdAt: row.createdAt }
  await storage.commit(batch(update(blindIndexSecrets, { where, set: { sealedSecret }, expectedRows: 'any' })))
}

/** The secret belongs to the installation, so the encryption context has no tenant. */
const encryptionContext = { tenant: '', table: blindIndexSecrets.name, row: name, field: 'secret' }

export const sealedBlindIndexSecrets = sealedColumn(blindIndexSecrets, 'sealedSecret', () => encryptionContext)
