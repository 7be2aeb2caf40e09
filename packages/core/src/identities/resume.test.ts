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

async function eventsOf(
  services: Services,
  registry: DidRegistry,
  row: IdentityRow,
): Promise<readonly RegistryEvent[]> {
  return (await registry.history(services, row.tenant, row.address)).events
}

const kinds = ['attribute', 'delegate', 'attribute', 'owner']

describe('a configuration that stopped half-way', () => {
  it('goes on where it stopped when the same is asked for again, and makes no change twice', async () => {
    const fate = fc.constantFrom<Fate>('ok', 'down', 'dies', 'lost', 'slow')
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { maxLength: 12 }), async (fates) => {
        const services = testServices()
        const registry = failingRegistry([...fates])
        const row = await wallet(services, registry)
        let left = fates.length + 2
        while (!(await isDone(services, registry, row)) && left-- > 0) {
          // What ends a process is no outcome: the next one starts from what was kept.
          await configure(services, registry, row).catch((error: unknown) => {
            if (!(error instanceof Died)) throw error
          })
        }
        const events = await eventsOf(services, registry, row)
        expect(events.map(({ kind }) => kind)).toEqual(kinds)
        const { rows } = await listIdentities(services, 'default', {}, { limit: 10 })
        expect(rows, 'the wallet, and one delegate').toHaveLength(2)
      }),
      { numRuns: 15 },
    )
  })

  async function isDone(services: Services, registry: DidRegistry, row: IdentityRow): Promise<boolean> {
    return (await eventsOf(services, registry, row)).length === kinds.length
  }

  it.each<Fate>(['lost', 'slow'])(
    'is finished by a repeat when the change of the owner is made and nobody heard (%s)',
    async (fate) => {
      const services = testServices()
      const registry = failingRegistry(['ok', 'ok', 'ok', fate])
      const row = await wallet(services, registry)
      await configure(services, registry, row).catch((error: unknown) => {
        if (!(error instanceof Died)) throw error
      })
      for (const round of ['a repeat', 'another']) {
        const { steps, failure } = await configure(services, registry, row)
        expect([failure?.code, steps.map(({ state }) => state)], round).toEqual([
          undefined,
          ['mined', 'mined', 'mined', 'mined'],
        ])
      }
      expect((await eventsOf(services, registry, row)).map(({ kind }) => kind)).toEqual(kinds)
      expect(await codeOf(configure(services, registry, row, [{ delegate: {} }]))).toBe('identity.read-only')
    },
  )

  it('tells the steps and their states', async () => {
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

  it('gives way to another one, but not while a step of it may still be made', async () => {
    let time = Date.now()
    const services = { ...testServices(), now: () => time }
    const other = [{ service: { name: 'C', value: 'https://c.example' } }]
    const registry = failingRegistry(['ok', 'down', 'ok', 'dies'])
    const row = await wallet(services, registry)
    await configure(services, registry, row)
    expect((await configure(services, registry, row, other)).failure).toBeUndefined()
    expect((await eventsOf(services, registry, row)).map(({ kind }) => kind)).toEqual(['attribute', 'attribute'])
    await expect(configure(services, registry, row)).rejects.toBeInstanceOf(Died)
    expect(await codeOf(configure(services, registry, row, other))).toBe('identity.configuring')
    time += 3 * 60 * 1000
    expect((await configure(services, registry, row, other)).failure).toBeUndefined()

    const pending: DidRegistry = { ...registry, stepState: async () => ({ state: 'sent' }) }
    const sent = await configure(services, pending, row, [{ delegate: {} }])
    expect(sent.failure?.code).toBe('identity.step-pending')
    expect(await codeOf(configure(services, pending, row, other))).toBe('identity.configuring')
  })

  it('makes the change of a step that failed for good under another attempt', async () => {
    const services = testServices()
    const registry = failingRegistry([])
    const seen: string[] = []
    const failing: DidRegistry = {
      ...registry,
      submit: async (_services, _actor, stepId) => {
        seen.push(stepId)
        return { state: 'failed' }
      },
    }
    const row = await wallet(services, registry)
    const inputs = [{ delegate: {} }]
    expect((await configure(services, failing, row, inputs)).failure?.code).toBe('identity.step-failed')
    expect((await configure(services, failing, row, inputs)).failure?.code).toBe('identity.step-failed')
    expect(new Set(seen).size).toBe(2)
    expect((await configure(services, registry, row, inputs)).failure).toBeUndefined()
  })
})

