import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { secp256k1 } from '../../../kernel/crypto/index.ts'
import { getChain, knownChains } from './index.ts'

const all = [...knownChains().values()].map((chain) => [chain.secretType, chain] as const)
const text = fc.string({ unit: 'binary' })
const runs = { numRuns: 20 }
const message = (data: string) => ({ type: 'MESSAGE', data }) as const

describe.each(all)('the chain %s', (_, chain) => {
  it('derives the same key from the same seed and path, and a different one from the next path', () => {
    const seed = new Uint8Array(64).fill(7)
    const [first, second] = [chain.derivationPath(0), chain.derivationPath(1)]
    expect(chain.deriveKey(seed, first)).toEqual(chain.deriveKey(seed, first))
    expect(chain.deriveKey(seed, first).address).not.toBe(chain.deriveKey(seed, second).address)
  })

  it('restores a key from its 32-byte private key', () => {
    const key = chain.generateKey()
    expect(key.privateKey).toHaveLength(32)
    expect(chain.toChainKey(key.privateKey)).toEqual(key)
    expect(key.publicKey.length).toBeLessThanOrEqual(65)
  })

  it('parses the private keys that it formats, with and without 0x if they are hex', () => {
    for (let count = 0; count < 10; count++) {
      const { privateKey } = chain.generateKey()
      const hex = Buffer.from(privateKey).toString('hex')
      for (const form of [chain.formatPrivateKey(privateKey), hex, `0x${hex}`, hex.toUpperCase()])
        expect(chain.parsePrivateKey(form)).toEqual(privateKey)
    }
  })

  it('rejects any other text as a private key', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (written) => {
        expect(() => chain.parsePrivateKey(written)).toThrow(expect.objectContaining({ code: 'crypto.invalid-key' }))
      }),
    )
  })

  it('rejects private keys of other lengths', () => {
    for (const length of [0, 31, 33, 64])
      expect(() => chain.toChainKey(new Uint8Array(length).fill(1))).toThrow(
        expect.objectContaining({ code: 'crypto.invalid-key' }),
      )
  })

  it('verifies its own signatures of any text, in every encoding', () => {
    const { privateKey, address } = chain.generateKey()
    fc.assert(
      fc.property(text, (data) => {
        const { signature, encoded = signature } = chain.sign(message(data), privateKey)
        expect(chain.verify(message(data), signature, address)).toBe(true)
        expect(chain.verify(message(data), encoded, address)).toBe(true)
      }),
      runs,
    )
  })

  it('rejects signatures of other text, for another address, or with a flipped bit', () => {
    const { privateKey, address } = chain.generateKey()
    const { signature } = chain.sign(message('hello'), privateKey)
    expect(chain.verify(message('hellp'), signature, address)).toBe(false)
    expect(chain.verify(message('hello'), signature, chain.generateKey().address)).toBe(false)
    const bytes = Buffer.from(signature.slice(2), 'hex')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 64 * 8 - 1 }), (bit) => {
        const changed = Buffer.from(bytes)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(chain.verify(message('hello'), `0x${changed.toString('hex')}`, address)).toBe(false)
      }),
      runs,
    )
  })

  it('rejects arbitrary text as a signature or address', () => {
    const { privateKey, address } = chain.generateKey()
    const { signature } = chain.sign(message('hello'), privateKey)
    fc.assert(
      fc.property(fc.string({ maxLength: 512 }), (written) => {
        expect(chain.verify(message('hello'), written, address)).toBe(false)
        expect(chain.verify(message('hello'), signature, written)).toBe(false)
      }),
    )
  })

  it('rejects text with a lone surrogate', () => {
    const { privateKey, address } = chain.generateKey()
    const broken = message('a\ud800')
    const refused = expect.objectContaining({ code: 'input.invalid' })
    expect(() => chain.sign(broken, privateKey)).toThrow(refused)
    expect(() => chain.verify(broken, '0x00', address)).toThrow(refused)
  })
})

const others = all.filter(([name]) => ['AETERNITY', 'BITCOIN', 'LITECOIN', 'SOLANA', 'TRON'].includes(name))

describe.each(others)('the chain %s', (_, chain) => {
  it('rejects signing and verifying typed data', () => {
    const { privateKey, address } = chain.generateKey()
    const refused = expect.objectContaining({ code: 'signature.unsupported-type' })
    expect(() => chain.sign({ type: 'EIP712', data: {} }, privateKey)).toThrow(refused)
    expect(() => chain.verify({ type: 'EIP712', data: {} }, '0x00', address)).toThrow(refused)
  })
})

describe.each(all.filter(([, chain]) => chain.generateKey().publicKey.length > 32))(
  'the ECDSA chain %s',
  (_, chain) => {
    it('rejects signatures with a high s', () => {
      const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
      const { privateKey, address } = chain.generateKey()
      const { r = '', s = '', v = '' } = chain.sign(message('hello'), privateKey)
      const high = (order - BigInt(s)).toString(16).padStart(64, '0')
      for (const change of [0, 1, -1]) {
        const byte = (Number(v) + change).toString(16)
        expect(chain.verify(message('hello'), `${r}${high}${byte}`, address)).toBe(false)
      }
    })

    it('rejects zero and the group order as private keys', () => {
      for (const hex of ['00'.repeat(32), 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'])
        expect(() => chain.toChainKey(Buffer.from(hex, 'hex'))).toThrow(
          expect.objectContaining({ code: 'crypto.invalid-key' }),
        )
      expect(secp256k1.isPrivateKey(chain.generateKey().privateKey)).toBe(true)
    })
  },
)

describe('getChain', () => {
  it('names the chains that are enabled, if another one is asked for', () => {
    const two = new Map([...knownChains()].filter(([name]) => name === 'BITCOIN' || name === 'SOLANA'))
    const answer = 'The chain ETH is not configured. Configured are: BITCOIN, SOLANA'
    expect(() => getChain(two, 'ETH')).toThrow(expect.objectContaining({ code: 'chain.unsupported', message: answer }))
  })

  it('throws chain.unsupported for a chain that is not enabled', () => {
    expect(() => getChain(knownChains(), 'DOGECOIN')).toThrow(expect.objectContaining({ code: 'chain.unsupported' }))
  })
})
