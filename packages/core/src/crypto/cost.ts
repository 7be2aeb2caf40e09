import { BillfoldError } from '../errors.ts'

/** What scrypt is asked to spend (RFC 7914 section 2): N = 2^logN, block size r, parallelism p. */
export interface Cost {
  readonly logN: number
  readonly r: number
  readonly p: number
}

/** About 65 to 170 ms and 32 MiB a hash on the machines it was measured on. */
export const defaultCost: Cost = { logN: 15, r: 8, p: 1 }

const largestMemory = 256 * 1024 * 1024
/** Sixteen times the work of {@link defaultCost}. */
const largestWork = 2 ** 22

/**
 * Whether a cost is one that Billfold spends: whole numbers, logN 1 to 20 and below 16 r (a limit of scrypt itself), r
 * and p 1 to 32, at most 256 MiB (128 N r), and N r p at most 2^22.
 */
export function isCost({ logN, r, p }: Cost): boolean {
  const whole = [logN, r, p].every((value) => Number.isInteger(value) && value >= 1)
  if (!whole || logN > 20 || logN >= 16 * r || r > 32 || p > 32) return false
  return 128 * 2 ** logN * r <= largestMemory && 2 ** logN * r * p <= largestWork
}

/** A cost as it is written in a PHC string: `ln=15,r=8,p=1`. */
export function formatCost({ logN, r, p }: Cost): string {
  return `ln=${logN},r=${r},p=${p}`
}

/**
 * Reads what {@link formatCost} wrote, and nothing else.
 * @throws BillfoldError `sealed.invalid` for anything malformed and for a cost that {@link isCost} refuses
 */
export function parseCost(text: string): Cost {
  const match = /^ln=([1-9]\d?),r=([1-9]\d?),p=([1-9]\d?)$/.exec(text)
  const cost = { logN: Number(match?.[1]), r: Number(match?.[2]), p: Number(match?.[3]) }
  if (!isCost(cost)) throw new BillfoldError('sealed.invalid')
  return cost
}
