import type { CustodyServices } from '../../services.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import { runMaintenance } from '../../../test-fixtures/run-maintenance.ts'
import { batch, insert } from '../../../kernel/storage/index.ts'
import { testServices } from '../../../test-fixtures/services.ts'
import type { TransactionRow } from '../transaction-row.ts'
import { replacementInserts } from '../fee-bumping/replacements.ts'
import { resolveTransactionRetention } from './retention-rules.ts'
import { transactionReplacements, transactions } from '../tables.ts'

const day = 86_400_000
const start = 1_800_000_000_000

let now: number
let services: CustodyServices

beforeEach(() => {
  now = start
  services = { ...testServices(), now: () => now }
})

const row = (id: string, other: Partial<TransactionRow> = {}): TransactionRow => ({
  id,
  tenant: 'default',
  walletId: 'wallet',
  userOrigin: 'none',
  secretType: 'ETHEREUM',
  network: 'eip155:1',
  address: '0x',
  type: 'TRANSFER',
  nonce: null,
  hash: id,
  raw: new Uint8Array(),
  rawCancellation: null,
  entryPoint: null,
  bundleHash: null,
  state: 'mined',
  failureCode: null,
  idempotencyKey: null,
  contentHash: '',
  createdAt: start,
  expiry: null,
  nextCheckAt: null,
  ...other,
})

const store = async (...rows: readonly TransactionRow[]): Promise<void> =>
  services.storage.commit(batch(...rows.map((stored) => insert(transactions, stored))))

async function remainingAfter(days: number): Promise<string[]> {
  now = start + days * day
  await runMaintenance(services)
  const rows = await services.storage.find(transactions, { orderBy: [['id', 'asc']] })
  return rows.map(({ id }) => id)
}

describe('purgeTransactions', () => {
  it('deletes final transactions after 90 days, or 365 days with an idempotency key', async () => {
    await store(row('plain'), row('with key', { idempotencyKey: 'key' }))
    expect(await remainingAfter(89.9)).toEqual(['plain', 'with key'])
    expect(await remainingAfter(90.1)).toEqual(['with key'])
    expect(await remainingAfter(364.9)).toEqual(['with key'])
    expect(await remainingAfter(365.1)).toEqual([])
  })

  it('never deletes a transaction that is not final', async () => {
    await store(row('waiting', { state: 'sent', nextCheckAt: start }))
    expect(await remainingAfter(10_000)).toEqual(['waiting'])
  })

  it('applies the configured retention, but never deletes idempotency keys before other transactions', async () => {
    services = { ...services, transactionRetention: { days: 10, idempotencyKeyDays: 5 } }
    await store(row('plain'), row('with key', { idempotencyKey: 'key' }))
    expect(await remainingAfter(9.9)).toEqual(['plain', 'with key'])
    expect(await remainingAfter(10.1)).toEqual([])
  })

  it('deletes thousands of transactions with their replacements', async () => {
    const many = Array.from({ length: 1200 }, (_, index) => row(`${index}`))
    for (let from = 0; from < many.length; from += 400) await store(...many.slice(from, from + 400))
    const replacement = { raw: new Uint8Array(1), hash: '0x1', fees: { gasPrice: 1n } }
    await services.storage.commit(batch(...(await replacementInserts(services, row('7'), [replacement]))))
    expect(await remainingAfter(91)).toEqual([])
    expect(await services.storage.find(transactionReplacements)).toEqual([])
  })

  it.each([{ days: 0 }, { idempotencyKeyDays: 0 }, { days: Number.NaN }])(
    'throws a RangeError for the retention %j',
    (retention) => {
      expect(() => resolveTransactionRetention(retention)).toThrow(RangeError)
    },
  )
})
