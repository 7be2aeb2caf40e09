import { AccountMnemonicFactory, MemoryAccount, verifyMessageSignature } from '@aeternity/aepp-sdk'
import { mnemonicToSeedSync } from '@scure/bip39'
import fc from 'fast-check'
import nacl from 'tweetnacl'
import { describe, expect, it } from 'vitest'
import { aeternity } from './aeternity.ts'

const words = 'eye quarter chapter suit cruel scrub verify stuff volume control learn dust'

/** The SDK types strings by their prefixes. */
const typed = <Prefix extends string>(prefix: Prefix, text: string): `${Prefix}_${string}` => {
  if (!text.startsWith(`${prefix}_`)) throw new Error(`${text} does not begin with ${prefix}`)
  return `${prefix}_${text.slice(prefix.length + 1)}`
}

describe('æternity compared with its SDK and tweetnacl', () => {
  it('derives the same keys from a mnemonic as the SDK', async () => {
    const factory = new AccountMnemonicFactory(words)
    for (let index = 0; index < 5; index++) {
      const ours = aeternity.deriveKey(mnemonicToSeedSync(words), aeternity.derivationPath(index))
      const theirs = await factory.initialize(index)
      expect(ours.address).toBe(theirs.address)
      expect(aeternity.formatPrivateKey(ours.privateKey)).toBe(theirs.secretKey)
    }
  })

  it('parses and formats secret keys and addresses like the SDK', () => {
    for (let count = 0; count < 10; count++) {
      const theirs = MemoryAccount.generate()
      const ours = aeternity.toChainKey(aeternity.parsePrivateKey(theirs.secretKey))
      expect(ours.address).toBe(theirs.address)
      expect(aeternity.formatPrivateKey(ours.privateKey)).toBe(theirs.secretKey)
    }
  })

  it('parses 64 bytes of hex from older wallets if the public key matches the seed', () => {
    const { secretKey, publicKey } = nacl.sign.keyPair()
    const { publicKey: another } = nacl.sign.keyPair()
    const written = Buffer.from(secretKey).toString('hex')
    expect(aeternity.toChainKey(aeternity.parsePrivateKey(written)).publicKey).toEqual(publicKey)
    const mixed = written.slice(0, 64) + Buffer.from(another).toString('hex')
    expect(() => aeternity.parsePrivateKey(mixed)).toThrow(expect.objectContaining({ code: 'crypto.invalid-key' }))
  })

  it('signs messages like the SDK, and each verifies the signatures of the other', async () => {
    const { privateKey, address } = aeternity.generateKey()
    const theirs = new MemoryAccount(typed('sk', aeternity.formatPrivateKey(privateKey)))
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (data) => {
        const ours = aeternity.sign({ type: 'MESSAGE', data }, privateKey)
        const signed = await theirs.signMessage(data)
        expect(ours.signature).toBe(`0x${Buffer.from(signed).toString('hex')}`)
        expect(verifyMessageSignature(data, signed, typed('ak', address))).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it.each([252, 253, 254, 65_535, 65_536])('signs a message of %i bytes like the SDK', async (length) => {
    const { privateKey } = aeternity.generateKey()
    const theirs = new MemoryAccount(typed('sk', aeternity.formatPrivateKey(privateKey)))
    const data = 'x'.repeat(length)
    const signed = Buffer.from(await theirs.signMessage(data)).toString('hex')
    expect(aeternity.sign({ type: 'MESSAGE', data }, privateKey).signature).toBe(`0x${signed}`)
  })
})
