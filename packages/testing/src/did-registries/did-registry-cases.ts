import assert from 'node:assert/strict'
import { isBillfoldError } from '@billfold/core'
import { secp256k1 } from '@billfold/core/crypto'
import type {
  DidRegistry,
  PreparedChange,
  RegistryChange,
  RegistryEvent,
  RegistryServices,
  OperationStatus,
} from '@billfold/core/dids'
import { type DidOwner, createDidOwner } from '../did-owner.ts'

/** A DID registry under test: two instances over one registry, as in two processes. */
export interface DidRegistryUnderTest {
  readonly instances: readonly [DidRegistryInstance, DidRegistryInstance]
  /** Releases the registry after the suite. */
  readonly close: () => Promise<void>
}

/** The registry and its services in one process. */
export interface DidRegistryInstance {
  readonly registry: DidRegistry
  readonly services: RegistryServices
}

/** One requirement of the DID registry contract. `run` rejects if the registry violates it. */
export interface DidRegistryCase {
  readonly name: string
  readonly run: (subject: DidRegistryUnderTest) => Promise<void>
}

const tenant = 'default'
const actor = { tenant, id: 'suite' }
const service: RegistryChange = {
  kind: 'attribute',
  name: 'did/svc/Agent',
  value: Uint8Array.from(Buffer.from('https://agent.example/ü')),
  validity: 3600,
}

/** The contract of {@link DidRegistry}, one case per requirement. All cases can share one registry. */
export const didRegistryCases: readonly DidRegistryCase[] = [
  {
    name: 'reports an identity without changes as its own owner, with an empty history',
    run: async ({ instances: [one] }) => {
      const { address } = createDidOwner()
      assert.equal(await one.registry.identityOwner(one.services, tenant, address), address)
      assert.deepEqual(await listEvents(one, address), [])
    },
  },
  {
    name: 'returns changes to all processes in order, with their expiry times',
    run: async ({ instances: [one, other] }) => {
      const [owner, delegate] = [createDidOwner(), createDidOwner().address]
      const about = { name: 'did/svc/Agent', value: new Uint8Array([0xff, 0]) }
      const of = { delegateType: 'veriKey', delegate }
      const first = await applyChange(one, owner, { kind: 'attribute', ...about, validity: 60 })
      await applyChange(other, owner, { kind: 'delegate', ...of, validity: 120 })
      await applyChange(one, owner, { kind: 'revoke-attribute', ...about })
      await applyChange(other, owner, { kind: 'revoke-delegate', ...of })
      await applyChange(one, owner, { kind: 'owner', newOwner: delegate })
      const events = await listEvents(other, owner.address)
      const { getTimestamp } = await other.registry.getHistory(other.services, tenant, owner.address)
      const times = await Promise.all(events.map(({ version }) => getTimestamp(version)))
      const at = (index: number): bigint => BigInt(times[index] ?? assert.fail('an event is missing'))
      assert.equal(first.version, events[0]?.version)
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
    name: 'rejects a change that is not signed by the owner, or whose signature is for another change',
    run: async ({ instances: [one] }) => {
      const [owner, thief] = [createDidOwner(), createDidOwner()]
      const prepared = await prepare(one, owner.address, service)
      const ownerSignature = secp256k1.sign(prepared.digest, owner.privateKey)
      const wrong = [
        submit(one, prepared, secp256k1.sign(prepared.digest, thief.privateKey)),
        submit(one, { ...prepared, change: { kind: 'owner', newOwner: thief.address } }, ownerSignature),
        submit(one, { ...prepared, identity: thief.address }, ownerSignature),
        submit(one, { ...prepared, signer: thief.address }, ownerSignature),
        submit(one, { ...prepared, nonce: prepared.nonce + 1n }, ownerSignature),
        submit(one, prepared, { ...ownerSignature, recovery: ownerSignature.recovery + 2 }),
      ]
      assert.deepEqual(
        await Promise.all(wrong.map(catchErrorCode)),
        wrong.map(() => 'crypto.invalid-signature'),
      )
      const asThief = { ...prepared, signer: thief.address }
      const thiefSignature = secp256k1.sign(prepared.digest, thief.privateKey)
      assert.equal(await catchErrorCode(submit(one, asThief, thiefSignature)), 'did.update-conflict')
      assert.deepEqual(await listEvents(one, owner.address), [])
    },
  },
  {
    name: 'accepts changes by a new owner only, and returns ownership to the identity for the zero address',
    run: async ({ instances: [one] }) => {
      const [owner, next] = [createDidOwner(), createDidOwner()]
      const early = await prepare(one, owner.address, service)
      await applyChange(one, owner, { kind: 'owner', newOwner: next.address })
      const late = submit(one, early, secp256k1.sign(early.digest, owner.privateKey))
      assert.equal(await catchErrorCode(late), 'did.update-conflict')
      await applyChange(one, next, service, owner.address)
      await applyChange(one, next, { kind: 'owner', newOwner: `0x${'0'.repeat(40)}` }, owner.address)
      assert.equal(await one.registry.identityOwner(one.services, tenant, owner.address), owner.address)
      assert.equal((await listEvents(one, owner.address)).length, 3)
    },
  },
  {
    name: 'accepts each signature once',
    run: async ({ instances: [one, other] }) => {
      const owner = createDidOwner()
      const prepared = await prepare(one, owner.address, service)
      const signature = secp256k1.sign(prepared.digest, owner.privateKey)
      assert.equal((await submit(one, prepared, signature)).state, 'mined')
      assert.equal(await catchErrorCode(submit(other, prepared, signature)), 'did.update-conflict')
      assert.equal((await listEvents(one, owner.address)).length, 1)
    },
  },
  {
    name: 'applies a step once and returns the same state, however often and in whichever process it is submitted',
    run: async ({ instances }) => {
      const owner = createDidOwner()
      const step = crypto.randomUUID()
      const states = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          applyChange(instanceAt(instances, index), owner, service, owner.address, step),
        ),
      )
      const [first] = states
      assert.equal(first?.state, 'mined')
      assert.deepEqual(
        states,
        states.map(() => first),
      )
      assert.equal((await listEvents(instances[0], owner.address)).length, 1)
      assert.deepEqual(await instances[1].registry.findOperationStatus(instances[1].services, tenant, step), first)
    },
  },
  {
    name: 'applies one of concurrent steps with the same nonce, without effects of the others',
    run: async ({ instances }) => {
      const owner = createDidOwner()
      const race = Array.from({ length: 8 }, async (_, index) => {
        const racer = instanceAt(instances, index)
        return applyChange(racer, owner, { ...service, name: `did/svc/S${index}` })
      })
      const outcomes = await Promise.all(race.map(async (step) => (await catchErrorCode(step)) ?? (await step).state))
      const applied = (await listEvents(instances[0], owner.address)).length
      assert.ok(applied >= 1)
      assert.equal(outcomes.filter((outcome) => outcome === 'mined').length, applied)
      for (const outcome of outcomes) assert.ok(['mined', 'failed', 'did.update-conflict'].includes(outcome), outcome)
    },
  },
  {
    name: 'returns undefined for the state of an unknown step and for steps of another tenant',
    run: async ({ instances: [one] }) => {
      const step = crypto.randomUUID()
      assert.equal(await one.registry.findOperationStatus(one.services, tenant, step), undefined)
      await applyChange(one, createDidOwner(), service, undefined, step)
      assert.equal(await one.registry.findOperationStatus(one.services, 'another', step), undefined)
    },
  },
  {
    name: 'rejects changes that it cannot store without loss',
    run: async ({ instances: [one] }) => {
      const { address } = createDidOwner()
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
      const codes = await Promise.all(changes.map((change) => catchErrorCode(prepare(one, address, change))))
      assert.deepEqual(
        codes,
        changes.map(() => 'input.invalid'),
      )
      assert.equal(await catchErrorCode(applyChange(one, createDidOwner(), service, undefined, '')), 'input.invalid')
    },
  },
  {
    name: 'rejects an API URL that is not allowed',
    run: async ({ instances: [one] }) => {
      const owner = createDidOwner()
      const prepared = await prepare(one, owner.address, service)
      const signature = secp256k1.sign(prepared.digest, owner.privateKey)
      for (const apiUrl of ['https://elsewhere.example', 'http://127.0.0.1:1/', 'file:///etc/passwd', 'nonsense', '']) {
        assert.throws(
          () => one.registry.assertApiUrlAllowed(apiUrl),
          (error) => isBillfoldError(error, 'did.api-url-not-allowed'),
        )
        assert.equal(await catchErrorCode(submit(one, prepared, signature, { apiUrl })), 'did.api-url-not-allowed')
      }
      assert.deepEqual(await listEvents(one, owner.address), [])
    },
  },
]

