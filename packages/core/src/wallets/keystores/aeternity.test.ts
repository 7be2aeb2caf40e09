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

/** Argon2id and secretbox by other libraries. */
function theirKey(password: string, salt: Uint8Array, cost: Cost): Promise<Uint8Array> {
  const { memlimit_kib: memorySize, opslimit: iterations, parallelism } = cost
  return argon2id({ password, salt, memorySize, iterations, parallelism, hashLength: 32, outputType: 'binary' })
}

async function theirFile(secret: Uint8Array, address: string, password: string, cost = cheap) {
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

const open = (file: unknown, password: string): Promise<Uint8Array> => format.read(JSON.stringify(file)).open(password)

describe("a keystore of æternity's wallets", () => {
  it.each([
    ['as the SDK wrote them', { memlimit_kib: 65_536, opslimit: 3, parallelism: 1 }],
    ['as the command line tool writes them, with four lanes', { memlimit_kib: 65_536, opslimit: 3, parallelism: 4 }],
    ['that cost little', cheap],
  ])('opens those %s', async (_, cost) => {
    const { secretKey } = nacl.sign.keyPair()
    const { privateKey, address } = aeternity.keyOf(secretKey.slice(0, 32))
    const file = await theirFile(secretKey, address, 'pässword', cost)
    expect(await open(file, 'pässword')).toEqual(privateKey)
    await expect(open(file, 'password')).rejects.toMatchObject({ code: 'keystore.wrong-password' })
  })

  it('opens one with the seed alone in it', async () => {
    const { privateKey, address } = aeternity.newKey()
    expect(await open(await theirFile(privateKey, address, 'p'), 'p')).toEqual(privateKey)
  })

  it('is opened by other libraries', async () => {
    const { privateKey, publicKey, address } = aeternity.newKey()
    const written = await format.write(privateKey, 'pässword')
    expect(await format.read(written).open('pässword')).toEqual(privateKey)
    const { public_key, crypto } = JSON.parse(written)
    expect(public_key).toBe(address)
    expect(crypto.kdf_params).toMatchObject({ memlimit_kib: 65_536, opslimit: 3, parallelism: 1 })
    const key = await theirKey('pässword', Buffer.from(crypto.kdf_params.salt, 'hex'), crypto.kdf_params)
    const nonce = Buffer.from(crypto.cipher_params.nonce, 'hex')
    const secret = nacl.secretbox.open(Buffer.from(crypto.ciphertext, 'hex'), nonce, key)
    expect(hex(secret ?? new Uint8Array())).toBe(hex(privateKey) + hex(publicKey))
  })

  it('goes on with other work while it derives', async () => {
    const { privateKey } = aeternity.newKey()
    let ticks = 0
    const timer = setInterval(() => ticks++, 5)
    await format.write(privateKey, 'password')
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(10)
  })

  it('must have the address of its key, and a key whose halves belong together', async () => {
    const [one, other] = [nacl.sign.keyPair(), nacl.sign.keyPair()]
    const address = aeternity.keyOf(one.secretKey.slice(0, 32)).address
    const otherAddress = aeternity.keyOf(other.secretKey.slice(0, 32)).address
    const mixed = Uint8Array.from([...one.secretKey.slice(0, 32), ...other.publicKey])
    for (const file of [await theirFile(one.secretKey, otherAddress, 'p'), await theirFile(mixed, address, 'p')])
      await expect(open(file, 'p')).rejects.toMatchObject({ code: 'keystore.invalid' })
  })

  it('takes no password that is empty or too long for a new one, and none that is too long opens', async () => {
    const { privateKey, address } = aeternity.newKey()
    for (const password of ['', 'x'.repeat(1025), 'a\ud800'])
      await expect(format.write(privateKey, password)).rejects.toMatchObject({ code: 'input.invalid' })
    const opened = open(await theirFile(privateKey, address, 'p'), 'x'.repeat(100_000))
    await expect(opened).rejects.toMatchObject({ code: 'keystore.wrong-password' })
  })
})

describe("a hostile keystore of æternity's wallets", async () => {
  const { privateKey, address } = aeternity.newKey()
  const file = await theirFile(privateKey, address, 'p')
  const cryptoWith = (change: object): unknown => ({ ...file, crypto: { ...file.crypto, ...change } })
  const paramsWith = (change: object): unknown => cryptoWith({ kdf_params: { ...file.crypto.kdf_params, ...change } })

  it.each([
    ['4 TiB of memory', paramsWith({ memlimit_kib: 2 ** 32 })],
    ['more than 256 MiB of memory', paramsWith({ memlimit_kib: 2 ** 18 + 1, opslimit: 1 })],
    ['a million passes', paramsWith({ opslimit: 1_000_000 })],
    ['a million lanes', paramsWith({ parallelism: 1_000_000 })],
    ['memory and passes that are too much together', paramsWith({ memlimit_kib: 2 ** 18, opslimit: 4 })],
  ])('is refused for %s, in milliseconds', (_, hostile) => {
    const text = JSON.stringify(hostile)
    const start = performance.now()
    expect(() => format.read(text)).toThrow(expect.objectContaining({ code: 'keystore.too-costly' }))
    expect(performance.now() - start).toBeLessThan(50)
  })

  it.each([
    ['less memory than its lanes need', paramsWith({ memlimit_kib: 31, parallelism: 4 })],
    ['no memory', paramsWith({ memlimit_kib: 0 })],
    ['a fraction of a pass', paramsWith({ opslimit: 0.5 })],
    ['a salt of 4 bytes', paramsWith({ salt: '00000000' })],
    ['a salt of a megabyte', paramsWith({ salt: '00'.repeat(2 ** 20) })],
    ['another derivation', cryptoWith({ kdf: 'scrypt' })],
    ['another cipher', cryptoWith({ symmetric_alg: 'none' })],
    ['another kind of key', cryptoWith({ secret_type: 'secp256k1' })],
    ['a nonce of 12 bytes', cryptoWith({ cipher_params: { nonce: '00'.repeat(12) } })],
    ['a key of no length that there is', cryptoWith({ ciphertext: '00'.repeat(64) })],
    ['another version', { ...file, version: 3 }],
    ['nothing', undefined],
  ])('is refused for %s', (_, hostile) => {
    const text = JSON.stringify(hostile) ?? ''
    expect(() => format.read(text)).toThrow(expect.objectContaining({ code: 'keystore.invalid' }))
  })
})
