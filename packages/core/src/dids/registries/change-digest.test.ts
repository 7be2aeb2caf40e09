import { concat, encodeBytes32String, Interface, solidityPackedKeccak256, Wallet } from 'ethers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { secp256k1 } from '../../kernel/crypto/index.ts'
import { computeChangeDigest, erc1056Functions } from './change-digest.ts'
import { encodeSignedCall } from './chain/erc1056.ts'
import type { RegistryChange } from './registry.ts'

const registry = '0xdca7ef03e98e0dc2b855be647c39abe984fcf21b'
const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`

const signature = 'address identity, uint8 sigV, bytes32 sigR, bytes32 sigS'
const contract = new Interface([
  `function changeOwnerSigned(${signature}, address newOwner)`,
  `function addDelegateSigned(${signature}, bytes32 delegateType, address delegate, uint256 validity)`,
  `function revokeDelegateSigned(${signature}, bytes32 delegateType, address delegate)`,
  `function setAttributeSigned(${signature}, bytes32 name, bytes value, uint256 validity)`,
  `function revokeAttributeSigned(${signature}, bytes32 name, bytes value)`,
])

/** The argument types and values of a change, for ethers. */
function toEthersArguments(change: RegistryChange): readonly (readonly [type: string, value: unknown])[] {
  switch (change.kind) {
    case 'owner':
      return [['address', change.newOwner]]
    case 'delegate':
    case 'revoke-delegate':
      return [
        ['bytes32', encodeBytes32String(change.delegateType)],
        ['address', change.delegate],
        ...(change.kind === 'delegate' ? [['uint256', change.validity] as const] : []),
      ]
    case 'attribute':
    case 'revoke-attribute':
      return [
        ['bytes32', encodeBytes32String(change.name)],
        ['bytes', hex(change.value)],
        ...(change.kind === 'attribute' ? [['uint256', change.validity] as const] : []),
      ]
  }
}

const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(hex)
const name = fc.string({ minLength: 1, maxLength: 31, unit: 'grapheme-ascii' })
const value = fc.uint8Array({ maxLength: 100 })
const validity = fc.nat()
const change: fc.Arbitrary<RegistryChange> = fc.oneof(
  fc.record({ kind: fc.constant('owner' as const), newOwner: address }),
  fc.record({ kind: fc.constant('delegate' as const), delegateType: name, delegate: address, validity }),
  fc.record({ kind: fc.constant('revoke-delegate' as const), delegateType: name, delegate: address }),
  fc.record({ kind: fc.constant('attribute' as const), name, value, validity }),
  fc.record({ kind: fc.constant('revoke-attribute' as const), name, value }),
)

describe('signed changes', () => {
  test('computes the same digest as ethers, without a prefix', () => {
    fc.assert(
      fc.property(change, address, fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (randomChange, identity, nonce) => {
        const parts = [
          ['bytes', '0x1900'],
          ['address', registry],
          ['uint256', nonce],
          ['address', identity],
          ['string', erc1056Functions[randomChange.kind]],
          ...toEthersArguments(randomChange),
        ] as const
        const theirs = solidityPackedKeccak256(
          parts.map(([type]) => type),
          parts.map(([, part]) => part),
        )
        expect(hex(computeChangeDigest(registry, nonce, identity, randomChange))).toBe(theirs)
      }),
      { numRuns: 100 },
    )
  })

  test('encodes the same call as ethers', () => {
    const { privateKey, address: signer } = Wallet.createRandom()
    const key = Buffer.from(privateKey.slice(2), 'hex')
    fc.assert(
      fc.property(change, address, (randomChange, identity) => {
        const digest = computeChangeDigest(registry, 0n, identity, randomChange)
        const { r, s, recovery } = secp256k1.sign(digest, key)
        const prepared = { identity, change: randomChange, signer: signer.toLowerCase(), nonce: 0n, digest }
        const theirs = contract.encodeFunctionData(`${erc1056Functions[randomChange.kind]}Signed`, [
          identity,
          27 + recovery,
          hex(r),
          hex(s),
          ...toEthersArguments(randomChange).map(([, part]) => part),
        ])
        expect(hex(encodeSignedCall(prepared, { r, s, recovery }))).toBe(concat([theirs]))
      }),
      { numRuns: 50 },
    )
  })
})
