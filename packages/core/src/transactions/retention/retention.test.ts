import { beforeEach, describe, expect, it } from 'vitest'
import { maintain } from '../../operations/maintain.ts'
import type { Services } from '../../services.ts'
import { batch, insert } from '../../storage/index.ts'
import { testServices } from '../../test-fixtures/services.ts'
import type { TransactionRow } from '../record.ts'
import { keepReplacements } from '../repricing/replacements.ts'
import { retentionRules } from './retention-rules.ts'
import { transactionReplacements, transactions } from '../tables.ts'

const day = 86_400_000
const start = 1_800_000_000_000

let now: number
let services: Services

beforeEach(() => {
  now = start
  services = { ...testServices(), now: () => now }
})

const row = (id: string, other: Partial<TransactionRow> = {}): TransactionRow => ({
  id,
  tenant: 'default',
  walletId: 'wallet',
  secretType: 'ETHEREUM',
  network: 'eip155:1',
  address: '0x',
  nonce: null,
  hash: id,
  raw: new Uint8Array(),
  cancelRaw: null,
  state: 'mined',
  failure: null,
  idempotencyKey: null,
  contentHash: '',
  createdAt: start,
  nextLookAt: null,
  ...other,
})

const keep = async (...rows: readonly TransactionRow[]): Promise<void> =>
  services.storage.commit(batch(...rows.map((kept) => insert(transactions, kept))))

async function keptAfter(days: number): Promise<string[]> {
  now = start + days * day
  await maintain(services)
  const rows = await services.storage.find(transactions, { orderBy: [['id', 'asc']] })
  return rows.map(({ id }) => id)
}

describe('a transaction', () => {
  it('that is final is removed after 90 days, and after 365 where it was sent under an idempotency key', async () => {
    await keep(row('plain'), row('with key', { idempotencyKey: 'key' }))
    expect(await keptAfter(89.9)).toEqual(['plain', 'with key'])
    expect(await keptAfter(90.1)).toEqual(['with key'])
    expect(await keptAfter(364.9)).toEqual(['with key'])
    expect(await keptAfter(365.1)).toEqual([])
  })

  it('that is not final is never removed', async () => {
    await keep(row('waiting', { state: 'sent', nextLookAt: start }))
    expect(await keptAfter(10_000)).toEqual(['waiting'])
  })

  it('is removed after as long as the host says, but its key is never forgotten first', async () => {
    services = { ...services, transactionRetention: { days: 10, idempotencyKeyDays: 5 } }
    await keep(row('plain'), row('with key', { idempotencyKey: 'key' }))
    expect(await keptAfter(9.9)).toEqual(['plain', 'with key'])
    expect(await keptAfter(10.1)).toEqual([])
  })

  it('is removed with its replacements, also among thousands', async () => {
    const many = Array.from({ length: 1200 }, (_, index) => row(`${index}`))
    for (let from = 0; from < many.length; from += 400) await keep(...many.slice(from, from + 400))
    const replacement = { raw: new Uint8Array(1), hash: '0x1', fees: { gasPrice: 1n } }
    await services.storage.commit(batch(...(await keepReplacements(services, row('7'), [replacement]))))
    expect(await keptAfter(91)).toEqual([])
    expect(await services.storage.find(transactionReplacements)).toEqual([])
  })

  it.each([{ days: 0 }, { idempotencyKeyDays: 0 }, { days: Number.NaN }])('cannot be kept as %j says', (retention) => {
    expect(() => retentionRules(retention)).toThrow(RangeError)
  })
})
