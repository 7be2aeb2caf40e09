import { randomBytes } from 'node:crypto'
import { argon2id } from 'hash-wasm'
import nacl from 'tweetnacl'
import { describe, expect, it } from 'vitest'
import { aeternity } from '../chains/aeternity.ts'

const { keystore: format } = aeternity
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

interface Cost {
  readonly memlimit_kib: number
  readonly opslimit: number
  readonly parallelism: number
}

const cheap: Cost = { memlimit_kib: 1024, opslimit: 2, parallelism: 1 }

/** Argon2id and secretbox of other libraries. */
function theirKey(password: string, salt: Uint8Array, cost: Cost): Promise<Uint8Array> {
  const { memlimit_kib: memorySize, opslimit: iterations, parallelism } = cost
  return argon2id({ password, salt, memorySize, iterations, parallelism, hashLength: 32, outputType: 'binary' })
}

async function encryptWithOtherLibrary(secret: Uint8Array, address: string, password: string, cost = cheap) {
  const [salt, nonce] = [randomBytes(16), randomBytes(24)]
  const ciphertext = nacl.secretbox(secret, nonce, await theirKey(password, salt, cost))
  return {
    name: 'theirs',
    version: 1,
    public_key: address,
    id: '2bfad2f9-6d1c-4bbd-a2f5-6d5b2f1e3c52',
    crypto: {
      secret_type: 'ed25519',
      symmetric_alg: 'xsalsa20-poly1305',
      ciphertext: hex(ciphertext),
      cipher_params: { nonce: hex(nonce) },
      kdf: 'argon2id',
      kdf_params: { ...cost, salt: hex(salt) },
    },
  }
}

const decryptFile = (file: unknown, password: string): Promise<Uint8Array> =>
  format.parse(JSON.stringify(file)).decrypt(password)

describe('aeternityKeystore', () => {
  it.each([
    ['with the parameters of the SDK', { memlimit_kib: 65_536, opslimit: 3, parallelism: 1 }],
    [
      'with the parameters of the command line tool (four lanes)',
      { memlimit_kib: 65_536, opslimit: 3, parallelism: 4 },
    ],
    ['with minimal parameters', cheap],
  ])('decrypts keystores %s', async (_, cost) => {
    const { secretKey } = nacl.sign.keyPair()
    const { privateKey, address } = aeternity.toChainKey(secretKey.slice(0, 32))
    const file = await encryptWithOtherLibrary(secretKey, address, 'pässword', cost)
    expect(await decryptFile(file, 'pässword')).toEqual(privateKey)
  })

  it('rejects another password', async () => {
    const { secretKey } = nacl.sign.keyPair()
    const { address } = aeternity.toChainKey(secretKey.slice(0, 32))
    const file = await encryptWithOtherLibrary(secretKey, address, 'pässword')
    await expect(decryptFile(file, 'password')).rejects.toMatchObject({ code: 'keystore.wrong-password' })
  })

  it('decrypts a keystore that contains the seed only', async () => {
    const { privateKey, address } = aeternity.generateKey()
    expect(await decryptFile(await encryptWithOtherLibrary(privateKey, address, 'p'), 'p')).toEqual(privateKey)
  })

  it('encrypts keystores that other libraries decrypt', async () => {
    const { privateKey, publicKey, address } = aeternity.generateKey()
    const written = await format.encrypt(privateKey, 'pässword')
    expect(await format.parse(written).decrypt('pässword')).toEqual(privateKey)
    const { public_key, crypto } = JSON.parse(written)
    expect(public_key).toBe(address)
    expect(crypto.kdf_params).toMatchObject({ memlimit_kib: 65_536, opslimit: 3, parallelism: 1 })
    const key = await theirKey('pässword', Buffer.from(crypto.kdf_params.salt, 'hex'), crypto.kdf_params)
    const nonce = Buffer.from(crypto.cipher_params.nonce, 'hex')
    const secret = nacl.secretbox.open(Buffer.from(crypto.ciphertext, 'hex'), nonce, key)
    expect(hex(secret ?? new Uint8Array())).toBe(hex(privateKey) + hex(publicKey))
  })

  it('does not block the event loop while deriving a key', async () => {
    const { privateKey } = aeternity.generateKey()
    let ticks = 0
    const timer = setInterval(() => ticks++, 5)
    await format.encrypt(privateKey, 'password')
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(10)
  })

  it('rejects a keystore with a wrong address or a public key that does not match the seed', async () => {
    const [one, other] = [nacl.sign.keyPair(), nacl.sign.keyPair()]
    const address = aeternity.toChainKey(one.secretKey.slice(0, 32)).address
    const otherAddress = aeternity.toChainKey(other.secretKey.slice(0, 32)).address
    const mixed = Uint8Array.from([...one.secretKey.slice(0, 32), ...other.publicKey])
    for (const file of [
      await encryptWithOtherLibrary(one.secretKey, otherAddress, 'p'),
      await encryptWithOtherLibrary(mixed, address, 'p'),
    ])
      await expect(decryptFile(file, 'p')).rejects.toMatchObject({ code: 'keystore.invalid' })
  })

  it('rejects empty and too long passwords', async () => {
    const { privateKey, address } = aeternity.generateKey()
    for (const password of ['', 'x'.repeat(1025), 'a\ud800'])
      await expect(format.encrypt(privateKey, password)).rejects.toMatchObject({ code: 'input.invalid' })
    const decrypted = decryptFile(await encryptWithOtherLibrary(privateKey, address, 'p'), 'x'.repeat(100_000))
    await expect(decrypted).rejects.toMatchObject({ code: 'keystore.wrong-password' })
  })
})

