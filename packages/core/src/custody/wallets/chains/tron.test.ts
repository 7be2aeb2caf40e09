import { mnemonicToSeedSync } from '@scure/bip39'
import fc from 'fast-check'
import { TronWeb } from 'tronweb'
import { describe, expect, it } from 'vitest'
import { tron } from './tron.ts'

const words = 'test test test test test test test test test test test junk'
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const tronWeb = new TronWeb({ fullHost: 'http://127.0.0.1:9' })

describe('TRON compared with tronweb', () => {
  it('derives the same keys from a mnemonic as tronweb', () => {
    for (let index = 0; index < 5; index++) {
      const path = tron.derivationPath(index)
      const ours = tron.deriveKey(mnemonicToSeedSync(words), path)
      const theirs = TronWeb.fromMnemonic(words, path)
      expect(ours.address).toBe(theirs.address)
      expect(`0x${tron.formatPrivateKey(ours.privateKey)}`).toBe(theirs.privateKey)
    }
  })

  it('computes the same addresses as tronweb', () => {
    for (let count = 0; count < 20; count++) {
      const { privateKey, address } = tron.generateKey()
      expect(address).toBe(TronWeb.address.fromPrivateKey(hex(privateKey)))
      expect(address).toMatch(/^T[1-9A-HJ-NP-Za-km-z]{33}$/)
    }
  })

  it('signs messages like tronweb (TIP-191)', async () => {
    const { privateKey, address } = tron.generateKey()
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (data) => {
        const { signature } = tron.sign({ type: 'MESSAGE', data }, privateKey)
        expect(signature).toBe(tronWeb.trx.signMessageV2(data, hex(privateKey)))
        expect(await tronWeb.trx.verifyMessageV2(data, signature)).toBe(address)
      }),
      { numRuns: 20 },
    )
  })
})
