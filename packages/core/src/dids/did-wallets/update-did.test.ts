import type { CustodyServices } from '../../custody/services.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { didUpdateReply } from '../api/did-update-reply.ts'
import type { DidRegistry, RegistryEvent } from '../registries/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testActor, didSettings } from '../../test-fixtures/did-settings.ts'
import { SimulatedCrash, failingRegistry, type RegistryFault } from '../../test-fixtures/failing-registry.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { noSigningMethod } from '../vaults/sealing-scope.ts'
import type { TxInput } from '../vaults/wallet-config.ts'
import { type DidUpdateResult, updateDid } from './update-did.ts'
import { createDidWallet } from './create.ts'
import { deleteDidWallet } from './delete.ts'
import { listDidWallets } from './find.ts'
import type { DidWalletRow } from './seal-key.ts'

const txsInput: readonly TxInput[] = [
  { newOwner: `did:spherity:0x${'ab'.repeat(20)}` },
  { service: { name: 'A', value: 'https://a.example' } },
  { delegate: {} },
  { service: { name: 'B', value: 'https://b.example' } },
]

function wallet(services: CustodyServices, registry: DidRegistry): Promise<DidWalletRow> {
  return createDidWallet(services, didSettings(registry), testActor, { didMethod: 'spherity' }, noSigningMethod)
}

function configure(
  services: CustodyServices,
  registry: DidRegistry,
  row: DidWalletRow,
  inputs = txsInput,
): Promise<DidUpdateResult> {
  return updateDid(
    services,
    didSettings(registry),
    testActor,
    row,
    { txsInput: inputs },
    { authorize: noSigningMethod },
  )
}

async function getEvents(
  services: CustodyServices,
  registry: DidRegistry,
  row: DidWalletRow,
): Promise<readonly RegistryEvent[]> {
  return (await registry.getHistory(services, row.tenant, row.address)).events
}

const kinds = ['attribute', 'delegate', 'attribute', 'owner']

describe('a DID update that stopped half-way', () => {
  it('resumes when the request is repeated, and makes no change twice', async () => {
    const fate = fc.constantFrom<RegistryFault>('ok', 'down', 'dies', 'lost', 'slow')
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { maxLength: 12 }), async (fates) => {
        const services = testServices()
        const registry = failingRegistry([...fates])
        const row = await wallet(services, registry)
        let remaining = fates.length + 2
        while (!(await isDone(services, registry, row)) && remaining-- > 0) {
          // A crash has no result: the next process resumes from the stored state.
          await configure(services, registry, row).catch((error: unknown) => {
            if (!(error instanceof SimulatedCrash)) throw error
          })
        }
        const events = await getEvents(services, registry, row)
        expect(events.map(({ kind }) => kind)).toEqual(kinds)
        const { rows } = await listDidWallets(services, 'default', {}, { limit: 10 })
        expect(rows, 'the wallet, and one delegate').toHaveLength(2)
      }),
      { numRuns: 15 },
    )
  })

  async function isDone(services: CustodyServices, registry: DidRegistry, row: DidWalletRow): Promise<boolean> {
    return (await getEvents(services, registry, row)).length === kinds.length
  }

  it.each<RegistryFault>(['lost', 'slow'])(
    'completes on a repeat if the owner change was made but never confirmed (%s)',
    async (fate) => {
      const services = testServices()
      const registry = failingRegistry(['ok', 'ok', 'ok', fate])
      const row = await wallet(services, registry)
      await configure(services, registry, row).catch((error: unknown) => {
        if (!(error instanceof SimulatedCrash)) throw error
      })
      for (const round of ['first repeat', 'second repeat']) {
        const { steps, error: failure } = await configure(services, registry, row)
        expect([failure?.code, steps.map(({ state }) => state)], round).toEqual([
          undefined,
          ['mined', 'mined', 'mined', 'mined'],
        ])
      }
      expect((await getEvents(services, registry, row)).map(({ kind }) => kind)).toEqual(kinds)
      expect(await outcomeCode(configure(services, registry, row, [{ delegate: {} }]))).toBe('did-wallet.read-only')
    },
  )

  it('returns the steps and their states', async () => {
    const services = testServices()
    const registry = failingRegistry(['ok', 'down'])
    const row = await wallet(services, registry)
    const { steps, error } = await configure(services, registry, row)
    expect(error?.code).toBe('transaction.chain-unavailable')
    expect(steps.map(({ state }) => state)).toEqual(['mined', 'failed', 'waiting', 'waiting'])
    const again = await configure(services, registry, row)
    expect(again.error).toBeUndefined()
    expect(again.steps.map(({ state }) => state)).toEqual(['mined', 'mined', 'mined', 'mined'])
    expect(again.steps[1]?.delegateWalletId).toBe(steps[1]?.delegateWalletId)
  })

  it('is superseded by another update, but not while one of its steps may still be mined', async () => {
    let time = Date.now()
    const services = { ...testServices(), now: () => time }
    const other = [{ service: { name: 'C', value: 'https://c.example' } }]
    const registry = failingRegistry(['ok', 'down', 'ok', 'dies'])
    const row = await wallet(services, registry)
    await configure(services, registry, row)
    expect((await configure(services, registry, row, other)).error).toBeUndefined()
    expect((await getEvents(services, registry, row)).map(({ kind }) => kind)).toEqual(['attribute', 'attribute'])
    await expect(configure(services, registry, row)).rejects.toBeInstanceOf(SimulatedCrash)
    expect(await outcomeCode(configure(services, registry, row, other))).toBe('did-update.in-progress')
    time += 3 * 60 * 1000
    expect((await configure(services, registry, row, other)).error).toBeUndefined()

    const pending: DidRegistry = { ...registry, findOperationStatus: async () => ({ state: 'sent' }) }
    const sent = await configure(services, pending, row, [{ delegate: {} }])
    expect(sent.error?.code).toBe('did-update.step-pending')
    expect(await outcomeCode(configure(services, pending, row, other))).toBe('did-update.in-progress')
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
    expect((await configure(services, failing, row, inputs)).error?.code).toBe('did-update.step-failed')
    expect((await configure(services, failing, row, inputs)).error?.code).toBe('did-update.step-failed')
    expect(new Set(operationIds).size).toBe(2)
    expect((await configure(services, registry, row, inputs)).error).toBeUndefined()
  })
})

