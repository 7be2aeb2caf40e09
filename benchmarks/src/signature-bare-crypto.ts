import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  scrypt,
} from 'node:crypto'
import { cheapCost } from './signature-caller.ts'

const pepper = randomBytes(32)

/** Encrypts with AES-256-GCM under a random nonce. */
export function encrypt(key: Uint8Array, plain: Uint8Array): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Decrypts what {@link encrypt} has encrypted. @throws Error with another key */
export function decrypt(key: Uint8Array, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])
}

/** Hashes a PIN with scrypt and a pepper. */
export function hashPin(pin: string, salt: Buffer): Promise<Buffer> {
  const { logN, r, p } = cheapCost
  return new Promise((resolve, reject) => {
    scrypt(Buffer.concat([pepper, Buffer.from(pin)]), salt, 32, { N: 2 ** logN, r, p }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

/** The key pair of a signing method, its private key sealed under the PIN, and a master secret sealed to its public key. */
export interface SealedMethod {
  readonly salt: Buffer
  readonly sealed_private_key: Buffer
  readonly ephemeral_key: Buffer
  readonly sealed_secret: Buffer
}

/** Seals a master secret, so that it can be sealed again without the PIN, as rotations do. */
export async function sealMethod(pin: string, secret: Buffer): Promise<SealedMethod> {
  const salt = randomBytes(16)
  const method = generateKeyPairSync('x25519')
  const ephemeral = generateKeyPairSync('x25519')
  const privateKey = method.privateKey.export({ type: 'pkcs8', format: 'der' })
  return {
    salt,
    sealed_private_key: encrypt(await hashPin(pin, salt), privateKey),
    ephemeral_key: ephemeral.publicKey.export({ type: 'spki', format: 'der' }),
    sealed_secret: encrypt(agree(ephemeral.privateKey, method.publicKey), secret),
  }
}

/** Opens the master secret with the PIN. @throws Error with a wrong PIN */
export async function openMethod(pin: string, method: SealedMethod): Promise<Buffer> {
  const der = decrypt(await hashPin(pin, method.salt), method.sealed_private_key)
  const privateKey = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })
  const publicKey = createPublicKey({ key: method.ephemeral_key, type: 'spki', format: 'der' })
  return decrypt(agree(privateKey, publicKey), method.sealed_secret)
}

function agree(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  return createHash('sha256').update(diffieHellman({ privateKey, publicKey })).digest()
}
