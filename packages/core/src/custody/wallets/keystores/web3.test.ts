import { createCipheriv, randomBytes, scryptSync } from 'node:crypto'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { decryptKeystoreJson, encryptKeystoreJson } from 'ethers'
import fc from 'fast-check'
import { addr } from 'micro-eth-signer'
import { privToLegacyKeystore } from 'micro-eth-signer/keystore.js'
import { describe, expect, it } from 'vitest'
import { secp256k1 } from '../../../kernel/crypto/index.ts'
import { keystoreLimits } from './limits.ts'
import { web3Keystore } from './web3.ts'

const format = web3Keystore((privateKey) => addr.fromPrivateKey(privateKey).slice(2).toLowerCase())
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Encrypts a keystore with ethers at low cost. */
function encryptWithEthers(privateKey: Uint8Array, password: string): Promise<string> {
  const account = { address: addr.fromPrivateKey(privateKey), privateKey: `0x${hex(privateKey)}` }
  return encryptKeystoreJson(account, password, { scrypt: { N: 2 ** 10, r: 8, p: 1 } })
}

/** The two test vectors of "Web3 Secret Storage". The password is `testpassword`. */
const pbkdf2Vector = {
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
    ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
    kdf: 'pbkdf2',
    kdfparams: {
      c: 262144,
      dklen: 32,
      prf: 'hmac-sha256',
      salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
    },
    mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
  },
  id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
  version: 3,
}

const scryptVector = {
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '83dbcc02d8ccb40e466191a123791e0e' },
    ciphertext: 'd172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c',
    kdf: 'scrypt',
    kdfparams: {
      dklen: 32,
      n: 262144,
      p: 8,
      r: 1,
      salt: 'ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19',
    },
    mac: '2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097',
  },
  id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
  version: 3,
}

/** The vectors of go-ethereum for keys that begin with zeros. The password is `foo`. */
const shortKeyVectors = [
  {
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: 'e0c41130a323adc1446fc82f724bca2f' },
      ciphertext: '9517cd5bdbe69076f9bf5057248c6c050141e970efa36ce53692d5d59a3984',
      kdf: 'scrypt',
      kdfparams: {
        dklen: 32,
        n: 2,
        r: 8,
        p: 1,
        salt: '711f816911c92d649fb4c84b047915679933555030b3552c1212609b38208c63',
      },
      mac: 'd5e116151c6aa71470e67a7d42c9620c75c4d23229847dcc127794f0732b0db5',
    },
    version: 3,
  },
  {
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: '3ca92af36ad7c2cd92454c59cea5ef00' },
      ciphertext: '108b7d34f3442fc26ab1ab90ca91476ba6bfa8c00975a49ef9051dc675aa',
      kdf: 'scrypt',
      kdfparams: {
        dklen: 32,
        n: 2,
        r: 8,
        p: 1,
        salt: 'd0769e608fb86cda848065642a9c6fa046845c928175662b8e356c77f914cd3b',
      },
      mac: '75d0e6759f7b3cefa319c3be41680ab6beea7d8328653474bd06706d4cc67420',
    },
    version: 3,
  },
] as const

const vectorKey = '7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d'
const decryptFile = (file: unknown, password: string): Promise<Uint8Array> =>
  format.parse(JSON.stringify(file)).decrypt(password)

