import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto'
import { promisify } from 'node:util'
import { seal, unseal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError, remove, type RowOf } from '../storage/index.ts'
import { encryptionKeys } from './table.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** An encryption key as it is kept. */
export type EncryptionKeyRow = RowOf<typeof encryptionKeys>

/** A key is given out for thirty days, and opens what was encrypted to it for thirty more. */
export const keyPeriod = 30 * 24 * 60 * 60 * 1000

const generate = promisify(generateKeyPair)

/**
 * The key to encrypt to now: made when it is first asked for in its period, by one of those who ask at once.
 * @throws BillfoldError `sealed.invalid` for a public key that is not of the private one: whoever slipped it in would read what
 *   clients encrypt; `server.busy`
 */
export async function currentEncryptionKey(services: Services): Promise<EncryptionKeyRow> {
  const period = Math.floor(services.now() / keyPeriod)
  const row =
    (await keyOf(services, period)) ?? (await services.slowHash.turn(undefined, () => makeKey(services, period)))
  const publicKey = createPublicKey(await privateKeyOf(services, row)).export({ format: 'der', type: 'spki' })
  if (!publicKey.equals(row.publicKey)) throw new BillfoldError('sealed.invalid')
  return row
}

async function keyOf(services: Services, period: number): Promise<EncryptionKeyRow | undefined> {
  return (await services.storage.find(encryptionKeys, { where: { period }, limit: 1 }))[0]
}

async function privateKeyOf(services: Services, row: EncryptionKeyRow): Promise<KeyObject> {
  const der = await unseal(services.keyring, row.sealedPrivateKey, place(row.id))
  return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
}

/**
 * Opens what was encrypted with RSAES-OAEP (RFC 8017 section 7.1, SHA-256) to one of our keys; undefined for an unknown or expired key
 * and for anything that does not open.
 */
export async function decryptWith(
  services: Services,
  keyId: string,
  ciphertext: Uint8Array,
): Promise<{ readonly plaintext: Uint8Array; readonly expiresAt: number } | undefined> {
  const where = { id: keyId, expiresAt: { gt: services.now() } }
  const [row] = await services.storage.find(encryptionKeys, { where, limit: 1 })
  if (row === undefined) return undefined
  const key = await privateKeyOf(services, row)
  try {
    const plaintext = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, ciphertext)
    return { plaintext: Uint8Array.from(plaintext), expiresAt: row.expiresAt }
  } catch {
    return undefined
  }
}

/** Forgets the keys that nobody may use any more. */
export async function removeExpiredKeys(services: Services): Promise<void> {
  const where = { expiresAt: { lte: services.now() } }
  await services.storage.commit(batch(remove(encryptionKeys, { where, hits: 'any' })))
}

async function makeKey(services: Services, period: number): Promise<EncryptionKeyRow> {
  const madeMeanwhile = await keyOf(services, period)
  if (madeMeanwhile !== undefined) return madeMeanwhile
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
    sealedPrivateKey: await seal(services.keyring, privateKey, place(id)),
    createdAt: services.now(),
    expiresAt: (period + 2) * keyPeriod,
  }
  try {
    await services.storage.commit(batch(insert(encryptionKeys, row)))
    return row
  } catch (error) {
    const other = isCommitError(error) ? await keyOf(services, period) : undefined
    if (other === undefined) throw error
    return other
  }
}

/** The keys are of the whole installation: no tenant has its own. */
function place(row: string): { tenant: string; table: string; row: string; field: string } {
  return { tenant: '', table: encryptionKeys.name, row, field: 'privateKey' }
}

/** What the keyring seals here. */
export const sealedEncryptionKeys = sealedColumn(encryptionKeys, 'sealedPrivateKey', ({ id }) => place(id))
