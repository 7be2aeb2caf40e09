import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto'
import { promisify } from 'node:util'
import { seal, open } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import {
  batch,
  insert,
  isCommitError,
  type RowOf,
  deleteInBatches,
  type ReportRows,
} from '../../kernel/storage/index.ts'
import { encryptionKeys } from './table.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** An encryption key row. */
export type EncryptionKeyRow = RowOf<typeof encryptionKeys>

/** The period for which a key is published, in milliseconds: 30 days. It decrypts for 30 more days. */
export const encryptionKeyPeriodMs = 30 * 24 * 60 * 60 * 1000

const generate = promisify(generateKeyPair)

/**
 * Returns the public key to encrypt to now. It is created on first use in each period; concurrent calls use the same
 * key.
 * @throws BillfoldError `sealed.invalid` if the public key does not match the private key, since an attacker who
 *   replaced it could read what clients encrypt; `server.busy`
 */
export async function getCurrentEncryptionKey(services: Services): Promise<EncryptionKeyRow> {
  const period = Math.floor(services.now() / encryptionKeyPeriodMs)
  const row =
    (await findKeyForPeriod(services, period)) ??
    (await services.passwordHasher.withSlot({}, () => createKey(services, period)))
  const publicKey = createPublicKey(await loadPrivateKey(services, row)).export({ format: 'der', type: 'spki' })
  if (!publicKey.equals(row.publicKey)) throw new BillfoldError('sealed.invalid')
  return row
}

async function findKeyForPeriod(services: Services, period: number): Promise<EncryptionKeyRow | undefined> {
  return (await services.storage.find(encryptionKeys, { where: { period }, limit: 1 }))[0]
}

async function loadPrivateKey(services: Services, row: EncryptionKeyRow): Promise<KeyObject> {
  const der = await open(services.keyring, row.sealedPrivateKey, encryptionContext(row.id))
  return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
}

/**
 * Decrypts an RSAES-OAEP ciphertext (RFC 8017 section 7.1, SHA-256). Returns undefined for an unknown or expired key
 * and for an invalid ciphertext.
 */
export async function decryptWithEncryptionKey(
  services: Services,
  keyId: string,
  ciphertext: Uint8Array,
): Promise<{ readonly plaintext: Uint8Array; readonly expiresAt: number } | undefined> {
  const where = { id: keyId, expiresAt: { gt: services.now() } }
  const [row] = await services.storage.find(encryptionKeys, { where, limit: 1 })
  if (row === undefined) return undefined
  const key = await loadPrivateKey(services, row)
  try {
    const plaintext = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, ciphertext)
    return { plaintext: Uint8Array.from(plaintext), expiresAt: row.expiresAt }
  } catch {
    return undefined
  }
}

/** Deletes expired keys. */
export async function purgeExpiredEncryptionKeys({ storage, now }: Services, report?: ReportRows): Promise<void> {
  await deleteInBatches(storage, encryptionKeys, { expiresAt: { lte: now() } }, report)
}

async function createKey(services: Services, period: number): Promise<EncryptionKeyRow> {
  const existing = await findKeyForPeriod(services, period)
  if (existing !== undefined) return existing
  const id = newId()
  const { publicKey, privateKey } = await generate('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
  })
  const row: EncryptionKeyRow = {
    id,
    period,
    publicKey: Uint8Array.from(publicKey),
    sealedPrivateKey: await seal(services.keyring, privateKey, encryptionContext(id)),
    createdAt: services.now(),
    expiresAt: (period + 2) * encryptionKeyPeriodMs,
  }
  try {
    await services.storage.commit(batch(insert(encryptionKeys, row)))
    return row
  } catch (error) {
    const other = isCommitError(error) ? await findKeyForPeriod(services, period) : undefined
    if (other === undefined) throw error
    return other
  }
}

/** The keys belong to the installation, so the encryption context has no tenant. */
function encryptionContext(row: string): { tenant: string; table: string; row: string; field: string } {
  return { tenant: '', table: encryptionKeys.name, row, field: 'privateKey' }
}

export const sealedEncryptionKeys = sealedColumn(encryptionKeys, 'sealedPrivateKey', ({ id }) => encryptionContext(id))
