import { secp256k1 } from '@noble/curves/secp256k1.js'
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

  /** The address of each type, and the header bytes that stand for it. */
  const addressTypes = (publicKey: Uint8Array) => {
    const segwit = payments.p2wpkh({ pubkey: publicKey, network })
    return {
      p2pkh: payments.p2pkh({ pubkey: publicKey, network }).address ?? '',
      'p2sh(p2wpkh)': payments.p2sh({ redeem: segwit, network }).address ?? '',
      p2wpkh: segwit.address ?? '',
    }
  }
  const request = { type: 'MESSAGE', data: 'hello' } as const

  it('verifies the signatures of P2PKH, P2SH-P2WPKH and P2WPKH addresses against their own address (BIP-137)', () => {
    const { privateKey, publicKey } = chain.generateKey()
    const addresses = addressTypes(publicKey)
    const key = Buffer.from(privateKey)
    for (const segwitType of ['p2sh(p2wpkh)', 'p2wpkh'] as const) {
      const signature = sign('hello', key, true, preface, { segwitType }).toString('base64')
      for (const [type, address] of Object.entries(addresses))
        expect([type, chain.verify(request, signature, address)]).toEqual([type, type === segwitType])
    }
    // Many wallets write the header of a compressed key for segwit addresses too.
    const compressed = sign('hello', key, true, preface).toString('base64')
    for (const address of Object.values(addresses)) expect(chain.verify(request, compressed, address)).toBe(true)
  })

  it('verifies the signature of an uncompressed key against its P2PKH address only', () => {
    const { privateKey, publicKey } = chain.generateKey()
    const signature = sign('hello', Buffer.from(privateKey), false, preface).toString('base64')
    const pubkey = secp256k1.Point.fromBytes(publicKey).toBytes(false)
    expect(chain.verify(request, signature, payments.p2pkh({ pubkey, network }).address ?? '')).toBe(true)
    for (const address of Object.values(addressTypes(publicKey)))
      expect(chain.verify(request, signature, address)).toBe(false)
  })

  it('verifies a bech32 address in lower or upper case, never in mixed case, and base58 as it is (BIP-173)', () => {
    const { privateKey, publicKey, address } = chain.generateKey()
    const signature = sign('hello', Buffer.from(privateKey), true, preface).toString('base64')
    const legacy = addressTypes(publicKey).p2pkh
    const cases = [
      [address, true],
      [address.toUpperCase(), true],
      [address.replace(/^./, (one) => one.toUpperCase()), false],
      [address.slice(0, 2) + address.slice(2, 3).toUpperCase() + address.slice(3), false],
      [address.slice(0, 5) + address.slice(5).toUpperCase(), false],
      [`${address.slice(0, -1)}${address.endsWith('q') ? 'p' : 'q'}`, false],
      [legacy, true],
      [legacy.toUpperCase(), false],
      [legacy.toLowerCase(), false],
      ['', false],
    ] as const
    for (const [text, expected] of cases.filter(([one, is]) => is || one !== address))
      expect([text, chain.verify(request, signature, text)]).toEqual([text, expected])
  })

  it('refuses header bytes that BIP-137 does not have', () => {
    const { privateKey, address } = chain.generateKey()
    const bytes = sign('hello', Buffer.from(privateKey), true, preface)
    for (const header of [0, 1, 26, 43, 255])
      expect(
        chain.verify(request, Buffer.concat([Buffer.of(header), bytes.subarray(1)]).toString('base64'), address),
      ).toBe(false)
  })
})
