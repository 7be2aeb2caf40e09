import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EvmFees } from '../../chain-clients/index.ts'
import { computeFeeBumpSchedule, toMaxFee, toPriorityFee } from './fee-bump-schedule.ts'

const gwei = 10n ** 9n
const wei = fc.bigInt({ min: 0n, max: 10n ** 15n })
const fees: fc.Arbitrary<EvmFees> = fc.oneof(
  wei.map((gasPrice) => ({ gasPrice })),
  fc.tuple(wei, wei).map(([one, other]) => ({
    maxFeePerGas: one > other ? one : other,
    maxPriorityFeePerGas: one > other ? other : one,
  })),
)

describe('computeFeeBumpSchedule', () => {
  it('doubles the fees and ends with the maximum', () => {
    const first = { maxFeePerGas: 10n * gwei, maxPriorityFeePerGas: gwei }
    expect(computeFeeBumpSchedule(first, 100n * gwei, 3).map(toMaxFee)).toEqual([20n * gwei, 40n * gwei, 100n * gwei])
    expect(computeFeeBumpSchedule(first, 25n * gwei, 3).map(toMaxFee)).toEqual([20n * gwei, 25n * gwei])
    expect(computeFeeBumpSchedule({ gasPrice: 10n }, 100n, 1)).toEqual([{ gasPrice: 100n }])
  })

  it('returns no fees if no bump is allowed or the maximum is below the minimum bump', () => {
    expect(computeFeeBumpSchedule({ gasPrice: 100n }, 112n, 3)).toEqual([])
    expect(computeFeeBumpSchedule({ gasPrice: 100n }, 50n, 3)).toEqual([])
    expect(computeFeeBumpSchedule({ gasPrice: 100n }, 1000n, 0)).toEqual([])
  })

  it('raises fees by at least the minimum bump, never above the maximum and never more often than allowed', () => {
    fc.assert(
      fc.property(fees, wei, fc.integer({ min: 0, max: 8 }), (first, highest, max) => {
        const schedule = computeFeeBumpSchedule(first, highest, max)
        expect(schedule.length).toBeLessThanOrEqual(max)
        schedule.forEach((step, index) => {
          const before = schedule[index - 1] ?? first
          expect(Object.keys(step)).toEqual(Object.keys(first))
          expect(toMaxFee(step)).toBeLessThanOrEqual(highest)
          expect(toPriorityFee(step)).toBeLessThanOrEqual(toMaxFee(step))
          for (const part of [toMaxFee, toPriorityFee]) {
            expect(part(step)).toBeGreaterThan(part(before))
            expect(part(step) * 8n).toBeGreaterThanOrEqual(part(before) * 9n)
          }
        })
      }),
    )
  })
})
