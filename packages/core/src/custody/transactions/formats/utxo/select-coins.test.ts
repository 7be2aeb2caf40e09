import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CoinTarget, selectCoins } from './select-coins.ts'
import { computeDustLimit, computeFee, computeVirtualSize, maxInputs } from './transaction-size.ts'

const p2wpkh = Uint8Array.from([0, 20, ...new Uint8Array(20)])
const p2tr = Uint8Array.from([0x51, 32, ...new Uint8Array(32)])
const p2pkh = new Uint8Array(25).fill(0x76)
const p2sh = new Uint8Array(23).fill(0xa9)

const coin = (amount: bigint, vout = 0) => ({ txid: 'ab'.repeat(32), vout, amount })
const target = (amount: bigint, feeRate = 1000n): CoinTarget => ({
  outputs: [{ script: p2wpkh, amount }],
  changeScript: p2wpkh,
  dustLimit: 294n,
  feeRate,
})

describe('selectCoins', () => {
  it('spends exactly what it pays, the change and the fee, which meets the rate of the size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(1n, 10n ** 9n), { minLength: 1, maxLength: 80 }),
        fc.bigInt(294n, 10n ** 9n),
        fc.bigInt(1000n, 500_000n),
        (amounts, amount, feeRate) => {
          const wanted = target(amount, feeRate)
          const coins = amounts.map((value, vout) => coin(value, vout))
          let selection
          try {
            selection = selectCoins(wanted, [], coins)
          } catch (error) {
            expect(error).toMatchObject({ code: 'transaction.insufficient-funds' })
            return
          }
          const spent = selection.coins.reduce((sum, { amount: value }) => sum + value, 0n)
          const paid = selection.outputs.reduce((sum, { amount: value }) => sum + value, 0n)
          expect(spent).toBe(paid + selection.fee)
          expect(new Set(selection.coins).size).toBe(selection.coins.length)
          expect(selection.coins.length).toBeLessThanOrEqual(maxInputs)
          expect(selection.outputs[0]).toEqual({ script: p2wpkh, amount })
          const size = computeVirtualSize(
            selection.coins.length,
            selection.outputs.map(({ script }) => script),
          )
          expect(selection.fee).toBeGreaterThanOrEqual(computeFee(size, feeRate))
          for (const { amount: value } of selection.outputs) expect(value).toBeGreaterThanOrEqual(294n)
          // Without a change, what is left is less than a change costs.
          if (selection.outputs.length === 1)
            expect(selection.fee - computeFee(size, feeRate)).toBeLessThan(294n + computeFee(32n, feeRate))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('spends the smallest coin that suffices, or else the largest ones', () => {
    const coins = [coin(5_000n, 0), coin(100_000n, 1), coin(60_000n, 2), coin(1_000_000n, 3)]
    expect(selectCoins(target(50_000n), [], coins).coins.map(({ vout }) => vout)).toEqual([2])
    expect(selectCoins(target(1_050_000n), [], coins).coins.map(({ vout }) => vout)).toEqual([3, 1])
  })

  it('refuses what the coins do not cover with the fee, and names the limit of coins', () => {
    expect(() => selectCoins(target(100_000n), [], [coin(100_000n)])).toThrow(
      expect.objectContaining({ code: 'transaction.insufficient-funds' }),
    )
    const many = Array.from({ length: maxInputs + 1 }, (_, vout) => coin(1_000n, vout))
    expect(() => selectCoins(target(60_000n), [], many)).toThrow(/60 largest coins/)
  })

  it('spends all required coins, and pays for the relay of what it replaces (BIP-125 rules 3 and 4)', () => {
    const replaced = { fee: 5_000n, incrementalFeeRate: 1000n }
    const required = [coin(100_000n)]
    const { coins, fee, outputs } = selectCoins({ ...target(50_000n), replaced }, required, [coin(900_000n, 1)])
    expect(coins).toEqual(required)
    expect(fee).toBe(
      5_000n +
        computeVirtualSize(
          1,
          outputs.map(({ script }) => script),
        ),
    )
    const more = selectCoins({ ...target(99_900n), replaced }, required, [coin(900_000n, 1)])
    expect(more.coins.map(({ vout }) => vout)).toEqual([0, 1])
  })
})

describe('sizes', () => {
  it('give the dust limits of Bitcoin Core', () => {
    const limits = [p2pkh, p2sh, p2wpkh, p2tr].map((script) => computeDustLimit(script, 3000n))
    expect(limits).toEqual([546n, 540n, 294n, 330n])
  })

  it('round fees up', () => {
    expect([computeFee(141n, 1000n), computeFee(141n, 1001n), computeFee(1n, 1n)]).toEqual([141n, 142n, 1n])
  })
})
