import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DidRegistry, RegistryEvent } from '../dids/index.ts'
import type { Services } from '../services.ts'
import { codeOf } from '../test-fixtures/code-of.ts'
import { actor, didSettings } from '../test-fixtures/did-settings.ts'
import { Died, failingRegistry, type Fate } from '../test-fixtures/failing-registry.ts'
import { testServices } from '../test-fixtures/services.ts'
import { unauthorised } from '../vaults/holder.ts'
import type { TxInput } from '../vaults/wallet-config.ts'
import { type ConfigurationOutcome, configureIdentity } from './configure.ts'
import { createIdentity } from './create.ts'
import { listIdentities } from './find.ts'
import type { IdentityRow } from './seal-key.ts'

const txsInput: readonly TxInput[] = [
  { newOwner: `did:spherity:0x${'ab'.repeat(20)}` },
  { service: { name: 'A', value: 'https://a.example' } },
  { delegate: {} },
  { service: { name: 'B', value: 'https://b.example' } },
]

function wallet(services: Services, registry: DidRegistry): Promise<IdentityRow> {
  return createIdentity(services, didSettings(registry), actor, { didMethod: 'spherity' }, unauthorised)
}

function configure(
  services: Services,
  registry: DidRegistry,
  row: IdentityRow,
  inputs = txsInput,
): Promise<ConfigurationOutcome> {
  return configureIdentity(
    services,
    didSettings(registry),
    actor,
    row,
    { txsInput: inputs },
    { authorise: unauthorised },
  )
}

async function getEvents(
  services: Services,
  registry: DidRegistry,
  row: IdentityRow,
): Promise<readonly RegistryEvent[]> {
  return (await registry.history(services, row.tenant, row.address)).events
}

const kinds = ['attribute', 'delegate', 'attribute', 'owner']

describe('a DID update that stopped half-way', () => {
  it('resumes when the request is repeated, and makes no change twice', async () => {
    const fate = fc.constantFrom<Fate>('ok', 'down', 'dies', 'lost', 'slow')
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { maxLength: 12 }), async (fates) => {
        const services = testServices()
        const registry = failingRegistry([...fates])
        const row = await wallet(services, registry)
        let remaining = fates.length + 2
        while (!(await isDone(services, registry, row)) && remaining-- > 0) {
          // A crash has no result: the next process resumes from the stored state.
          await configure(services, registry, row).catch((error: unknown) => {
            if (!(error instanceof Died)) throw error
          })
        }
        const events = await getEvents(services, registry, row)
        expect(events.map(({ kind }) => kind)).toEqual(kinds)
        const { rows } = await listIdentities(services, 'default', {}, { limit: 10 })
        expect(rows, 'the wallet, and one delegate').toHaveLength(2)
      }),
      { numRuns: 15 },
    )
  })

  async function isDone(services: Services, registry: DidRegistry, row: IdentityRow): Promise<boolean> {
    return (await getEvents(services, registry, row)).length === kinds.length
  }

  it.each<Fate>(['lost', 'slow'])(
    'completes on a repeat if the owner change was made but never confirmed (%s)',
    async (fate) => {
      const services = testServices()
      const registry = failingRegistry(['ok', 'ok', 'ok', fate])
      const row = await wallet(services, registry)
      await configure(services, registry, row).catch((error: unknown) => {
        if (!(error instanceof Died)) throw error
      })
      for (const round of ['first repeat', 'second repeat']) {
        const { steps, failure } = await configure(services, registry, row)
        expect([failure?.code, steps.map(({ state }) => state)], round).toEqual([
          undefined,
          ['mined', 'mined', 'mined', 'mined'],
        ])
      }
      expect((await getEvents(services, registry, row)).map(({ kind }) => kind)).toEqual(kinds)
      expect(await codeOf(configure(services, registry, row, [{ delegate: {} }]))).toBe('identity.read-only')
    },
  )

  it('returns the steps and their states', async () => {
    const services = testServices()
    const registry = failingRegistry(['ok', 'down'])
    const row = await wallet(services, registry)
    const { steps, failure } = await configure(services, registry, row)
    expect(failure?.code).toBe('transaction.chain-unavailable')
    expect(steps.map(({ state }) => state)).toEqual(['mined', 'failed', 'waiting', 'waiting'])
    const again = await configure(services, registry, row)
    expect(again.failure).toBeUndefined()
    expect(again.steps.map(({ state }) => state)).toEqual(['mined', 'mined', 'mined', 'mined'])
    expect(again.steps[1]?.delegateId).toBe(steps[1]?.delegateId)
  })

  it('is superseded by another update, but not while one of its steps may still be mined', async () => {
    let time = Date.now()
    const services = { ...testServices(), now: () => time }
    const other = [{ service: { name: 'C', value: 'https://c.example' } }]
    const registry = failingRegistry(['ok', 'down', 'ok', 'dies'])
    const row = await wallet(services, registry)
    await configure(services, registry, row)
    expect((await configure(services, registry, row, other)).failure).toBeUndefined()
    expect((await getEvents(services, registry, row)).map(({ kind }) => kind)).toEqual(['attribute', 'attribute'])
    await expect(configure(services, registry, row)).rejects.toBeInstanceOf(Died)
    expect(await codeOf(configure(services, registry, row, other))).toBe('identity.configuring')
    time += 3 * 60 * 1000
    expect((await configure(services, registry, row, other)).failure).toBeUndefined()

    const pending: DidRegistry = { ...registry, stepState: async () => ({ state: 'sent' }) }
    const sent = await configure(services, pending, row, [{ delegate: {} }])
    expect(sent.failure?.code).toBe('identity.step-pending')
    expect(await codeOf(configure(services, pending, row, other))).toBe('identity.configuring')
  })

  it('retries a failed step under a new operation id', async () => {
    const services = testServices()
    const registry = failingRegistry([])
    const operationIds: string[] = []
    const failing: DidRegistry = {
      ...registry,
      submit: async (_services, _actor, operationId) => {
        operationIds.push(operationId)
        return { state: 'failed' }
      },
    }
    const row = await wallet(services, registry)
    const inputs = [{ delegate: {} }]
    expect((await configure(services, failing, row, inputs)).failure?.code).toBe('identity.step-failed')
    expect((await configure(services, failing, row, inputs)).failure?.code).toBe('identity.step-failed')
    expect(new Set(operationIds).size).toBe(2)
    expect((await configure(services, registry, row, inputs)).failure).toBeUndefined()
  })
})

