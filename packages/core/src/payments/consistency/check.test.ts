import { describe, expect, test } from 'vitest'
import { authorizeSpending } from '../spending/authorize-spending.ts'
import { createLedgerApi, ledgerAccounts, ledgerEntries, ledgerHolds, ledgerTransfers } from '../ledger/index.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { batch, insert, remove, update, type Write } from '../../kernel/storage/index.ts'
import { countRowsPerTurn } from '../../test-fixtures/count-rows-per-turn.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { checkPaymentsConsistency, type ConsistencyProgress } from './check.ts'
import { creditBalance } from '../gateway/gateway-transactions.ts'
import { createPayment, type PaymentRow } from '../two-leg/create-payment.ts'
import { registerPaymentUser } from '../users/register.ts'
import { resolvePaymentSettings } from '../settings.ts'
import { gatewayTransactions, paymentProfiles, payments as paymentTable, statementLines } from '../tables.ts'

const actor = { tenant: 't', id: 'test' }

let number = 1000

async function registerUser(services: Services): Promise<{ userId: string; email: string; phone: string }> {
  const name = `user${++number}`
  const [email, phone] = [`${name}@example.org`, `+1${number}`]
  const profile = { firstName: 'A', lastName: 'B', address: '', dob: '1990-01-01' }
  const form = {
    ...profile,
    contactsVerifiedBy: 'host' as const,
    email,
    phone,
    username: name,
    password: `correct horse ${name}`,
  }
  return { email, phone, ...(await registerPaymentUser(services, actor, form)) }
}

/** A storage with one deposit and one pending payment. */
async function setUp(): Promise<{ services: Services; payment: PaymentRow; found: () => Promise<readonly string[]> }> {
  const services = testServices()
  const [from, to] = [await registerUser(services), await registerUser(services)]
  const credit = { userId: from.userId, reference: 'r', currency: 'USD', amount: 100n }
  const payments = { services, settings: resolvePaymentSettings() }
  await creditBalance(payments, actor, credit)
  const receiver = [{ kind: 'email', value: to.email }] as const
  const input = { senderId: from.userId, receiver, currency: 'USD', amount: 40n }
  const authorization = await authorizeSpending(payments, actor, from.userId, {})
  const payment = await createPayment(payments, actor, input, authorization)
  const found = async (): Promise<readonly string[]> =>
    (await checkPaymentsConsistency(services)).findings.map(({ finding }) => finding)
  return { services, payment, found }
}

describe('the consistency check', () => {
  test('reports no findings for a consistent ledger, and counts what it read', async () => {
    const { services } = await setUp()
    expect(await checkPaymentsConsistency(services)).toEqual({ findings: [], payments: 1, transactions: 1 })
  })

  test('reports its progress with an estimate of the rows of each step, which is never exceeded', async () => {
    const { services } = await setUp()
    const progress: ConsistencyProgress[] = []
    await checkPaymentsConsistency(services, { onProgress: (one) => void progress.push(one) })
    for (const { rows, total } of progress) expect(rows).toBeLessThanOrEqual(total)
    expect(progress.find(({ step }) => step === 'payments')).toMatchObject({ rows: 1, total: 1 })
  })

  const corruptions: readonly (readonly [string, (payment: PaymentRow) => Write, readonly string[]])[] = [
    [
      'a balance that was raised directly in the database',
      ({ senderId }) => update(ledgerAccounts, { where: { owner: senderId, kind: 'available' }, add: { balance: 1n } }),
      ['balance-mismatch'],
    ],
    [
      'a changed entry',
      ({ senderId }) =>
        update(ledgerEntries, {
          where: { amount: { gt: 40n } },
          set: { amount: 101n },
          expectedRows: senderId === '' ? 'one' : 'any',
        }),
      ['transfer-unbalanced', 'balance-mismatch'],
    ],
    [
      'a deleted entry',
      () => remove(ledgerEntries, { where: { amount: 40n } }),
      ['transfer-unbalanced', 'balance-mismatch'],
    ],
    ['a deleted transfer', ({ id }) => remove(ledgerTransfers, { where: { subject: id } }), ['entry-without-transfer']],
    [
      'a transfer without entries',
      ({ tenant }) => insert(ledgerTransfers, { id: newId(), tenant, kind: 'x', currency: 'USD', subject: '', at: 0 }),
      ['transfer-without-entries'],
    ],
    [
      'a deleted account',
      ({ senderId }) => remove(ledgerAccounts, { where: { owner: senderId, kind: 'available' } }),
      ['entry-without-account'],
    ],
    [
      'a hold with a wrong amount',
      ({ id }) => update(ledgerHolds, { where: { id }, set: { amount: 41n } }),
      ['holds-mismatch', 'payment-without-hold'],
    ],
    [
      'a payment marked completed without a transfer',
      ({ id }) => update(paymentTable, { where: { id }, set: { state: 'completed' } }),
      ['payment-without-hold', 'pending-count-mismatch', 'statement-mismatch'],
    ],
    [
      'a deleted payment',
      ({ id }) => remove(paymentTable, { where: { id } }),
      ['hold-without-payment', 'pending-count-mismatch', 'statement-mismatch'],
    ],
    [
      'a deposit with a wrong transfer id',
      () => update(gatewayTransactions, { where: { type: 'DEPOSIT' }, set: { transferId: 'none' } }),
      ['transaction-without-transfer'],
    ],
    [
      'a wrong count of pending payments',
      ({ senderId }) => update(paymentProfiles, { where: { userId: senderId }, add: { pendingPayments: 1 } }),
      ['pending-count-mismatch'],
    ],
    [
      'a raised amount on a statement',
      ({ senderId }) => update(statementLines, { where: { userId: senderId, kind: 'deposit' }, set: { amount: 900n } }),
      ['statement-mismatch'],
    ],
    [
      'a statement that says completed for a pending payment',
      ({ id, receiverId }) =>
        update(statementLines, { where: { userId: receiverId ?? '', id }, set: { state: 'completed' } }),
      ['statement-mismatch'],
    ],
    [
      'a statement with another counterparty',
      ({ id, senderId }) => update(statementLines, { where: { userId: senderId, id }, set: { counterpartyId: 'x' } }),
      ['statement-mismatch'],
    ],
    [
      'an invented line of a statement',
      ({ tenant, senderId: userId }) =>
        insert(statementLines, {
          userId,
          id: newId(),
          tenant,
          kind: 'deposit',
          direction: 'credit',
          counterpartyId: null,
          currency: 'USD',
          amount: 5n,
          state: 'completed',
          at: 0,
        }),
      ['statement-mismatch'],
    ],
    [
      'a removed line of a statement',
      ({ id, receiverId }) => remove(statementLines, { where: { userId: receiverId ?? '', id } }),
      ['statement-missing'],
    ],
  ]
  test.each(corruptions)('reports %s', async (_, corrupt, findings) => {
    const { services, payment, found } = await setUp()
    await services.storage.commit(batch(corrupt(payment)))
    expect(new Set(await found())).toEqual(new Set(findings))
  })

  test('accepts holds of the host', async () => {
    const { services, payment, found } = await setUp()
    const ledger = createLedgerApi(services, () => actor)
    await ledger.hold({ id: newId(), owner: payment.senderId, currency: 'USD', amount: 10n, subject: 'rent' })
    expect(await found()).toEqual([])
  })

  test('reports no findings while money moves', async () => {
    const { services, payment, found } = await setUp()
    const ledger = createLedgerApi(services, () => actor)
    const legs = [
      { account: { kind: 'available', owner: payment.senderId }, amount: -1n },
      { account: { kind: 'fees' }, amount: 1n },
    ] as const
    const moving = Array.from({ length: 40 }, () =>
      ledger.transfer({ id: newId(), currency: 'USD', kind: 'fee', subject: '', legs }),
    )
    expect(await found()).toEqual([])
    await Promise.all(moving)
    expect(await found()).toEqual([])
    expect(await ledger.getBalance('USD', { kind: 'fees' })).toBe(40n)
  })
})