it('a DID that was given to nobody is changed no more: its document stays empty, whatever is paid for', async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const row = await wallet(services, registry)
  const nobody = [{ newOwner: `did:spherity:0x${'0'.repeat(40)}` }]
  expect((await configure(services, registry, row, nobody)).failure).toBeUndefined()
  expect(await codeOf(configure(services, registry, row, [{ delegate: {} }]))).toBe('identity.read-only')
  expect(await eventsOf(services, registry, row)).toHaveLength(1)
})

it('two configurations of one signer at once do not fail each other', async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const owner = await wallet(services, registry)
  const rows = await Promise.all([wallet(services, registry), wallet(services, registry)])
  for (const row of rows) await configure(services, registry, row, [{ newOwner: owner.did }])
  // As two processes would: without the turns that one process takes.
  const free: Services = { ...services, ownerTurns: (_key, job) => job() }
  const inputs = Array.from({ length: 4 }, (_, index) => ({ service: { name: `S${index}`, value: 'x' } }))
  const outcomes = await Promise.all(rows.map((row) => configure(free, registry, row, inputs)))
  expect(outcomes.map(({ failure }) => failure)).toEqual([undefined, undefined])
  for (const row of rows) expect(await eventsOf(services, registry, row)).toHaveLength(5)
})

it('the same configuration asked for at once, in two processes, is made once', async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const row = await wallet(services, registry)
  const free: Services = { ...services, ownerTurns: (_key, job) => job() }
  const outcomes = await Promise.all([1, 2, 3, 4].map(() => configure(free, registry, row)))
  expect(outcomes.map(({ failure }) => failure)).toEqual(outcomes.map(() => undefined))
  expect((await eventsOf(services, registry, row)).map(({ kind }) => kind)).toEqual(kinds)
})

it('a process that is overtaken by another one, which makes all of it, gives the same answer', async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const row = await wallet(services, registry)
  const free: Services = { ...services, ownerTurns: (_key, job) => job() }
  let other: ConfigurationOutcome | undefined
  const slow: DidRegistry = {
    ...registry,
    prepare: async (...asked) => {
      const prepared = await registry.prepare(...asked)
      other ??= await configure(free, registry, row)
      return prepared
    },
  }
  const overtaken = await configure(free, slow, row)
  expect([other?.failure, overtaken.failure]).toEqual([undefined, undefined])
  expect(overtaken.steps).toEqual(other?.steps)
  expect((await eventsOf(services, registry, row)).map(({ kind }) => kind)).toEqual(kinds)
})

it("who has given a DID away has nothing signed by the new owner's key, and is told of the gift again", async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const [given, taker] = await Promise.all([wallet(services, registry), wallet(services, registry)])
  const settings = didSettings(registry)
  const ask = (newOwner: string, did: string, address: IdentityRow['address']) => {
    const asker = { authorise: unauthorised, authority: { did, role: 'owner', address } } as const
    return configureIdentity(services, settings, actor, given, { txsInput: [{ newOwner }] }, asker)
  }
  for (const round of ['the gift', 'a repeat'])
    expect((await ask(taker.did, given.did, given.address)).failure, round).toBeUndefined()
  expect(await codeOf(ask(given.did, given.did, given.address))).toBe('identity.read-only')
  expect((await ask(given.did, taker.did, taker.address)).failure).toBeUndefined()
})