it('rejects updates of a deactivated DID', async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const row = await wallet(services, registry)
  const nobody = [{ newOwner: `did:spherity:0x${'0'.repeat(40)}` }]
  expect((await configure(services, registry, row, nobody)).failure).toBeUndefined()
  expect(await codeOf(configure(services, registry, row, [{ delegate: {} }]))).toBe('identity.read-only')
  expect(await getEvents(services, registry, row)).toHaveLength(1)
})

it('completes two concurrent updates with the same signer', async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const owner = await wallet(services, registry)
  const rows = await Promise.all([wallet(services, registry), wallet(services, registry)])
  for (const row of rows) await configure(services, registry, row, [{ newOwner: owner.did }])
  // Like two processes: without the mutex within a process.
  const withoutMutex: Services = { ...services, ownerTurns: (_key, job) => job() }
  const inputs = Array.from({ length: 4 }, (_, index) => ({ service: { name: `S${index}`, value: 'x' } }))
  const outcomes = await Promise.all(rows.map((row) => configure(withoutMutex, registry, row, inputs)))
  expect(outcomes.map(({ failure }) => failure)).toEqual([undefined, undefined])
  for (const row of rows) expect(await getEvents(services, registry, row)).toHaveLength(5)
})

it('makes the changes once if the same update is requested concurrently', async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const row = await wallet(services, registry)
  const withoutMutex: Services = { ...services, ownerTurns: (_key, job) => job() }
  const outcomes = await Promise.all([1, 2, 3, 4].map(() => configure(withoutMutex, registry, row)))
  expect(outcomes.map(({ failure }) => failure)).toEqual(outcomes.map(() => undefined))
  expect((await getEvents(services, registry, row)).map(({ kind }) => kind)).toEqual(kinds)
})

it('returns the same result if another process completes the update first', async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const row = await wallet(services, registry)
  const withoutMutex: Services = { ...services, ownerTurns: (_key, job) => job() }
  let other: ConfigurationOutcome | undefined
  const slow: DidRegistry = {
    ...registry,
    prepare: async (...args) => {
      const prepared = await registry.prepare(...args)
      other ??= await configure(withoutMutex, registry, row)
      return prepared
    },
  }
  const result = await configure(withoutMutex, slow, row)
  expect([other?.failure, result.failure]).toEqual([undefined, undefined])
  expect(result.steps).toEqual(other?.steps)
  expect((await getEvents(services, registry, row)).map(({ kind }) => kind)).toEqual(kinds)
})

it("does not sign with the new owner's key for the previous owner, who can only repeat the transfer", async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const [transferred, newOwnerWallet] = await Promise.all([wallet(services, registry), wallet(services, registry)])
  const settings = didSettings(registry)
  const requestOwner = (newOwner: string, did: string, address: IdentityRow['address']) => {
    const authorization = { authorise: unauthorised, authority: { did, role: 'owner', address } } as const
    return configureIdentity(services, settings, actor, transferred, { txsInput: [{ newOwner }] }, authorization)
  }
  for (const round of ['transfer', 'repeat'])
    expect(
      (await requestOwner(newOwnerWallet.did, transferred.did, transferred.address)).failure,
      round,
    ).toBeUndefined()
  expect(await codeOf(requestOwner(transferred.did, transferred.did, transferred.address))).toBe('identity.read-only')
  expect((await requestOwner(transferred.did, newOwnerWallet.did, newOwnerWallet.address)).failure).toBeUndefined()
})
