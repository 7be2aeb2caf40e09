import assert from 'node:assert/strict'
import { isBillfoldError, secp256k1 } from '@billfold/core'
import type {
  DidRegistry,
  PreparedChange,
  RegistryChange,
  RegistryEvent,
  RegistryServices,
  StepState,
} from '@billfold/core/dids'
import { type Owner, newOwner } from './owner.ts'

/** A registry that is open for testing, as two processes have it. */
export interface OpenRegistry {
  readonly processes: readonly [RegistryProcess, RegistryProcess]
  readonly close: () => Promise<void>
}

/** A registry as one process has it. */
export interface RegistryProcess {
  readonly registry: DidRegistry
  readonly services: RegistryServices
}

/** One sentence of the contract of a registry, and what shows that it is true: `run` rejects when it is not. */
export interface DidRegistryCase {
  readonly name: string
  readonly run: (open: OpenRegistry) => Promise<void>
}

const tenant = 'default'
const actor = { tenant, id: 'suite' }
const service: RegistryChange = {
  kind: 'attribute',
  name: 'did/svc/Agent',
  value: Uint8Array.from(Buffer.from('https://agent.example/ü')),
  validity: 3600,
}

/** The contract of {@link DidRegistry}, sentence by sentence; all cases can share one registry. */
export const didRegistryCases: readonly DidRegistryCase[] = [
  {
    name: 'takes an identity for its own owner, without a history, until there is a change',
    run: async ({ processes: [one] }) => {
      const { address } = newOwner()
      assert.equal(await one.registry.identityOwner(one.services, tenant, address), address)
      assert.deepEqual(await eventsOf(one, address), [])
    },
  },
  {
    name: 'tells all processes of changes in the order in which they were made, with the time until which they hold',
    run: async ({ processes: [one, other] }) => {
      const [owner, delegate] = [newOwner(), newOwner().address]
      const about = { name: 'did/svc/Agent', value: new Uint8Array([0xff, 0]) }
      const of = { delegateType: 'veriKey', delegate }
      const begun = await make(one, owner, { kind: 'attribute', ...about, validity: 60 })
      await make(other, owner, { kind: 'delegate', ...of, validity: 120 })
      await make(one, owner, { kind: 'revoke-attribute', ...about })
      await make(other, owner, { kind: 'revoke-delegate', ...of })
      await make(one, owner, { kind: 'owner', newOwner: delegate })
      const events = await eventsOf(other, owner.address)
      const { timeOf } = await other.registry.history(other.services, tenant, owner.address)
      const times = await Promise.all(events.map(({ version }) => timeOf(version)))
      const at = (index: number): bigint => BigInt(times[index] ?? assert.fail('an event is missing'))
      assert.equal(begun.version, events[0]?.version)
      assert.deepEqual(events.map(withoutVersion), [
        { kind: 'attribute', ...about, validTo: at(0) + 60n },
        { kind: 'delegate', ...of, validTo: at(1) + 120n },
        { kind: 'attribute', ...about, validTo: 0n },
        { kind: 'delegate', ...of, validTo: at(3) },
        { kind: 'owner', owner: delegate },
      ])
      assert.equal(await other.registry.identityOwner(other.services, tenant, owner.address), delegate)
    },
  },
  {
    name: 'obeys the owner alone: a signature of somebody else, or for something else, is refused',
    run: async ({ processes: [one] }) => {
      const [owner, thief] = [newOwner(), newOwner()]
      const prepared = await prepare(one, owner.address, service)
      const mine = secp256k1.sign(prepared.digest, owner.privateKey)
      const wrong = [
        submit(one, prepared, secp256k1.sign(prepared.digest, thief.privateKey)),
        submit(one, { ...prepared, change: { kind: 'owner', newOwner: thief.address } }, mine),
        submit(one, { ...prepared, identity: thief.address }, mine),
        submit(one, { ...prepared, signer: thief.address }, mine),
        submit(one, { ...prepared, nonce: prepared.nonce + 1n }, mine),
        submit(one, prepared, { ...mine, recovery: mine.recovery + 2 }),
      ]
      assert.deepEqual(
        await Promise.all(wrong.map(codeOf)),
        wrong.map(() => 'crypto.invalid-signature'),
      )
      const asThief = { ...prepared, signer: thief.address }
      const theirs = secp256k1.sign(prepared.digest, thief.privateKey)
      assert.equal(await codeOf(submit(one, asThief, theirs)), 'did.change-stale')
      assert.deepEqual(await eventsOf(one, owner.address), [])
    },
  },
  {
    name: 'obeys a new owner, and the old one no more; zeros give the identity back to itself',
    run: async ({ processes: [one] }) => {
      const [owner, next] = [newOwner(), newOwner()]
      const early = await prepare(one, owner.address, service)
      await make(one, owner, { kind: 'owner', newOwner: next.address })
      const late = submit(one, early, secp256k1.sign(early.digest, owner.privateKey))
      assert.equal(await codeOf(late), 'did.change-stale')
      await make(one, next, service, owner.address)
      await make(one, next, { kind: 'owner', newOwner: `0x${'0'.repeat(40)}` }, owner.address)
      assert.equal(await one.registry.identityOwner(one.services, tenant, owner.address), owner.address)
      assert.equal((await eventsOf(one, owner.address)).length, 3)
    },
  },
  {
    name: 'takes each signature once',
    run: async ({ processes: [one, other] }) => {
      const owner = newOwner()
      const prepared = await prepare(one, owner.address, service)
      const signature = secp256k1.sign(prepared.digest, owner.privateKey)
      assert.equal((await submit(one, prepared, signature)).state, 'mined')
      assert.equal(await codeOf(submit(other, prepared, signature)), 'did.change-stale')
      assert.equal((await eventsOf(one, owner.address)).length, 1)
    },
  },
  {
    name: 'makes a step once, however often and wherever it is handed in, and always gives the same answer',
    run: async ({ processes }) => {
      const owner = newOwner()
      const step = crypto.randomUUID()
      const states = await Promise.all(
        Array.from({ length: 10 }, (_, index) => make(either(processes, index), owner, service, owner.address, step)),
      )
      const [first] = states
      assert.equal(first?.state, 'mined')
      assert.deepEqual(
        states,
        states.map(() => first),
      )
      assert.equal((await eventsOf(processes[0], owner.address)).length, 1)
      assert.deepEqual(await processes[1].registry.stepState(processes[1].services, tenant, step), first)
    },
  },
  {
    name: 'makes one of the steps that race with the same nonce, and leaves nothing of the others',
    run: async ({ processes }) => {
      const owner = newOwner()
      const race = Array.from({ length: 8 }, async (_, index) => {
        const racer = either(processes, index)
        return make(racer, owner, { ...service, name: `did/svc/S${index}` })
      })
      const outcomes = await Promise.all(race.map(async (step) => (await codeOf(step)) ?? (await step).state))
      const made = (await eventsOf(processes[0], owner.address)).length
      assert.ok(made >= 1)
      assert.equal(outcomes.filter((outcome) => outcome === 'mined').length, made)
      for (const outcome of outcomes) assert.ok(['mined', 'failed', 'did.change-stale'].includes(outcome), outcome)
    },
  },
  {
    name: 'knows nothing of a step that nobody has handed in, nor of those of another tenant',
    run: async ({ processes: [one] }) => {
      const step = crypto.randomUUID()
      assert.equal(await one.registry.stepState(one.services, tenant, step), undefined)
      await make(one, newOwner(), service, undefined, step)
      assert.equal(await one.registry.stepState(one.services, 'another', step), undefined)
    },
  },
  {
    name: 'refuses what it could not keep as it is meant',
    run: async ({ processes: [one] }) => {
      const { address } = newOwner()
      const changes: readonly RegistryChange[] = [
        { ...service, kind: 'attribute', name: '' },
        { ...service, kind: 'attribute', name: 'n'.repeat(33) },
        { ...service, kind: 'attribute', name: 'nul\u0000' },
        { ...service, kind: 'attribute', name: '\ud800' },
        { ...service, kind: 'attribute', validity: -1 },
        { ...service, kind: 'attribute', validity: 0.5 },
        { ...service, kind: 'attribute', validity: Number.MAX_SAFE_INTEGER },
        { ...service, kind: 'attribute', value: new Uint8Array(100_000) },
        { kind: 'delegate', delegateType: 'veriKey', delegate: 'nobody', validity: 1 },
        { kind: 'owner', newOwner: '0x00' },
      ]
      const codes = await Promise.all(changes.map((change) => codeOf(prepare(one, address, change))))
      assert.deepEqual(
        codes,
        changes.map(() => 'input.invalid'),
      )
      assert.equal(await codeOf(make(one, newOwner(), service, undefined, '')), 'input.invalid')
    },
  },
  {
    name: 'hands nothing in through a host that was not allowed',
    run: async ({ processes: [one] }) => {
      const owner = newOwner()
      const prepared = await prepare(one, owner.address, service)
      const signature = secp256k1.sign(prepared.digest, owner.privateKey)
      for (const apiUrl of ['https://elsewhere.example', 'http://127.0.0.1:1/', 'file:///etc/passwd', 'nonsense', '']) {
        assert.throws(
          () => one.registry.checkApiUrl(apiUrl),
          (error) => isBillfoldError(error, 'did.api-url-not-allowed'),
        )
        assert.equal(await codeOf(submit(one, prepared, signature, { apiUrl })), 'did.api-url-not-allowed')
      }
      assert.deepEqual(await eventsOf(one, owner.address), [])
    },
  },
]

