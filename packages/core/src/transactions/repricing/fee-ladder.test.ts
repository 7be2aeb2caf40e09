import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EvmFees } from '../../chain-clients/index.ts'
import { feeLadder, priceOf, tipOf } from './fee-ladder.ts'

const gwei = 10n ** 9n
const wei = fc.bigInt({ min: 0n, max: 10n ** 15n })
const fees: fc.Arbitrary<EvmFees> = fc.oneof(
  wei.map((gasPrice) => ({ gasPrice })),
  fc.tuple(wei, wei).map(([one, other]) => ({
    maxFeePerGas: one > other ? one : other,
    maxPriorityFeePerGas: one > other ? other : one,
  })),
)

describe('the fees of replacements', () => {
  it('double, and end with the highest', () => {
    const first = { maxFeePerGas: 10n * gwei, maxPriorityFeePerGas: gwei }
    expect(feeLadder(first, 100n * gwei, 3).map(priceOf)).toEqual([20n * gwei, 40n * gwei, 100n * gwei])
    expect(feeLadder(first, 25n * gwei, 3).map(priceOf)).toEqual([20n * gwei, 25n * gwei])
    expect(feeLadder({ gasPrice: 10n }, 100n, 1)).toEqual([{ gasPrice: 100n }])
  })

  it('are none where nothing is allowed, or nothing that a node would take for a replacement', () => {
    expect(feeLadder({ gasPrice: 100n }, 112n, 3)).toEqual([])
    expect(feeLadder({ gasPrice: 100n }, 50n, 3)).toEqual([])
    expect(feeLadder({ gasPrice: 100n }, 1000n, 0)).toEqual([])
  })

  it('rise by what nodes ask for, never above the highest, never more often than is allowed', () => {
    fc.assert(
      fc.property(fees, wei, fc.integer({ min: 0, max: 8 }), (first, highest, most) => {
        const ladder = feeLadder(first, highest, most)
        expect(ladder.length).toBeLessThanOrEqual(most)
        ladder.forEach((step, index) => {
          const before = ladder[index - 1] ?? first
          expect(Object.keys(step)).toEqual(Object.keys(first))
          expect(priceOf(step)).toBeLessThanOrEqual(highest)
          expect(tipOf(step)).toBeLessThanOrEqual(priceOf(step))
          for (const part of [priceOf, tipOf]) {
            expect(part(step)).toBeGreaterThan(part(before))
            expect(part(step) * 8n).toBeGreaterThanOrEqual(part(before) * 9n)
          }
        })
      }),
    )
  })
})
