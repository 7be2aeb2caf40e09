import bs58 from 'bs58'
import fc from 'fast-check'
import nacl from 'tweetnacl'
import { describe, expect, it } from 'vitest'
import { couldBeTransaction, solana } from './solana.ts'

describe('Solana compared with tweetnacl and bs58', () => {
  it('computes the same addresses as tweetnacl and parses and formats its secret keys', () => {
    for (let count = 0; count < 10; count++) {
      const { publicKey, secretKey } = nacl.sign.keyPair()
      const key = solana.toChainKey(solana.parsePrivateKey(bs58.encode(secretKey)))
      expect(key.address).toBe(bs58.encode(publicKey))
      expect(solana.formatPrivateKey(key.privateKey)).toBe(bs58.encode(secretKey))
      for (const form of [
        JSON.stringify([...secretKey]),
        Buffer.from(secretKey).toString('hex'),
        bs58.encode(secretKey.slice(0, 32)),
      ])
        expect(solana.parsePrivateKey(form)).toEqual(key.privateKey)
    }
  })

  it('rejects a secret key whose public key does not match, and a list with a number above 255', () => {
    const [one, other] = [nacl.sign.keyPair(), nacl.sign.keyPair()]
    const mixed = Uint8Array.from([...one.secretKey.slice(0, 32), ...other.publicKey])
    const list = [...one.secretKey.slice(0, 63), 256]
    for (const written of [bs58.encode(mixed), JSON.stringify([...mixed]), JSON.stringify(list), 'z'.repeat(200_000)])
      expect(() => solana.parsePrivateKey(written)).toThrow(expect.objectContaining({ code: 'crypto.invalid-key' }))
  })

  it('signs the bytes of a message like other wallets', () => {
    const { privateKey, publicKey } = solana.generateKey()
    const { secretKey } = nacl.sign.keyPair.fromSeed(privateKey)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (data) => {
        const theirs = nacl.sign.detached(Buffer.from(data), secretKey)
        const ours = solana.sign({ type: 'MESSAGE', data }, privateKey)
        expect(ours).toEqual({
          type: 'HEX_SIGNATURE',
          signature: `0x${Buffer.from(theirs).toString('hex')}`,
          encoded: bs58.encode(theirs),
        })
        expect(nacl.sign.detached.verify(Buffer.from(data), theirs, publicKey)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('detects possible transactions by the public key of a signer', () => {
    const { publicKey } = solana.generateKey()
    const { publicKey: payee } = solana.generateKey()
    const header = [1, 0, 1, 3]
    const transfer = Uint8Array.from([...header, ...publicKey, ...payee, ...new Uint8Array(64), 1, 2, 2, 0, 1, 12])
    expect(couldBeTransaction(transfer, publicKey)).toBe(true)
    expect(couldBeTransaction(transfer, solana.generateKey().publicKey)).toBe(false)
    expect(couldBeTransaction(publicKey, publicKey)).toBe(true)
    expect(couldBeTransaction(publicKey.subarray(1), publicKey)).toBe(false)
  })
})