function either(processes: OpenRegistry['processes'], index: number): RegistryProcess {
  return index % 2 === 0 ? processes[0] : processes[1]
}

function prepare(
  { registry, services }: RegistryProcess,
  identity: string,
  change: RegistryChange,
): Promise<PreparedChange> {
  return registry.prepare(services, tenant, identity, change)
}

async function submit(
  { registry, services }: RegistryProcess,
  prepared: PreparedChange,
  signature: ReturnType<typeof secp256k1.sign>,
  options: { readonly apiUrl?: string; readonly stepId?: string } = {},
): Promise<StepState> {
  const { stepId = crypto.randomUUID(), ...rest } = options
  return registry.submit(services, actor, stepId, prepared, signature, rest)
}

async function make(
  one: RegistryProcess,
  owner: Owner,
  change: RegistryChange,
  identity: string = owner.address,
  stepId: string = crypto.randomUUID(),
): Promise<StepState> {
  const prepared = await prepare(one, identity, change)
  return submit(one, prepared, secp256k1.sign(prepared.digest, owner.privateKey), { stepId })
}

async function eventsOf({ registry, services }: RegistryProcess, identity: string): Promise<readonly RegistryEvent[]> {
  return (await registry.history(services, tenant, identity)).events
}

function withoutVersion({ version: _version, ...event }: RegistryEvent): object {
  return event
}

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    if (isBillfoldError(error)) return error.code
    throw error
  }
}