describe('web3Keystore', () => {
  it('decrypts the PBKDF2 test vector', async () => {
    expect(hex(await decryptFile(pbkdf2Vector, 'testpassword'))).toBe(vectorKey)
    await expect(decryptFile(pbkdf2Vector, 'testpasswore')).rejects.toMatchObject({ code: 'keystore.wrong-password' })
  })

  it('decrypts the scrypt test vector, whose N OpenSSL rejects, without blocking the event loop', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 5)
    const decrypted = await decryptFile(scryptVector, 'testpassword')
    clearInterval(timer)
    expect(hex(decrypted)).toBe(vectorKey)
    expect(ticks).toBeGreaterThan(10)
  })

  it.each([
    ['31 bytes', shortKeyVectors[0], '0xd1E64E5480bFaf733Ba7D48712DEcb8227797a4e'],
    ['30 bytes', shortKeyVectors[1], '0x31e9D1e6D844bd3a536800Ef8d8Be6A9975Db509'],
  ])('decrypts a key that was stored as %s because it begins with zeros', async (_, file, address) => {
    const plain = web3Keystore().parse(JSON.stringify(file))
    expect(addr.fromPrivateKey(await plain.decrypt('foo'))).toBe(address)
    await expect(plain.decrypt('fop')).rejects.toMatchObject({ code: 'keystore.wrong-password' })
  })

  it('decrypts a keystore behind a byte order mark, with a dklen of 64, a zero before the key, or a zero dropped from the IV', async () => {
    const privateKey = secp256k1.generatePrivateKey()
    const file = (iv: Buffer, content: Uint8Array, dklen: number): string => {
      const derived = scryptSync('foo', 'salt', dklen, { N: 2, r: 8, p: 1 })
      const ciphertext = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv).update(content)
      return JSON.stringify({
        version: 3,
        crypto: {
          cipher: 'aes-128-ctr',
          cipherparams: { iv: iv.toString('hex').replace(/^00/, '') },
          ciphertext: ciphertext.toString('hex'),
          kdf: 'scrypt',
          kdfparams: { n: 2, r: 8, p: 1, dklen, salt: hex(Buffer.from('salt')) },
          mac: hex(keccak_256(Buffer.concat([derived.subarray(16, 32), ciphertext]))),
        },
      })
    }
    const iv = randomBytes(16).fill(0, 0, 1)
    for (const text of [
      `\uFEFF${file(randomBytes(16).fill(1, 0, 1), privateKey, 32)}`,
      file(randomBytes(16).fill(1, 0, 1), privateKey, 64),
      file(randomBytes(16).fill(1, 0, 1), Buffer.concat([Uint8Array.of(0), privateKey]), 32),
      file(iv, privateKey, 32),
    ])
      expect(hex(await web3Keystore().parse(text).decrypt('foo'))).toBe(hex(privateKey))
    const longer = file(iv, Buffer.concat([Uint8Array.of(1), privateKey]), 32)
    await expect(web3Keystore().parse(longer).decrypt('foo')).rejects.toMatchObject({ code: 'keystore.invalid' })
  })

  it('rejects a wrong password of a scrypt keystore', async () => {
    const file = await encryptWithEthers(secp256k1.generatePrivateKey(), 'testpassword')
    await expect(format.parse(file).decrypt('testpasswore')).rejects.toMatchObject({ code: 'keystore.wrong-password' })
  })

  it('decrypts keystores of ethers with any password', async () => {
    const password = fc.oneof(fc.string({ maxLength: 50 }), fc.string({ unit: 'grapheme', maxLength: 50 }))
    await fc.assert(
      fc.asyncProperty(password, async (text) => {
        const privateKey = secp256k1.generatePrivateKey()
        expect(await format.parse(await encryptWithEthers(privateKey, text)).decrypt(text)).toEqual(privateKey)
      }),
      { numRuns: 10 },
    )
  })

  it('decrypts keystores of libraries that do not normalize passwords', async () => {
    const privateKey = secp256k1.generatePrivateKey()
    for (const kdf of ['scrypt', 'pbkdf2']) {
      const written = await privToLegacyKeystore(privateKey, 'ｆｕｌｌ ｗｉｄｔｈ', { kdf, n: 1024, c: 1000 })
      expect(await decryptFile(written, 'ｆｕｌｌ ｗｉｄｔｈ')).toEqual(privateKey)
    }
  })

  it('encrypts keystores that ethers decrypts, at the usual cost and with a fresh salt', async () => {
    const privateKey = secp256k1.generatePrivateKey()
    const password = 'ｆｕｌｌ ｗｉｄｔｈ 🙈'
    const written = await format.encrypt(privateKey, password)
    expect(await format.parse(written).decrypt(password)).toEqual(privateKey)
    expect(await decryptKeystoreJson(written, password)).toEqual({
      address: addr.fromPrivateKey(privateKey),
      privateKey: `0x${hex(privateKey)}`,
    })
    const [one, other] = [JSON.parse(written), JSON.parse(await format.encrypt(privateKey, password))]
    expect(one.crypto.kdfparams).toMatchObject({ n: 262144, r: 8, p: 1, dklen: 32 })
    expect(one.crypto.kdfparams.salt).not.toBe(other.crypto.kdfparams.salt)
    expect(one.crypto.ciphertext).not.toBe(other.crypto.ciphertext)
    expect(one.address).toBe(addr.fromPrivateKey(privateKey).slice(2).toLowerCase())
  })

  it('accepts the key Crypto and addresses with or without 0x, and rejects a wrong address', async () => {
    const { crypto, ...rest } = pbkdf2Vector
    expect(hex(await decryptFile({ ...rest, Crypto: crypto }, 'testpassword'))).toBe(vectorKey)
    const address = addr.fromPrivateKey(Buffer.from(vectorKey, 'hex'))
    for (const form of [address, address.slice(2), address.toLowerCase()])
      expect(hex(await decryptFile({ ...pbkdf2Vector, address: form }, 'testpassword'))).toBe(vectorKey)
    expect(address.toLowerCase()).toBe('0x008aeeda4d805471df9b2a5b0f38a0c3bcba786b')
    const wrong = decryptFile({ ...pbkdf2Vector, address: `0x${'00'.repeat(20)}` }, 'testpassword')
    await expect(wrong).rejects.toMatchObject({ code: 'keystore.invalid' })
  })

  it('rejects empty and too long passwords', async () => {
    const privateKey = secp256k1.generatePrivateKey()
    for (const password of ['', 'x'.repeat(1025), 'é'.repeat(600), 'a\ud800'])
      await expect(format.encrypt(privateKey, password)).rejects.toMatchObject({ code: 'input.invalid' })
    await expect(decryptFile(pbkdf2Vector, 'x'.repeat(100_000))).rejects.toMatchObject({
      code: 'keystore.wrong-password',
    })
  })
})

