import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign,
  verify,
} from 'node:crypto'
import type { Kms } from '@credo-ts/core'
import { agreeOnKey } from './ecdh-es.ts'

type Service = Kms.KeyManagementService

/**
 * P-256 keys in memory: ES256, and ECDH-ES with AES-GCM. What Credo offers for Node needs native libraries that are downloaded when
 * they are installed.
 */
export function createMemoryKms(): Service {
  const keys = new Map<string, KeyObject>()
  const keyOf = (id: string): KeyObject => {
    const key = keys.get(id)
    if (key === undefined) throw new Error(`there is no key ${id}`)
    return key
  }
  const publicJwkOf = (kid: string) => {
    const { x = '', y = '' } = createPublicKey(keyOf(kid)).export({ format: 'jwk' })
    return { kty: 'EC', crv: 'P-256', x, y, kid } as const
  }
  return {
    backend: 'memory',
    isOperationSupported: (_, operation) => operation.operation !== 'importKey',
    getPublicKey: async (_, id) => (keys.has(id) ? publicJwkOf(id) : null),
    createKey: async <Type extends Kms.KmsCreateKeyType>(
      _: unknown,
      { type, keyId = randomUUID() }: Kms.KmsCreateKeyOptions<Type>,
    ) => {
      keys.set(keyId, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
      const created: object = { keyId, publicJwk: publicJwkOf(keyId) }
      if (isCreatedKey(created, type)) return created
      keys.delete(keyId)
      throw new Error('P-256 only')
    },
    importKey: () => Promise.reject(new Error('keys are not imported')),
    deleteKey: async (_, { keyId }) => keys.delete(keyId),
    sign: async (_, { keyId, data }) => {
      const key = { key: keyOf(keyId), dsaEncoding: 'ieee-p1363' } as const
      return { signature: new Uint8Array(sign('sha256', data, key)) }
    },
    verify: async (_, { key, data, signature }) => {
      const publicJwk = key.publicJwk ?? publicJwkOf(key.keyId ?? '')
      const publicKey = { key: toPublicKey(publicJwk), dsaEncoding: 'ieee-p1363' } as const
      return verify('sha256', data, publicKey, signature) ? { verified: true, publicJwk } : { verified: false }
    },
    encrypt: async (_, { key, encryption, data }) => {
      const secret = toContentKey(keyOf, key.keyAgreement, encryption.algorithm)
      const iv = randomBytes(12)
      const cipher = createCipheriv(secret.length === 32 ? 'aes-256-gcm' : 'aes-128-gcm', secret, iv)
      if ('aad' in encryption && encryption.aad !== undefined) cipher.setAAD(encryption.aad)
      const encrypted = new Uint8Array(Buffer.concat([cipher.update(data), cipher.final()]))
      return { encrypted, iv: new Uint8Array(iv), tag: new Uint8Array(cipher.getAuthTag()) }
    },
    decrypt: async (_, { key, decryption, encrypted }) => {
      if (decryption.algorithm !== 'A128GCM' && decryption.algorithm !== 'A256GCM') throw new Error('AES-GCM only')
      const secret = toContentKey(keyOf, key.keyAgreement, decryption.algorithm)
      const cipher = createDecipheriv(secret.length === 32 ? 'aes-256-gcm' : 'aes-128-gcm', secret, decryption.iv)
      if (decryption.aad !== undefined) cipher.setAAD(decryption.aad)
      cipher.setAuthTag(decryption.tag)
      return { data: new Uint8Array(Buffer.concat([cipher.update(encrypted), cipher.final()])) }
    },
    randomBytes: (_, { length }) => new Uint8Array(randomBytes(length)),
  }
}

/** Returns true for a new key of these keys, P-256, if that is the type that was asked for. */
function isCreatedKey<Type extends Kms.KmsCreateKeyType>(
  created: object,
  type: Type,
): created is Kms.KmsCreateKeyReturn<Type> {
  return 'publicJwk' in created && type.kty === 'EC' && type.crv === 'P-256'
}

type KeyAgreement = Kms.KmsEncryptOptions['key']['keyAgreement'] | Kms.KmsDecryptOptions['key']['keyAgreement']

function toContentKey(keyOf: (id: string) => KeyObject, agreement: KeyAgreement, algorithm: string): Buffer {
  if (agreement?.algorithm !== 'ECDH-ES') throw new Error('ECDH-ES only')
  const { keyId, externalPublicJwk, apu, apv } = agreement
  return agreeOnKey(keyOf(keyId), toPublicKey(externalPublicJwk), { algorithm, apu, apv })
}

function toPublicKey(jwk: object): KeyObject {
  const key: JsonWebKey = { ...jwk }
  return createPublicKey({ key, format: 'jwk' })
}
