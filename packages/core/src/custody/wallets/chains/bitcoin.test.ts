import { networks, payments } from 'bitcoinjs-lib'
import { magicHash, sign, verify } from 'bitcoinjs-message'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as wif from 'wif'
import { bitcoinChain, bitcoinChains } from './bitcoin.ts'

const litecoinNetwork = { ...networks.bitcoin, bech32: 'ltc', pubKeyHash: 0x30, scriptHash: 0x32, wif: 0xb0 }
const families = bitcoinChains.map((chain) => {
  const bitcoin = chain.secretType === 'BITCOIN'
  const preface = bitcoin ? '\u0018Bitcoin Signed Message:\n' : '\u0019Litecoin Signed Message:\n'
  return [chain.secretType, bitcoinChain(chain), bitcoin ? networks.bitcoin : litecoinNetwork, preface] as const
})

describe.each(families)('%s compared with bitcoinjs', (_, chain, network, preface) => {
  it('computes addresses and formats private keys like bitcoinjs', () => {
    for (let count = 0; count < 10; count++) {
      const { privateKey, publicKey, address } = chain.generateKey()
      expect(address).toBe(payments.p2wpkh({ pubkey: publicKey, network }).address)
      const written = wif.encode({ version: network.wif, privateKey, compressed: true })
      expect(chain.formatPrivateKey(privateKey)).toBe(written)
      expect(chain.parseWif?.(written)).toEqual(privateKey)
    }
  })

  it('rejects the WIF of another network, of an uncompressed key, and with a wrong checksum', () => {
    const { privateKey } = chain.generateKey()
    const own = wif.encode({ version: network.wif, privateKey, compressed: true })
    const mistyped = `${own.slice(0, -1)}${own.endsWith('a') ? 'b' : 'a'}`
    for (const written of [
      wif.encode({ version: 0xef, privateKey, compressed: true }),
      wif.encode({ version: network.wif, privateKey, compressed: false }),
      mistyped,
      '1'.repeat(100_000),
      '',
    ])
      expect(() => chain.parseWif?.(written)).toThrow(expect.objectContaining({ code: 'crypto.invalid-key' }))
  })

  it('signs messages for a segwit address like bitcoinjs (BIP-137)', () => {
    const { privateKey, address } = chain.generateKey()
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (data) => {
        const theirs = sign(data, Buffer.from(privateKey), true, preface, { segwitType: 'p2wpkh' })
        const { encoded = '', v = '', signature } = chain.sign({ type: 'MESSAGE', data }, privateKey)
        expect(encoded).toBe(theirs.toString('base64'))
        expect(verify(data, address, encoded, preface)).toBe(true)
        expect(Number(v)).toBeGreaterThanOrEqual(39)
        expect(Number(v)).toBeLessThanOrEqual(42)
        expect(signature.endsWith(v.slice(2))).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('signs a long message like bitcoinjs', () => {
    const { privateKey } = chain.generateKey()
    for (const length of [252, 253, 65_536]) {
      const theirs = sign('x'.repeat(length), Buffer.from(privateKey), true, preface, { segwitType: 'p2wpkh' })
      const ours = chain.sign({ type: 'MESSAGE', data: 'x'.repeat(length) }, privateKey)
      expect(ours.encoded).toBe(theirs.toString('base64'))
      expect(magicHash('x'.repeat(length), preface)).toHaveLength(32)
    }
  })

  it('verifies signatures with the header of a compressed key, as many wallets write them for segwit addresses', () => {
    const { privateKey, address } = chain.generateKey()
    const theirs = sign('hello', Buffer.from(privateKey), true, preface).toString('base64')
    expect(chain.verify({ type: 'MESSAGE', data: 'hello' }, theirs, address)).toBe(true)
    expect(chain.verify({ type: 'MESSAGE', data: 'hello' }, theirs, address.toUpperCase())).toBe(true)
    const uncompressed = sign('hello', Buffer.from(privateKey), false, preface).toString('base64')
    expect(chain.verify({ type: 'MESSAGE', data: 'hello' }, uncompressed, address)).toBe(false)
  })
})