describe('a consistency check that is interrupted', () => {
  test('continues at its last position, and finds the rest', async () => {
    const { services, payment } = await setUp()
    await services.storage.commit(
      batch(
        update(ledgerAccounts, { where: { owner: payment.senderId, kind: 'available' }, add: { balance: 1n } }),
        update(paymentProfiles, { where: { userId: payment.senderId }, add: { pendingPayments: 1 } }),
      ),
    )
    const positions: string[] = []
    const found: string[] = []
    const interrupted = checkPaymentsConsistency(services, {
      onProgress: ({ step, position, findings }) => {
        if (step === 'holds') throw new Error('killed')
        positions.push(position)
        found.push(...findings.map(({ finding }) => finding))
      },
    })
    await expect(interrupted).rejects.toThrow('killed')
    expect(found).toEqual(['balance-mismatch'])
    const rest = await checkPaymentsConsistency(services, { from: positions.at(-1) ?? '' })
    expect(rest.findings.map(({ finding }) => finding)).toEqual(['pending-count-mismatch'])
    expect(rest.payments).toBe(0)
  })

  test('rejects a position that no check has reported', async () => {
    const { services } = await setUp()
    for (const from of ['', 'transfers', 'unknown:1', 'transfers:', `accounts:${'x'.repeat(65)}`])
      await expect(checkPaymentsConsistency(services, { from })).rejects.toMatchObject({ code: 'input.invalid' })
  })

  test('reads statements and entries of more than one page', async () => {
    const { services, payment } = await setUp()
    const { tenant, senderId: userId } = payment
    const accountId = 'a'.repeat(43)
    const count = 2600
    const account = { id: accountId, tenant, kind: 'grant', owner: '', currency: 'USD', shard: 0, createdAt: 0 }
    const pair = { ...account, id: 'b'.repeat(43), shard: 1 }
    const money = { currency: 'USD', amount: 1n, state: 'completed', at: 0 }
    const line = { userId, tenant, kind: 'deposit', direction: 'credit', counterpartyId: null, ...money }
    const writes: Write[] = [
      insert(ledgerAccounts, { ...account, balance: BigInt(count), entries: count }),
      insert(ledgerAccounts, { ...pair, balance: BigInt(-count), entries: count }),
    ]
    for (let at = 0; at < count; at++) {
      const id = newId()
      writes.push(
        insert(ledgerTransfers, { id, tenant, kind: 'x', currency: 'USD', subject: '', at: 0 }),
        insert(ledgerEntries, { transferId: id, position: 0, tenant, accountId, amount: 1n }),
        insert(ledgerEntries, { transferId: id, position: 1, tenant, accountId: pair.id, amount: -1n }),
        insert(statementLines, { ...line, id }),
      )
    }
    for (let from = 0; from < writes.length; from += 1000)
      await services.storage.commit(batch(...writes.slice(from, from + 1000)))
    const limited = countRowsPerTurn(services.storage)
    const { findings } = await checkPaymentsConsistency({ ...services, storage: limited.storage })
    expect(limited.max()).toBeLessThanOrEqual(5000)
    expect(new Set(findings.map(({ finding }) => finding))).toEqual(new Set(['statement-mismatch']))
    expect(findings.length).toBe(count)
  })
})
