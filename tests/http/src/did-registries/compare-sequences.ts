import assert from 'node:assert/strict'
import {
  type DidRegistry,
  embeddedRegistry,
  type RegistryChange,
  createRegistryServices,
  resolveDid,
} from '@billfold/core/dids'
import fc from 'fast-check'
import type { DeployedRegistry } from './deployed-registry.ts'
import { resolveIndependently } from './independent-resolver.ts'
import { applyChange, createOwner, type DidOwner } from './did-owner.ts'

/** An event of a sequence: a change by the owner, an owner change, or elapsed time. */
type Happening =
  | { readonly kind: 'change'; readonly change: RegistryChange }
  | { readonly kind: 'new owner'; readonly index: number }
  | { readonly kind: 'time'; readonly seconds: number }

const owners: readonly DidOwner[] = Array.from({ length: 3 }, (_, index) =>
  createOwner(new Uint8Array(32).fill(index + 1)),
)
const delegates = ['11', '22', 'ab'].map((byte) => `0x${byte.repeat(20)}`)
const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value, 'utf8'))

const validity = fc.constantFrom(0, 5, 60, 3600, 100_000)
const name = fc.constantFrom(
  'did/svc/Agent',
  'did/svc/Hub',
  'did/svc/not well formed',
  'did/pub/Secp256k1/veriKey/hex',
  'did/pub/Ed25519/sigAuth/base64',
  'did/pub/Ed25519/veriKey/base58',
  'did/pub/RSA/veriKey/pem',
  'did/pub/X25519/other/base58',
  'did/pub/Multikey',
  'did/pub//odd',
  'note',
)
const value = fc.constantFrom(
  text('https://agent.example/1'),
  text('{"uri":"https://hub.example","nested":[1,{"two":"2"}]}'),
  text('[1,2]'),
  text('"quoted"'),
  text('\ufeffwith a mark'),
  text('ünïcödé 🗝'),
  Uint8Array.of(0, 0, 1, 2, 3),
  Uint8Array.of(0xff, 0xfe, 0x80),
  new Uint8Array(),
)
const delegate = fc.record({
  delegateType: fc.constantFrom('veriKey', 'sigAuth', 'enc', 'other'),
  delegate: fc.constantFrom(...delegates),
})
const change: fc.Arbitrary<RegistryChange> = fc.oneof(
  fc.record({ kind: fc.constant('attribute' as const), name, value, validity }),
  fc.record({ kind: fc.constant('revoke-attribute' as const), name, value }),
  fc.tuple(delegate, validity).map(([of, seconds]) => ({ kind: 'delegate' as const, ...of, validity: seconds })),
  delegate.map((of) => ({ kind: 'revoke-delegate' as const, ...of })),
)
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: change.map((made) => ({ kind: 'change' as const, change: made })) },
  { weight: 1, arbitrary: fc.nat(owners.length - 1).map((index) => ({ kind: 'new owner' as const, index })) },
  { weight: 2, arbitrary: fc.constantFrom(1, 30, 4000).map((seconds) => ({ kind: 'time' as const, seconds })) },
)

const version11 = { format: 'ethr-did-resolver-11' } as const

/** A sequence of events, and whether it ends with a deactivation. */
function arbitrarySequence(maxLength: number) {
  return fc.record({
    happenings: fc.array(happening, { minLength: 1, maxLength }),
    deactivated: fc.nat(9).map((of) => of === 0),
  })
}

/** The number of sequences, their maximum length, and the seed to repeat them. */
export interface SequenceOptions {
  readonly count: number
  readonly maxLength: number
  readonly seed?: number
}

/**
 * Runs random sequences of changes on the deployed and the embedded registry, and compares their documents and metadata with
 * those that ethr-did-resolver reads from the chain.
 * @returns the number of compared sequences
 */
export async function compareSequences(
  deployed: DeployedRegistry,
  { count, maxLength, seed }: SequenceOptions,
): Promise<number> {
  let compared = 0
  const { anvil, provider } = deployed
  const chain = deployed.connect()
  const embedded = embeddedRegistry({ chainId: anvil.chainId, networks: ['development'] })
  let time = Number((await provider.getBlock('latest'))?.timestamp)
  const services = createRegistryServices({ now: () => time * 1000 })
  const registries: readonly DidRegistry[] = [chain, embedded]

  const apply = async (identity: string, owner: DidOwner, made: RegistryChange): Promise<void> => {
    time += 1
    await anvil.rpc('evm_setNextBlockTimestamp', time)
    for (const registry of registries)
      assert.equal((await applyChange(registry, services, owner, identity, made)).state, 'mined')
  }

  await fc.assert(
    fc.asyncProperty(arbitrarySequence(maxLength), async ({ happenings, deactivated }) => {
      let owner = createOwner()
      const identity = owner.address
      const did = `did:ethr:development:${identity}`
      for (const it of happenings) {
        if (it.kind === 'time') time += it.seconds
        if (it.kind === 'change') await apply(identity, owner, it.change)
        const next = it.kind === 'new owner' ? owners[it.index] : undefined
        if (next === undefined) continue
        await apply(identity, owner, { kind: 'owner', newOwner: next.address })
        owner = next
      }
      if (deactivated) await apply(identity, owner, { kind: 'owner', newOwner: `0x${'0'.repeat(40)}` })
      time += 1
      await anvil.rpc('evm_setNextBlockTimestamp', time)
      await anvil.rpc('evm_mine')

      const theirs = await resolveIndependently(deployed, did)
      assert.equal(theirs.didResolutionMetadata.error, undefined)
      const ofChain = await resolveDid(services, [chain], 'default', did, version11)
      assert.deepEqual(plain(ofChain.didDocument), plain(theirs.didDocument))
      assert.deepEqual(plain(ofChain.didDocumentMetadata), plain(theirs.didDocumentMetadata))
      const ofEmbedded = await resolveDid(services, [embedded], 'default', did, version11)
      assert.deepEqual(plain(ofEmbedded.didDocument), plain(theirs.didDocument))
      // Versions are block numbers on the chain and change counts in the embedded registry.
      const { updated, deactivated: ended } = theirs.didDocumentMetadata
      assert.equal(ofEmbedded.didDocumentMetadata.updated, updated)
      assert.equal(ofEmbedded.didDocumentMetadata.deactivated, ended)
      compared++
    }),
    { numRuns: count, endOnFailure: true, ...(seed !== undefined && { seed }) },
  )
  return compared
}

/** Converts a document to plain JSON, as sent over the wire. */
function plain(document: object | null | undefined): unknown {
  return JSON.parse(JSON.stringify(document))
}
