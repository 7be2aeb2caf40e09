import { beforeEach, describe, expect, test } from 'vitest'
import {
  addMethod,
  type CustodyHost,
  createCustodyHost,
  createWalletOwner,
  messageBody,
  pincode,
  type WalletOwner,
} from '../test-fixtures/custody-host.ts'
import type { FindPlace } from './place.ts'
import type { Signals } from './signals.ts'

const home = '203.0.113.7'
const sameNetwork = '203.0.113.200'
const abroad = '198.51.100.9'
const hour = 3_600_000

const places: Readonly<Record<string, Awaited<ReturnType<FindPlace>>>> = {
  [home]: { country: 'BE', latitude: 50.85, longitude: 4.35 },
  [sameNetwork]: { country: 'BE', latitude: 50.85, longitude: 4.35 },
  [abroad]: { country: 'US', latitude: 40.71, longitude: -74.01 },
}

let clock = 0
let seen: Signals | undefined
let host: CustodyHost
let owner: WalletOwner

async function start(geo?: FindPlace): Promise<void> {
  clock = 0
  const factors = [
    {
      name: 'capture',
      group: 'threat-agent',
      weight: 1,
      signals: [],
      rate: (signals: Signals) => {
        seen = signals
        return 0
      },
    },
  ] as const
  const risk = { factors, ...(geo !== undefined && { geo }) }
  host = await createCustodyHost({ now: () => Date.now() + clock, risk })
  owner = await createWalletOwner(host.call)
  await host.billfold.risk.policies.add({
    name: 'looks at the severity',
    subject: { kind: 'tenant' },
    acts: ['message', 'method-change', 'payment'],
    when: { severityAtLeast: 'CRITICAL' },
    then: { decision: 'deny' },
  })
}

async function signFrom(ip: string, pin = pincode): Promise<Signals> {
  const reply = await host.call('createSignature', {
    body: { ...messageBody(owner.walletId, `${ip} ${clock}`).body, pincode: pin },
    ip,
  })
  expect(reply.status).toBe(200)
  return seen ?? {}
}

describe('the origin of an act', () => {
  beforeEach(() => start((address) => places[address]))

  test('is neither known nor new for the first act of a user', async () => {
    expect(await signFrom(home)).toMatchObject({
      knownNetwork: undefined,
      knownCountry: undefined,
      travelKmPerHour: undefined,
    })
  })

  test('is known from the same /24, and new from another, in another country', async () => {
    await signFrom(home)
    clock += 10 * hour
    expect(await signFrom(sameNetwork)).toMatchObject({ knownNetwork: true, knownCountry: true, travelKmPerHour: 0 })
    clock += hour
    const far = await signFrom(abroad)
    expect(far).toMatchObject({ knownNetwork: false, knownCountry: false })
    expect(far.travelKmPerHour).toBeGreaterThan(5000)
    clock += 10 * hour
    expect(await signFrom(abroad)).toMatchObject({ knownNetwork: true, knownCountry: true, travelKmPerHour: 0 })
  })

  test('is unknown if geo throws, and the act is decided', async () => {
    await start(() => {
      throw new Error('no database')
    })
    await signFrom(home)
    expect(await signFrom(home)).toMatchObject({ knownNetwork: true, knownCountry: undefined })
  })

  test('is stored as keyed hashes and sealed, and exported to the user', async () => {
    await signFrom(abroad)
    const exported = await host.billfold.users.export(owner.userId)
    const text = JSON.stringify(exported)
    expect(text).toContain('"country":"US"')
    expect(text).not.toContain('198.51.100')
  })
})

describe('an act', () => {
  beforeEach(() => start())

  test('after the use of an emergency code says so for a day', async () => {
    const code = await addMethod(host.call, owner, 'EMERGENCY_CODE', 'q7x2m9k4v8t1z6b3n5c0w7r4p')
    clock += 2 * 24 * hour
    expect(await signFrom(home)).toMatchObject({ recoveryUsedLastDay: false })
    const params = { userId: owner.userId, signingMethodId: owner.pin.split(':')[0] ?? '' }
    const replaced = await host.call('replaceSigningMethod', { params, body: { value: '582258' }, method: code })
    expect(replaced.status).toBe(200)
    expect(seen).toMatchObject({ recoveryUsedLastDay: true })
    expect(await signFrom(home, '582258')).toMatchObject({ recoveryUsedLastDay: true })
    clock += 25 * hour
    expect(await signFrom(home, '582258')).toMatchObject({ recoveryUsedLastDay: false })
  })

  test.each([
    [25n, 100n, 0.25],
    [100n, 100n, 1],
    [5n, 0n, 1],
  ])('of a payment of %d out of %d takes %d of the balance', async (amount, available, share) => {
    await host.billfold.risk.policies.test({
      kind: 'payment',
      userId: owner.userId,
      money: { currency: 'USD', amount },
      findAvailable: () => Promise.resolve(available),
      counterparty: 'u2',
      content: '',
    })
    expect(seen).toMatchObject({ shareOfBalance: share, firstPaymentToCounterparty: true })
  })

  test('of a login carries what was seen of the face', async () => {
    await host.billfold.risk.policies.add({
      name: 'logins',
      subject: { kind: 'tenant' },
      acts: ['login'],
      when: { severityAtLeast: 'CRITICAL' },
      then: { decision: 'deny' },
    })
    const face = { distance: 0.9, liveness: 0.4, isVirtualCamera: true }
    await host.billfold.risk.policies.test({ kind: 'login', userId: owner.userId, face, content: '' })
    expect(seen).toMatchObject({ faceDistance: 0.9, liveness: 0.4, virtualCamera: true })
  })
})
