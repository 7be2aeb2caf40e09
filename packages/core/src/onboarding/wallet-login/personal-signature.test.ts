import { readFileSync } from 'node:fs'
import { secp256k1 as noble } from '@noble/curves/secp256k1.js'
import { Wallet as EthersWallet } from 'ethers'
import fc from 'fast-check'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { isBillfoldError } from '../../kernel/errors.ts'
import { hashPersonalMessage, recoverPersonalSigner, signaturePattern } from './personal-signature.ts'
import { parseAddressFromDid, parseWalletIdentifier, toExternalWallet } from './external-wallet.ts'

interface Vector {
  readonly id: string
  readonly privateKey: string
  readonly publicKey: string
  readonly publicKey0x: string
  readonly address: string
  readonly did: string
  readonly keyId: string
  readonly message: string
  readonly personalHash: string
  readonly signature: string
  readonly signatureV00: string
}

/** Vectors made with the original identity wallet and relying-party library; the file names their versions. */
const { vectors }: { readonly vectors: readonly Vector[] } = JSON.parse(
  readFileSync(new URL('../../test-fixtures/wallet-login.json', import.meta.url), 'utf8'),
)

const isRefused = (call: () => unknown): boolean => {
  try {
    call()
    return false
  } catch (error) {
    return isBillfoldError(error, 'login.failed')
  }
}

const order = noble.Point.CURVE().n
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe.each(vectors)('test vector $id', (vector) => {
  it('matches the hash computed by the wallet', () => {
    expect(hex(hashPersonalMessage(vector.message))).toBe(vector.personalHash)
  })

  it.each(['signature', 'signatureV00'] as const)('recovers the wallet from its %s', (field) => {
    expect(vector[field]).toMatch(signaturePattern)
    const wallet = toExternalWallet(recoverPersonalSigner(vector.message, vector[field]))
    expect(wallet).toEqual({ publicKey: vector.publicKey, address: vector.address })
  })

  it('parses every identifier of the wallet', () => {
    const { publicKey, publicKey0x, address, did, keyId } = vector
    const compressed = hex(noble.getPublicKey(Buffer.from(vector.privateKey, 'hex')))
    for (const name of [publicKey, publicKey0x, `04${publicKey}`, compressed, `0x${compressed}`, address])
      expect(parseWalletIdentifier(name)).toEqual({ address })
    for (const name of [did, keyId]) expect(parseWalletIdentifier(name)).toEqual({ did })
    expect(parseAddressFromDid(did)).toBe(address)
    const selfkey = `did:selfkey:${address}`
    expect(parseWalletIdentifier(`${selfkey};selfkey:chain=ropsten#keys-1`)).toEqual({ did: selfkey })
    expect(parseAddressFromDid(selfkey)).toBe(address)
  })
})

describe('a personal_sign signature', () => {
  const [vector] = vectors
  if (vector === undefined) throw new Error('no test vectors')
  const { message, signature } = vector

  it('by ethers or viem recovers to the address of its key for any message', async () => {
    const keys = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((key) => noble.utils.isValidSecretKey(key))
    await fc.assert(
      fc.asyncProperty(keys, fc.string({ unit: 'grapheme', maxLength: 80 }), async (key, text) => {
        const ethers = new EthersWallet(`0x${hex(key)}`)
        const viem = privateKeyToAccount(`0x${hex(key)}`)
        const address = ethers.address.toLowerCase()
        expect(toExternalWallet(recoverPersonalSigner(text, await ethers.signMessage(text))).address).toBe(address)
        expect(toExternalWallet(recoverPersonalSigner(text, await viem.signMessage({ message: text }))).address).toBe(
          address,
        )
      }),
      { numRuns: 15 },
    )
  })

  it('with a high s value is rejected for every v', () => {
    const s = BigInt(`0x${signature.slice(66, 130)}`)
    const high = (order - s).toString(16).padStart(64, '0')
    for (const v of ['00', '01', '1b', '1c']) {
      const malleated = signature.slice(0, 66) + high + v
      expect(isRefused(() => recoverPersonalSigner(message, malleated))).toBe(true)
    }
  })

  it.each([
    ['truncated', signature.slice(0, -2)],
    ['too long', `${signature}00`],
    ['without 0x', signature.slice(2)],
    ['with v 02', `${signature.slice(0, -2)}02`],
    ['with v 25, as in a transaction', `${signature.slice(0, -2)}25`],
    ['with non-hex digits', `0x${'zz'.repeat(65)}`],
    ['that is empty', ''],
  ])('%s does not match the signature pattern', (_what, text) => {
    expect(text).not.toMatch(signaturePattern)
  })

  it.each([
    ['r = 0', `0x${'0'.repeat(64)}${signature.slice(66)}`],
    ['s = 0', `${signature.slice(0, 66)}${'0'.repeat(64)}1b`],
    ['r outside the field', `0x${'f'.repeat(64)}${signature.slice(66)}`],
    ['r that is not on the curve', `0x${'0'.repeat(63)}5${signature.slice(66)}`],
  ])('with %s is rejected', (_what, text) => {
    expect(isRefused(() => recoverPersonalSigner(message, text))).toBe(true)
  })

  it('does not recover to the key for another message or with the other v', () => {
    const flipped = signature.slice(0, -2) + (signature.endsWith('1b') ? '1c' : '1b')
    for (const [text, bytes] of [
      [`${message}0`, signature],
      [message, flipped],
    ] as const) {
      expect(toExternalWallet(recoverPersonalSigner(text, bytes)).address).not.toBe(vector.address)
    }
  })
})

describe('a wallet identifier', () => {
  it.each([
    '',
    '0x',
    'abc',
    '0x12',
    'did:',
    'did:ethr',
    `0x${'g'.repeat(40)}`,
    `02${'f'.repeat(64)}`,
    '00'.repeat(64),
    'did:x:a b',
  ])('rejects %j', (text) => {
    expect(parseWalletIdentifier(text)).toBeUndefined()
  })

  it('parses without throwing for any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expect(() => parseWalletIdentifier(text)).not.toThrow()
      }),
    )
  })
})
