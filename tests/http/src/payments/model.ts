import fc from 'fast-check'
import { expect } from 'vitest'
import {
  callEndpoint,
  confirmPayment,
  createPayment,
  creditUser,
  getBalance,
  type PaymentsReply,
  type PaymentsUser,
  registerUser,
} from './payments-client.ts'
import type { ClockedHost } from './two-hosts.ts'

const hour = 60 * 60 * 1000

/** A step of the model. Numbers are taken modulo the number of items. */
type Step =
  | { readonly do: 'credit'; readonly user: number; readonly cents: number; readonly reference: number }
  | {
      readonly do: 'pay'
      readonly user: number
      readonly to: number
      readonly cents: number
      readonly reference: number
    }
  | { readonly do: 'confirm'; readonly which: number; readonly leg: 'A' | 'B' }
  | {
      readonly do: 'create'
      readonly user: number
      readonly cents: number
      readonly reference: number
      readonly type: 'DEPOSIT' | 'WITHDRAWAL'
    }
  | { readonly do: 'end'; readonly which: number; readonly outcome: 'SUCCESS' | 'FAILED' | 'CANCELLED' }
  | { readonly do: 'wait'; readonly hours: number }
  | { readonly do: 'maintain' }

const small = fc.nat(20)
const cents = fc.integer({ min: 1, max: 400 })

/** Random steps; each may be repeated, like a retry after a lost reply. */
export const modelSteps: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.record({ do: fc.constant('credit' as const), user: small, cents, reference: small }),
        fc.record({ do: fc.constant('pay' as const), user: small, to: small, cents, reference: small }),
        fc.record({ do: fc.constant('pay' as const), user: small, to: small, cents, reference: small }),
        fc.record({
          do: fc.constant('confirm' as const),
          which: small,
          leg: fc.constantFrom('A' as const, 'B' as const),
        }),
        fc.record({
          do: fc.constant('confirm' as const),
          which: small,
          leg: fc.constantFrom('A' as const, 'B' as const),
        }),
        fc.record({
          do: fc.constant('create' as const),
          user: small,
          cents,
          reference: small,
          type: fc.constantFrom('DEPOSIT' as const, 'WITHDRAWAL' as const),
        }),
        fc.record({
          do: fc.constant('end' as const),
          which: small,
          outcome: fc.constantFrom('SUCCESS' as const, 'FAILED' as const, 'CANCELLED' as const),
        }),
        fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 14 }) }),
        fc.record({ do: fc.constant('maintain' as const) }),
      ),
      fc.boolean(),
    ),
    { minLength: 10, maxLength: 40 },
  )
  .map((list) => list.flatMap(([step, twice]) => (twice && step.do !== 'wait' ? [step, step] : [step])))

interface User {
  readonly person: PaymentsUser
  available: number
  held: number
  pending: number
}

interface Payment {
  readonly session: string
  readonly from: User
  readonly to: User
  readonly cents: number
  readonly expiresAt: number
  readonly confirmed: Set<'A' | 'B'>
  state: 'pending' | 'completed' | 'expired'
}

interface Transaction {
  readonly user: User
  readonly reference: string
  readonly cents: number
  readonly type: 'DEPOSIT' | 'WITHDRAWAL'
  state: string
}

/** The content of a request by its caller and reference, and the payment it created. */
interface Used {
  readonly content: string
  readonly session?: string
}

interface World {
  readonly hosts: readonly ClockedHost[]
  readonly users: readonly User[]
  readonly payments: Payment[]
  readonly transactions: Transaction[]
  readonly used: Map<string, Used>
  readonly known: Set<string>
  /** Cents deposited minus cents withdrawn. */
  outside: number
  turn: number
}

const formatCents = (of: number): string => (of / 100).toFixed(2)
const pick = <T>(list: readonly T[], number: number): T | undefined => list[number % Math.max(1, list.length)]

