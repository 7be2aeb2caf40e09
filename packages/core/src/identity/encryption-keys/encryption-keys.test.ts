import {
  constants,
  createCipheriv,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
} from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { purgeExpiredNonces } from '../../platform/replay-protection/nonces.ts'
import type { Services } from '../../platform/services.ts'
import { batch, update } from '../../kernel/storage/index.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { decryptSigningMethod } from './decrypt-signing-method.ts'
import { getCurrentEncryptionKey, type EncryptionKeyRow } from './encryption-keys.ts'
import { encryptionKeys } from './table.ts'

const body = new TextEncoder().encode('{}')

let services: Services

beforeEach(() => {
  services = testServices()
})

/** Builds an `Encrypted-Signing-Method` header for {@link body}. */
function encrypted({ id, publicKey }: EncryptionKeyRow, method: object): string {
  const [aes, iv] = [randomBytes(32), randomBytes(12)]
  const signature = { type: 'sha256', value: createHash('sha256').update(body).digest('base64') }
  const cipher = createCipheriv('aes-256-gcm', aes, iv)
  const sealed = [cipher.update(JSON.stringify({ ...method, signature })), cipher.final(), cipher.getAuthTag()]
  const rsa = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
  const key = {
    encryptedValue: publicEncrypt({ key: rsa, ...padding }, aes).toString('base64'),
    encryptionKeyId: id,
  }
  const encryption = { type: 'AES/GCM/NoPadding', key, iv: iv.toString('base64') }
  return Buffer.from(JSON.stringify({ encryption, value: Buffer.concat(sealed).toString('base64') })).toString('base64')
}

const decryptHeader = (header: string) => decryptSigningMethod(services, 'default', header, body)

describe('the encryption key', () => {
  it('is created by few of many concurrent calls', async () => {
    const { storage } = services
    let commits = 0
    const commit: typeof storage.commit = (writes) => {
      commits++
      return storage.commit(writes)
    }
    const concurrency = 4
    services = { ...services, storage: { ...storage, commit } }
    const keys = await Promise.all(Array.from({ length: 40 }, () => getCurrentEncryptionKey(services)))
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1)
    expect(commits).toBeLessThanOrEqual(concurrency)
  })

  it('is rejected if its public key was replaced in the database', async () => {
    const { id } = await getCurrentEncryptionKey(services)
    const replaced = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
    const publicKey = Uint8Array.from(replaced.export({ format: 'der', type: 'spki' }))
    await services.storage.commit(batch(update(encryptionKeys, { where: { id }, set: { publicKey } })))
    await expect(getCurrentEncryptionKey(services)).rejects.toMatchObject({ code: 'sealed.invalid' })
  })
})

describe('an encrypted signing method', () => {
  it('is accepted once, even by a process whose clock is behind', async () => {
    const key = await getCurrentEncryptionKey(services)
    const header = encrypted(key, { id: 'm', value: '4711', idempotencyKey: 'k' })
    expect(await decryptHeader(header)).toMatchObject({ id: 'm', value: '4711' })
    await purgeExpiredNonces(services.storage, key.expiresAt + 60_000)
    services = { ...services, now: () => key.expiresAt - 60_000 }
    await expect(decryptHeader(header)).rejects.toMatchObject({ code: 'request.replayed' })
  })

  it('fails with the same error for every defect', async () => {
    const key = await getCurrentEncryptionKey(services)
    const wrong = [{ id: 'a\0b' }, { id: '' }, { value: 1 }, { idempotencyKey: '' }, { id: 'x'.repeat(65) }]
    for (const part of wrong) {
      const header = encrypted(key, { id: 'm', value: '4711', idempotencyKey: 'k', ...part })
      await expect(decryptHeader(header)).rejects.toMatchObject({ code: 'signing-method.invalid' })
    }
    await expect(decryptHeader(encrypted(key, {}))).rejects.toMatchObject({ code: 'signing-method.invalid' })
  })
})