const scryptWith = (params: object): unknown => ({
  ...scryptVector,
  crypto: { ...scryptVector.crypto, kdfparams: { ...scryptVector.crypto.kdfparams, ...params } },
})
const pbkdf2With = (params: object): unknown => ({
  ...pbkdf2Vector,
  crypto: { ...pbkdf2Vector.crypto, kdfparams: { ...pbkdf2Vector.crypto.kdfparams, ...params } },
})
const cryptoWith = (change: object): unknown => ({ ...pbkdf2Vector, crypto: { ...pbkdf2Vector.crypto, ...change } })

describe('a hostile web3 keystore', () => {
  it.each([
    ['an N of 2^40', scryptWith({ n: 2 ** 40 })],
    ['an N that makes 128 N r more than 256 MiB', scryptWith({ n: 2 ** 19, r: 8, p: 1 })],
    ['an r of 2^30', scryptWith({ n: 2, r: 2 ** 30 })],
    ['an r of 33', scryptWith({ n: 2, r: 33, p: 1 })],
    ['a p of 33', scryptWith({ n: 2, r: 1, p: 33 })],
    ['a p of 2^31', scryptWith({ p: 2 ** 31 })],
    ['an excessive product of N, r and p', scryptWith({ n: 2 ** 18, r: 8, p: 3 })],
    ['numbers near 2^53', scryptWith({ n: 2 ** 52, r: 2 ** 52, p: 2 ** 52 })],
    ['2,000,001 iterations', pbkdf2With({ c: keystoreLimits.pbkdf2Iterations + 1 })],
    ['2^53 - 1 iterations', pbkdf2With({ c: Number.MAX_SAFE_INTEGER })],
  ])('is rejected before a key is derived, for %s', (_, file) => {
    const text = JSON.stringify(file)
    // parse() is synchronous and derives no key, so nothing was spent.
    expect(() => format.parse(text)).toThrow(expect.objectContaining({ code: 'keystore.cost-too-high' }))
  })

  it.each([
    ['an N that is not a power of 2', scryptWith({ n: 1000 })],
    ['an N of 1', scryptWith({ n: 1 })],
    ['an N of 0', scryptWith({ n: 0 })],
    ['a negative N', scryptWith({ n: -2 })],
    ['an N that is a string', scryptWith({ n: '262144' })],
    ['a null N', scryptWith({ n: null })],
    ['a fractional r', scryptWith({ r: 1.5 })],
    ['another key length', scryptWith({ dklen: 2 ** 31 })],
    ['a salt of a megabyte', scryptWith({ salt: 'ab'.repeat(2 ** 20) })],
    ['a salt that is not hex', scryptWith({ salt: 'xyz' })],
    ['another PRF', pbkdf2With({ prf: 'hmac-md5' })],
    ['no iterations', pbkdf2With({ c: 0 })],
    ['another cipher', cryptoWith({ cipher: 'aes-256-cbc' })],
    ['another KDF', cryptoWith({ kdf: 'bcrypt' })],
    ['an inherited property name as the KDF', cryptoWith({ kdf: '__proto__' })],
    ['an initialization vector of 13 bytes', cryptoWith({ cipherparams: { iv: '00'.repeat(13) } })],
    ['an initialization vector of 17 bytes', cryptoWith({ cipherparams: { iv: '00'.repeat(17) } })],
    ['a key of 27 bytes', cryptoWith({ ciphertext: '00'.repeat(27) })],
    ['a key of 34 bytes', cryptoWith({ ciphertext: '00'.repeat(34) })],
    ['a key length of 65', scryptWith({ dklen: 65 })],
    ['a MAC of 1 byte', cryptoWith({ mac: '00' })],
    ['another version', { ...pbkdf2Vector, version: 1 }],
    ['no crypto section', { version: 3 }],
    ['null', null],
    ['a number', 3],
  ])('is rejected for %s', (_, file) => {
    const text = JSON.stringify(file)
    expect(() => format.parse(text)).toThrow(expect.objectContaining({ code: 'keystore.invalid' }))
  })

  it.each([
    ['deeply nested arrays', '['.repeat(16_000) + ']'.repeat(16_000)],
    ['deeply nested objects', '{"crypto":'.repeat(1_600) + '1' + '}'.repeat(1_600)],
    ['ten megabytes', ' '.repeat(10_000_000)],
    ['a truncated file', JSON.stringify(pbkdf2Vector).slice(0, 200)],
    ['nothing', ''],
  ])('is rejected before a key is derived, for %s', (_, text) => {
    expect(() => format.parse(text)).toThrow(expect.objectContaining({ code: 'keystore.invalid' }))
  })

  it('is rejected, or fails after decryption, for arbitrary parameters', async () => {
    const number = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max })
    await fc.assert(
      fc.asyncProperty(number(10), number(40), number(40), async (logN, r, p) => {
        const read = (): Promise<unknown> => decryptFile(scryptWith({ n: 2 ** logN, r, p }), 'x')
        const code = r > 32 || p > 32 ? 'keystore.cost-too-high' : 'keystore.wrong-password'
        await expect((async () => read())()).rejects.toMatchObject({ code })
      }),
      { numRuns: 30 },
    )
  })

  it('is rejected for arbitrary text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => format.parse(text)).toThrow(expect.objectContaining({ code: 'keystore.invalid' }))
      }),
    )
  })

  it('is rejected if a bit of its ciphertext is flipped', async () => {
    const written = (await encryptWithEthers(secp256k1.generatePrivateKey(), 'p')).replace(
      /"ciphertext":"(.)/,
      (start, digit) => start.slice(0, -1) + (Number.parseInt(digit, 16) ^ 1).toString(16),
    )
    await expect(format.parse(written).decrypt('p')).rejects.toMatchObject({ code: 'keystore.wrong-password' })
  })
})