describe('a hostile æternity keystore', async () => {
  const { privateKey, address } = aeternity.generateKey()
  const file = await encryptWithOtherLibrary(privateKey, address, 'p')
  const cryptoWith = (change: object): unknown => ({ ...file, crypto: { ...file.crypto, ...change } })
  const paramsWith = (change: object): unknown => cryptoWith({ kdf_params: { ...file.crypto.kdf_params, ...change } })

  it.each([
    ['4 TiB of memory', paramsWith({ memlimit_kib: 2 ** 32 })],
    ['more than 256 MiB of memory', paramsWith({ memlimit_kib: 2 ** 18 + 1, opslimit: 1 })],
    ['a million passes', paramsWith({ opslimit: 1_000_000 })],
    ['a million lanes', paramsWith({ parallelism: 1_000_000 })],
    ['an excessive product of memory and passes', paramsWith({ memlimit_kib: 2 ** 18, opslimit: 4 })],
  ])('is rejected before a key is derived for %s', (_, hostile) => {
    const text = JSON.stringify(hostile)
    expect(() => format.parse(text)).toThrow(expect.objectContaining({ code: 'keystore.cost-too-high' }))
  })

  it.each([
    ['less memory than its lanes need', paramsWith({ memlimit_kib: 31, parallelism: 4 })],
    ['no memory', paramsWith({ memlimit_kib: 0 })],
    ['a fraction of a pass', paramsWith({ opslimit: 0.5 })],
    ['a salt of 4 bytes', paramsWith({ salt: '00000000' })],
    ['a salt of a megabyte', paramsWith({ salt: '00'.repeat(2 ** 20) })],
    ['another KDF', cryptoWith({ kdf: 'scrypt' })],
    ['another cipher', cryptoWith({ symmetric_alg: 'none' })],
    ['another key type', cryptoWith({ secret_type: 'secp256k1' })],
    ['a nonce of 12 bytes', cryptoWith({ cipher_params: { nonce: '00'.repeat(12) } })],
    ['a key of invalid length', cryptoWith({ ciphertext: '00'.repeat(64) })],
    ['another version', { ...file, version: 3 }],
    ['nothing', undefined],
  ])('is rejected for %s', (_, hostile) => {
    const text = JSON.stringify(hostile) ?? ''
    expect(() => format.parse(text)).toThrow(expect.objectContaining({ code: 'keystore.invalid' }))
  })
})
