import { describe, expect, test } from 'vitest'
import { newId } from '../../kernel/ids.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createLedgerApi, type TransferLeg } from './index.ts'

const ann = { kind: 'available', owner: 'ann' } as const
const bob = { kind: 'available', owner: 'bob' } as const
const usd = { currency: 'USD', kind: 'test', subject: 's' }

function ledger(now: () => number = Date.now) {
  const services = { ...testServices(), now }
  const api = createLedgerApi(services, (tenant = 'default') => ({ tenant, id: 'host' }))
  const move = (legs: readonly TransferLeg[], id = newId(), tenant?: string) =>
    api.transfer({ ...usd, id, legs, ...(tenant !== undefined && { tenant }) })
  const fund = (amount: bigint) =>
    move([
      { account: { kind: 'gateway' }, amount: -amount },
      { account: ann, amount },
    ])
  return { ...api, move, fund }
}

const pay = (amount: bigint): readonly TransferLeg[] => [
  { account: ann, amount: -amount },
  { account: bob, amount },
]

describe('the ledger', () => {
  test('moves money between accounts, and rejects an overdraft', async () => {
    const { move, fund, getBalance, listBalances, listEntries } = ledger()
    await fund(10n)
    await move(pay(10n))
    expect(await outcomeCode(move(pay(1n)))).toBe('ledger.insufficient-funds')
    expect(await getBalance('USD', ann)).toBe(0n)
    expect(await getBalance('USD', { kind: 'gateway' })).toBe(-10n)
    expect(await listBalances('bob')).toEqual([{ currency: 'USD', available: 10n, held: 0n }])
    expect((await listEntries('USD', ann, { limit: 10 })).map(({ amount }) => amount)).toEqual([10n, -10n])
  })

  test('supports amounts beyond 64 bits', async () => {
    const { move, fund, getBalance } = ledger()
    const large = 10n ** 36n
    await fund(large)
    await move(pay(large - 1n))
    expect([await getBalance('USD', ann), await getBalance('USD', bob)]).toEqual([1n, large - 1n])
  })

  test('accepts a transfer with several legs, and rejects legs that do not sum to zero', async () => {
    const { move, fund, getBalance } = ledger()
    await fund(100n)
    const fee = { account: { kind: 'fees' }, amount: 3n } as const
    await move([{ account: ann, amount: -53n }, { account: bob, amount: 50n }, fee])
    expect([await getBalance('USD', ann), await getBalance('USD', bob)]).toEqual([47n, 50n])
    const invalid: readonly (readonly TransferLeg[])[] = [
      [],
      [{ account: ann, amount: 0n }],
      [{ account: ann, amount: -1n }],
      [
        { account: ann, amount: -1n },
        { account: bob, amount: 2n },
      ],
      [
        { account: ann, amount: 1n },
        { account: ann, amount: -1n },
      ],
      [
        { account: ann, amount: 0n },
        { account: bob, amount: 0n },
      ],
    ]
    for (const legs of invalid) expect(await outcomeCode(move(legs))).toBe('ledger.unbalanced')
  })

  test('returns the first result for a repeated transfer id, and rejects the id for another transfer', async () => {
    const { move, fund, getBalance } = ledger()
    await fund(10n)
    const id = newId()
    const first = await move(pay(4n), id)
    expect(await move(pay(4n), id)).toEqual(first)
    expect(await outcomeCode(move(pay(5n), id))).toBe('ledger.id-reused')
    expect(await outcomeCode(move(pay(4n), id, 'other'))).toBe('ledger.id-reused')
    expect(await getBalance('USD', bob)).toBe(4n)
    await Promise.all(Array.from({ length: 8 }, () => move(pay(1n), '00000000-0000-7000-8000-000000000000')))
    expect(await getBalance('USD', bob)).toBe(5n)
  })

  test('returns the original time for a repeated transfer or hold', async () => {
    let time = Date.now()
    const { move, fund, hold } = ledger(() => time++)
    await fund(10n)
    const id = newId()
    expect(await move(pay(4n), id)).toEqual(await move(pay(4n), id))
    const input = { id: newId(), owner: 'ann', currency: 'USD', amount: 6n, subject: 'rent' }
    expect(await hold(input)).toEqual(await hold(input))
  })

  test('rejects transfers from and to held accounts', async () => {
    const { fund, hold, move, capture, release, listBalances } = ledger()
    await fund(10n)
    const input = { id: newId(), owner: 'ann', currency: 'USD', amount: 6n, subject: 'rent' }
    await hold(input)
    const held = { kind: 'held', owner: 'ann' } as const
    const legs = [
      { account: held, amount: -6n },
      { account: bob, amount: 6n },
    ]
    expect(await outcomeCode(move(legs))).toBe('ledger.held-funds')
    expect(await outcomeCode(capture(input.id, { kind: 'held', owner: 'bob' }))).toBe('ledger.held-funds')
    expect(await outcomeCode(release(input.id))).toBe('done')
    expect(await listBalances('ann')).toEqual([{ currency: 'USD', available: 10n, held: 0n }])
  })

  test('never overdraws an account under concurrent transfers', async () => {
    const { move, fund, getBalance } = ledger()
    await fund(10n)
    const codes = await Promise.all(Array.from({ length: 20 }, () => outcomeCode(move(pay(4n)))))
    expect(codes.filter((code) => code === 'done')).toHaveLength(2)
    expect(codes.filter((code) => code === 'ledger.insufficient-funds')).toHaveLength(18)
    expect(await getBalance('USD', ann)).toBe(2n)
  })

  test('holds money, and ends each hold once under concurrent captures and releases', async () => {
    const { fund, hold, capture, release, listBalances } = ledger()
    await fund(10n)
    const input = { id: newId(), owner: 'ann', currency: 'USD', amount: 6n, subject: 'rent' }
    await hold(input)
    await hold(input)
    expect(await outcomeCode(hold({ ...input, amount: 5n }))).toBe('ledger.id-reused')
    expect(await outcomeCode(hold({ ...input, id: newId() }))).toBe('ledger.insufficient-funds')
    expect(await outcomeCode(hold({ ...input, id: newId(), amount: -1n }))).toBe('ledger.unbalanced')
    expect(await listBalances('ann')).toEqual([{ currency: 'USD', available: 4n, held: 6n }])
    const ends = await Promise.all([
      outcomeCode(capture(input.id, bob)),
      outcomeCode(release(input.id)),
      outcomeCode(capture(input.id, bob)),
    ])
    expect(ends.filter((end) => end === 'done')).toHaveLength(1)
    expect(ends.filter((end) => end === 'ledger.hold-ended')).toHaveLength(2)
    const [after] = await listBalances('ann')
    expect(after?.held).toBe(0n)
    expect(await outcomeCode(release(input.id, 'other'))).toBe('ledger.hold-not-found')
  })

  test('separates tenants and currencies', async () => {
    const { fund, move, getBalance } = ledger()
    await fund(10n)
    expect(await outcomeCode(move(pay(1n), newId(), 'other'))).toBe('ledger.insufficient-funds')
    expect(await getBalance('EUR', ann)).toBe(0n)
    expect(await getBalance('USD', ann, 'other')).toBe(0n)
  })
})
