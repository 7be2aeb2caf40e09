import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDid, parseDid } from './did.ts'
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
  ])('parses %s', (did, method, network) => {
    expect(parseDid(did)).toEqual({ method, network, address })
  })

  test.each([
    '',
    'did',
    `DID:ethr:${address}`,
    `did:Ethr:${address}`,
    `did:web:${address}`,
    `did:ethr:${address.toUpperCase()}`,
    'did:ethr:0xf3beac30C498D9E26865F34fCAa57dBB935b0D74',
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
    'did:ethr:0x02b97c30de767f084ce3080168ee293053ba33b235d7116a3263d29f1450936b71',
  ])('rejects the malformed DID %j', (did) => {
    expect(() => parseDid(did)).toThrow(expect.objectContaining({ code: 'did.invalid' }))
  })

  test('parses every formatted DID back into its parts', () => {
    const method = fc.constantFrom('spherity' as const, 'ethr' as const)
    const network = fc.option(fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,12}$/), { nil: undefined })
    const hex = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('hex'))
    fc.assert(
      fc.property(method, network, hex, (of, on, digits) => {
        const parsed = parseDid(formatDid(of, `0x${digits.toUpperCase()}`, on))
        expect(parsed).toEqual({ method: of, network: on, address: `0x${digits}` })
      }),
      { numRuns: 50 },
    )
  })

  test('selects the registry of the network, the first without a network, and throws for an unknown one', () => {
    const [first, second] = [embeddedRegistry(), embeddedRegistry({ networks: ['sepolia', '0xaa36a7'] })]
    expect(selectRegistry([first, second], { network: undefined })).toBe(first)
    expect(selectRegistry([first, second], { network: '0xaa36a7' })).toBe(second)
    expect(() => selectRegistry([first, second], { network: 'mainnet' })).toThrow(
      expect.objectContaining({ code: 'did.unknown-network' }),
    )
    expect(() => selectRegistry([], { network: undefined })).toThrow(
      expect.objectContaining({ code: 'did.unknown-network' }),
    )
  })
})