it('reports a wallet that is deleted while its DID is updated as not found', async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const row = await wallet(services, registry)
  const deleting: DidRegistry = {
    ...registry,
    prepare: async (...parts) => {
      await deleteDidWallet(services, didSettings(registry), testActor, row)
      return registry.prepare(...parts)
    },
  }
  const result = await configure(services, deleting, row)
  expect(result.error?.code).toBe('did-wallet.not-found')
  expect(didUpdateReply(row, result)).toMatchObject({
    status: 404,
    body: { statusCode: 404, errorType: 'did-wallet.not-found', steps: expect.any(Array) },
  })
})

it.each([
  ['did.history-too-long', 400],
  ['server.busy', 429],
  ['storage.conflict', 409],
  ['transaction.insufficient-funds', 502],
  ['transaction.rejected', 502],
  ['transaction.chain-unavailable', 503],
  ['did-update.step-failed', 502],
] as const)('a step that stops with %s is answered with %i', async (code, status) => {
  const services = testServices()
  const registry = failingRegistry([])
  const row = await wallet(services, registry)
  const refusing: DidRegistry = { ...registry, submit: () => Promise.reject(new BillfoldError(code)) }
  const reply = didUpdateReply(row, await configure(services, refusing, row, [{ delegate: {} }]))
  expect(reply).toMatchObject({ status, body: { statusCode: status, errorType: code } })
})

it('rejects updates of a deactivated DID', async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const row = await wallet(services, registry)
  const nobody = [{ newOwner: `did:spherity:0x${'0'.repeat(40)}` }]
  expect((await configure(services, registry, row, nobody)).error).toBeUndefined()
  expect(await outcomeCode(configure(services, registry, row, [{ delegate: {} }]))).toBe('did-wallet.read-only')
  expect(await getEvents(services, registry, row)).toHaveLength(1)
})

it('completes two concurrent updates with the same signer', async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const owner = await wallet(services, registry)
  const rows = await Promise.all([wallet(services, registry), wallet(services, registry)])
  for (const row of rows) await configure(services, registry, row, [{ newOwner: owner.did }])
  // Like two processes: without the mutex within a process.
  const withoutMutex: CustodyServices = { ...services, ownerMutex: (_key, job) => job() }
  const inputs = Array.from({ length: 4 }, (_, index) => ({ service: { name: `S${index}`, value: 'x' } }))
  const outcomes = await Promise.all(rows.map((row) => configure(withoutMutex, registry, row, inputs)))
  expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined])
  for (const row of rows) expect(await getEvents(services, registry, row)).toHaveLength(5)
})

it('makes the changes once if the same update is requested concurrently', async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const row = await wallet(services, registry)
  const withoutMutex: CustodyServices = { ...services, ownerMutex: (_key, job) => job() }
  const outcomes = await Promise.all([1, 2, 3, 4].map(() => configure(withoutMutex, registry, row)))
  expect(outcomes.map(({ error }) => error)).toEqual(outcomes.map(() => undefined))
  expect((await getEvents(services, registry, row)).map(({ kind }) => kind)).toEqual(kinds)
})

it('returns the same result if another process completes the update first', async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const row = await wallet(services, registry)
  const withoutMutex: CustodyServices = { ...services, ownerMutex: (_key, job) => job() }
  let other: DidUpdateResult | undefined
  const slow: DidRegistry = {
    ...registry,
    prepare: async (...args) => {
      const prepared = await registry.prepare(...args)
      other ??= await configure(withoutMutex, registry, row)
      return prepared
    },
  }
  const result = await configure(withoutMutex, slow, row)
  expect([other?.error, result.error]).toEqual([undefined, undefined])
  expect(result.steps).toEqual(other?.steps)
  expect((await getEvents(services, registry, row)).map(({ kind }) => kind)).toEqual(kinds)
})

it("does not sign with the new owner's key for the previous owner, who can only repeat the transfer", async () => {
  const services = testServices()
  const registry = failingRegistry([])
  const [transferred, newOwnerWallet] = await Promise.all([wallet(services, registry), wallet(services, registry)])
  const settings = didSettings(registry)
  const requestOwner = (newOwner: string, did: string, address: DidWalletRow['address']) => {
    const authorization = { authorize: noSigningMethod, controller: { did, role: 'owner', address } } as const
    return updateDid(services, settings, testActor, transferred, { txsInput: [{ newOwner }] }, authorization)
  }
  for (const round of ['transfer', 'repeat'])
    expect((await requestOwner(newOwnerWallet.did, transferred.did, transferred.address)).error, round).toBeUndefined()
  expect(await outcomeCode(requestOwner(transferred.did, transferred.did, transferred.address))).toBe(
    'did-wallet.read-only',
  )
  expect((await requestOwner(transferred.did, newOwnerWallet.did, newOwnerWallet.address)).error).toBeUndefined()
})
