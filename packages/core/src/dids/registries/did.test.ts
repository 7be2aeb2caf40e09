import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { computeAddress } from 'ethers'
import { evmChainClient } from '../../custody/chain-clients/index.ts'
import { chainRegistry } from './chain/chain-registry.ts'
import { privateKeyPayer } from './chain/payer.ts'
import { formatDid, parseDid, toCanonicalDid } from './did.ts'
import { embeddedRegistry } from './embedded/embedded-registry.ts'
import { selectRegistry } from './registry.ts'

const address = '0xf3beac30c498d9e26865f34fcaa57dbb935b0d74'

describe('DIDs', () => {
  test.each([
    [`did:spherity:${address}`, 'spherity', undefined],
    [`did:ethr:${address}`, 'ethr', undefined],
    [`did:ethr:sepolia:${address}`, 'ethr', 'sepolia'],
    [`did:ethr:0xaa36a7:${address}`, 'ethr', '0xaa36a7'],
    [`did:ethr:linea:goerli:${address}`, 'ethr', 'linea:goerli'],
    [`did:ethr:mainnet:${address}`, 'ethr', undefined],
    [`did:ethr:0x1:${address}`, 'ethr', undefined],
    [`did:spherity:mainnet:${address}`, 'spherity', 'mainnet'],
    ['did:ethr:0xf3beac30C498D9E26865F34fCAa57dBB935b0D74', 'ethr', undefined],
    [`did:ethr:0x${address.slice(2).toUpperCase()}`, 'ethr', undefined],
  ])('parses %s', (did, method, network) => {
    expect(parseDid(did)).toEqual({ method, network, address })
  })

  test.each([
    '',
    'did',
    `DID:ethr:${address}`,
    `did:Ethr:${address}`,
    `did:ethr:${address.toUpperCase()}`,
    `did:ethr:${address}0`,
    `did:ethr:${address.slice(0, -1)}`,
    `did:ethr:${address.slice(2)}`,
    `did:ethr::${address}`,
    `did:ethr:Sepolia:${address}`,
    `did:ethr:../etc:${address}`,
    `did:ethr:${'n'.repeat(33)}:${address}`,
    `did:ethr:${address}?versionId=1`,
    `did:ethr:${address}#controller`,
    `did:ethr:${address}/path`,
    `did:ethr:${address}\n`,
    ` did:ethr:${address}`,
    `did:ethr:${'a:'.repeat(5000)}${address}`,
    // No point of the curve has this X.
    `did:ethr:0x02${'ff'.repeat(32)}`,
    `did:ethr:0x04${'11'.repeat(32)}`,
  ])('rejects the malformed DID %j', (did) => {
    expect(() => parseDid(did)).toThrow(expect.objectContaining({ code: 'did.invalid' }))
  })

  test.each(['did:web:example.com', `did:Ethr2:${address}`.toLowerCase(), 'did:key:z6Mk', `did:ethrx:${address}`])(
    'distinguishes the other method of %s from a malformed DID',
    (did) => {
      expect(() => parseDid(did)).toThrow(expect.objectContaining({ code: 'did.method-not-supported' }))
    },
  )

  test('parses a public key in any case into the address of the key', () => {
    const hex = '02b97c30de767f084ce3080168ee293053ba33b235d7116a3263d29f1450936b71'
    for (const written of [hex, hex.toUpperCase()]) {
      const parsed = parseDid(`did:ethr:sepolia:0x${written}`)
      expect(parsed.address).toBe(computeAddress(`0x${hex}`).toLowerCase())
      expect(Buffer.from(parsed.publicKey ?? []).toString('hex')).toBe(hex)
    }
  })

  test('has one form for every way of writing a DID', () => {
    const mixed = '0xf3beac30C498D9E26865F34fCAa57dBB935b0D74'
    for (const did of [`did:ethr:${mixed}`, `did:ethr:mainnet:${address}`, `did:ethr:0x1:${mixed}`])
      expect(toCanonicalDid(did)).toBe(`did:ethr:${address}`)
    expect(toCanonicalDid(`did:ethr:sepolia:${mixed}`)).toBe(`did:ethr:sepolia:${address}`)
    expect(formatDid('ethr', mixed, 'mainnet')).toBe(`did:ethr:${address}`)
    const publicKey = '0x02b97c30de767f084ce3080168ee293053ba33b235d7116a3263d29f1450936b71'
    expect(toCanonicalDid(`did:ethr:${publicKey}`)).toBe(`did:ethr:${computeAddress(publicKey).toLowerCase()}`)
    expect(() => formatDid('ethr', publicKey)).toThrow(expect.objectContaining({ code: 'did.invalid' }))
  })

  test('parses every formatted DID back into its parts', () => {
    const method = fc.constantFrom('spherity' as const, 'ethr' as const)
    const network = fc.option(
      fc.stringMatching(/^[a-z2-9][a-z0-9._-]{0,12}$/).filter((name) => name !== 'mainnet'),
      { nil: undefined },
    )
    const hex = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('hex'))
    fc.assert(
      fc.property(method, network, hex, (of, on, digits) => {
        const parsed = parseDid(formatDid(of, `0x${digits.toUpperCase()}`, on))
        expect(parsed).toEqual({ method: of, network: on, address: `0x${digits}` })
      }),
      { numRuns: 50 },
    )
  })

  test('selects the registry of the network, and of did:spherity without one the first', () => {
    const [first, second] = [embeddedRegistry(), embeddedRegistry({ networks: ['sepolia'] })]
    expect(selectRegistry([first, second], { method: 'spherity', network: undefined })).toBe(first)
    for (const method of ['ethr', 'spherity'] as const)
      expect(selectRegistry([first, second], { method, network: 'sepolia' })).toBe(second)
    for (const [method, network] of [
      ['ethr', 'goerli'],
      ['spherity', 'mainnet'],
    ] as const)
      expect(() => selectRegistry([first, second], { method, network })).toThrow(
        expect.objectContaining({ code: 'did.unknown-network' }),
      )
    expect(() => selectRegistry([], { method: 'spherity', network: undefined })).toThrow(
      expect.objectContaining({ code: 'did.unknown-network' }),
    )
  })

  test('selects for did:ethr without a network only a registry on mainnet, which an embedded one is not', () => {
    const client = evmChainClient({ url: 'https://node.example', chainId: 1 })
    const payer = privateKeyPayer(new Uint8Array(32).fill(1))
    const mainnet = chainRegistry({ client, contract: `0x${'11'.repeat(20)}`, payer })
    const target = { method: 'ethr', network: undefined } as const
    expect(selectRegistry([embeddedRegistry(), mainnet], target)).toBe(mainnet)
    expect(() => selectRegistry([embeddedRegistry()], target)).toThrow(
      expect.objectContaining({ code: 'did.unknown-network' }),
    )
    for (const name of ['mainnet', '0x1', '0xaa36a7'])
      expect(() => embeddedRegistry({ networks: [name] })).toThrow(RangeError)
  })
})