/** Runs the steps at hosts that share a storage, and compares each reply and the final balances with the model. */
export async function checkAgainstModel(hosts: readonly ClockedHost[], list: readonly Step[]): Promise<void> {
  const [first] = hosts
  if (first === undefined) throw new Error('there are no hosts')
  const people = await Promise.all(Array.from({ length: 4 }, () => registerUser(first)))
  const users = people.map((person): User => ({ person, available: 25, held: 0, pending: 0 }))
  const world: World = {
    hosts,
    users,
    payments: [],
    transactions: [],
    used: new Map(),
    known: new Set(),
    outside: 100,
    turn: 0,
  }
  for (const step of list) await take(world, step)
  for (const { person, available, held } of users) {
    expireFor(world, (payment) => payment.from.person === person || payment.to.person === person)
    // Releases to other users are checked in their turn.
    expect(available).toBeGreaterThanOrEqual(0)
    expect(held).toBeGreaterThanOrEqual(0)
  }
  await first.billfold.payments.expirePayments()
  expireFor(world, () => true)
  for (const user of users)
    expect(await getBalance(first, user.person)).toEqual({
      balance: formatCents(user.available),
      held: formatCents(user.held),
    })
  expect(users.reduce((sum, { available, held }) => sum + available + held, 0)).toBe(world.outside)
  const held = users.reduce((sum, user) => sum + user.held, 0)
  const pending = world.payments
    .filter(({ state }) => state === 'pending')
    .reduce((sum, payment) => sum + payment.cents, 0)
  const going = world.transactions
    .filter(({ state, type }) => state === 'PENDING' && type === 'WITHDRAWAL')
    .reduce((sum, transaction) => sum + transaction.cents, 0)
  expect(held).toBe(pending + going)
}

function now({ hosts }: World): number {
  return hosts[0]?.clock.now ?? 0
}

/** Alternates between the hosts. */
function pickHost(world: World): ClockedHost {
  const host = world.hosts[world.turn++ % world.hosts.length]
  if (host === undefined) throw new Error('there are no hosts')
  return host
}

async function take(world: World, step: Step): Promise<void> {
  const host = pickHost(world)
  if (step.do === 'wait') {
    for (const { clock } of world.hosts) clock.now += step.hours * hour
  } else if (step.do === 'maintain') {
    await host.billfold.payments.expirePayments()
    expireFor(world, () => true)
  } else if (step.do === 'confirm') await takeConfirm(world, host, step)
  else if (step.do === 'end') await takeEnd(world, host, step)
  else {
    const user = pick(world.users, step.user)
    if (user === undefined) throw new Error('there are no users')
    if (step.do === 'credit') await takeCredit(world, host, user, step)
    else if (step.do === 'pay') await takePay(world, host, user, step)
    else await takeCreate(world, host, user, step)
  }
}

function expireFor(world: World, which: (payment: Payment) => boolean): void {
  for (const payment of world.payments.filter(({ state, expiresAt }) => state === 'pending' && expiresAt <= now(world)))
    if (which(payment)) expire(payment)
}

function expire(payment: Payment): void {
  payment.state = 'expired'
  payment.from.held -= payment.cents
  payment.from.available += payment.cents
  payment.from.pending--
}

/** References combine a user and a number; one number is common to all users. */
function toReference(user: User, number: number): string {
  return `${number === 20 ? 'anybody' : user.person.email}-${number}`
}

async function takeCredit(
  world: World,
  host: ClockedHost,
  user: User,
  step: Extract<Step, { do: 'credit' }>,
): Promise<void> {
  const reference = `${toReference(user, step.reference)}-${world.users[0]?.person.email}`
  const content = `credit ${user.person.email} ${step.cents}`
  const reply = await creditUser(host, host.serviceAuthorization, user.person, formatCents(step.cents), reference)
  const claim = `gateway ${reference}`
  const before = world.used.get(claim)
  expectCode(reply, before === undefined || before.content === content ? '0' : '1')
  if (before !== undefined) return
  world.used.set(claim, { content })
  user.available += step.cents
  world.outside += step.cents
}

async function takePay(world: World, host: ClockedHost, from: User, step: Extract<Step, { do: 'pay' }>): Promise<void> {
  const to = pick(world.users, step.to) ?? from
  const reference = `${toReference(from, step.reference)}-${world.users[0]?.person.email}`
  const content = `pay ${from.person.email} ${to.person.email} ${step.cents}`
  const reply = await createPayment(host, from.person, to.person, formatCents(step.cents), {
    transaction_reference: reference,
  })
  expireFor(world, (payment) => payment.from === from || payment.to === from)
  const claim = `${from.person.email} ${reference}`
  const before = world.used.get(claim)
  if (before !== undefined) {
    if (before.content !== content) return expectStatus(reply, 422)
    expect(reply.data.sessionid).toBe(before.session)
    return
  }
  if (from === to) return expectStatus(reply, 400)
  if (from.pending > 0) return expectStatus(reply, 409)
  expectCode(reply, from.available >= step.cents ? '0' : '1')
  if (from.available < step.cents) return
  const session: string = reply.data.sessionid
  world.used.set(claim, { content, session })
  const expiresAt = now(world) + 24 * hour
  world.payments.push({ session, from, to, cents: step.cents, expiresAt, confirmed: new Set(), state: 'pending' })
  from.available -= step.cents
  from.held += step.cents
  from.pending++
}