function instanceAt(processes: DidRegistryUnderTest['instances'], index: number): DidRegistryInstance {
  return index % 2 === 0 ? processes[0] : processes[1]
}

function prepare(
  { registry, services }: DidRegistryInstance,
  identity: string,
  change: RegistryChange,
): Promise<PreparedChange> {
  return registry.prepare(services, tenant, identity, change)
}

async function submit(
  { registry, services }: DidRegistryInstance,
  prepared: PreparedChange,
  signature: ReturnType<typeof secp256k1.sign>,
  options: { readonly apiUrl?: string; readonly stepId?: string } = {},
): Promise<OperationStatus> {
  const { stepId = crypto.randomUUID(), ...rest } = options
  return registry.submit(services, actor, stepId, prepared, signature, rest)
}

async function applyChange(
  one: DidRegistryInstance,
  owner: DidOwner,
  change: RegistryChange,
  identity: string = owner.address,
  stepId: string = crypto.randomUUID(),
): Promise<OperationStatus> {
  const prepared = await prepare(one, identity, change)
  return submit(one, prepared, secp256k1.sign(prepared.digest, owner.privateKey), { stepId })
}

async function listEvents(
  { registry, services }: DidRegistryInstance,
  identity: string,
): Promise<readonly RegistryEvent[]> {
  return (await registry.getHistory(services, tenant, identity)).events
}

function withoutVersion({ version: _version, ...event }: RegistryEvent): object {
  return event
}

async function catchErrorCode(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    if (isBillfoldError(error)) return error.code
    throw error
  }
}