async function takeConfirm(world: World, host: ClockedHost, step: Extract<Step, { do: 'confirm' }>): Promise<void> {
  // Recent payments only, since older ones have ended.
  const payment = pick(world.payments.slice(-3), step.which)
  if (payment === undefined) return
  const { from, to, cents: of, session } = payment
  const reply = await confirmPayment(host, step.leg, {
    from: from.person,
    to: to.person,
    amount: formatCents(of),
    session,
  })
  if (payment.state === 'completed') return expectPaymentStatus(reply, '1')
  if (payment.state === 'pending' && payment.expiresAt <= now(world)) expire(payment)
  if (payment.state === 'expired') return expectCode(reply, '1')
  payment.confirmed.add(step.leg)
  const pair = [from.person.email, to.person.email].sort().join()
  const completes = payment.confirmed.has('B') && (world.known.has(pair) || payment.confirmed.has('A'))
  expectPaymentStatus(reply, completes ? '1' : '0')
  if (!completes) return
  payment.state = 'completed'
  world.known.add(pair)
  from.held -= of
  from.pending--
  to.available += of
}

async function takeCreate(
  world: World,
  host: ClockedHost,
  user: User,
  step: Extract<Step, { do: 'create' }>,
): Promise<void> {
  const reference = `${toReference(user, step.reference)}-${world.users[0]?.person.email}`
  const content = `${step.type} ${user.person.email} ${step.cents}`
  const reply = await callEndpoint(host, 'create_transaction', {
    email: user.person.email,
    apikey: user.person.apikey,
    transaction_reference: reference,
    transaction_type: step.type,
    amount: formatCents(step.cents),
    currency: 'USD',
    payment_gateway: 'model',
  })
  const claim = `${user.person.email} ${reference}`
  const before = world.used.get(claim)
  if (before !== undefined) return expectCode(reply, before.content === content ? '0' : '1')
  const can = step.type === 'DEPOSIT' || user.available >= step.cents
  expectCode(reply, can ? '0' : '1')
  if (!can) return
  world.used.set(claim, { content })
  world.transactions.push({ user, reference, cents: step.cents, type: step.type, state: 'PENDING' })
  if (step.type === 'WITHDRAWAL') {
    user.available -= step.cents
    user.held += step.cents
  }
}

async function takeEnd(world: World, host: ClockedHost, step: Extract<Step, { do: 'end' }>): Promise<void> {
  const transaction = pick(world.transactions, step.which)
  if (transaction === undefined) return
  const { user, reference, type, cents: of } = transaction
  const body = {
    email: user.person.email,
    transaction_reference: reference,
    status: step.outcome,
    amount: formatCents(of),
  }
  const reply = await callEndpoint(host, 'update_transaction', body, { authorization: host.serviceAuthorization })
  const open_ = transaction.state === 'PENDING'
  expectCode(reply, open_ || transaction.state === step.outcome ? '0' : '1')
  if (!open_) return
  transaction.state = step.outcome
  const succeeds = step.outcome === 'SUCCESS'
  if (type === 'WITHDRAWAL') user.held -= of
  if (type === 'WITHDRAWAL' && succeeds) world.outside -= of
  if (type === 'DEPOSIT' && succeeds) world.outside += of
  if (succeeds === (type === 'DEPOSIT')) user.available += of
}

function expectCode(reply: PaymentsReply, code: '0' | '1'): void {
  expect(reply).toMatchObject({ status: 200, code })
}

function expectStatus(reply: PaymentsReply, status: number): void {
  expect(reply).toMatchObject({ status, code: '1' })
}

function expectPaymentStatus(reply: PaymentsReply, status: '0' | '1'): void {
  expect(reply).toMatchObject({ status: 200, code: '0', data: { status } })
}
