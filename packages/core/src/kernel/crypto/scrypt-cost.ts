import { BillfoldError } from '../errors.ts'

/** scrypt cost parameters (RFC 7914 section 2): N = 2^logN, block size r, parallelism p. */
export interface ScryptCost {
  readonly logN: number
  readonly r: number
  readonly p: number
}

/** The default cost: 32 MiB and, on the machines it was measured on, about 65 to 170 ms per hash. */
export const defaultScryptCost: ScryptCost = { logN: 15, r: 8, p: 1 }

const maxMemoryBytes = 256 * 1024 * 1024
/** Sixteen times the work of {@link defaultScryptCost}. */
const maxWork = 2 ** 22

/**
 * Returns true if a cost is within Billfold's limits: integers, logN 1 to 20 and less than 16 r (a limit of scrypt itself),
 * r and p 1 to 32, memory (128 N r) at most 256 MiB, and N r p at most 2^22.
 */
export function isAllowedScryptCost({ logN, r, p }: ScryptCost): boolean {
  const whole = [logN, r, p].every((value) => Number.isInteger(value) && value >= 1)
  if (!whole || logN > 20 || logN >= 16 * r || r > 32 || p > 32) return false
  return 128 * 2 ** logN * r <= maxMemoryBytes && 2 ** logN * r * p <= maxWork
}

/** Formats a cost as in a PHC string: `ln=15,r=8,p=1`. */
export function formatScryptCost({ logN, r, p }: ScryptCost): string {
  return `ln=${logN},r=${r},p=${p}`
}

/**
 * Parses the output of {@link formatScryptCost}, and nothing else.
 * @throws BillfoldError `sealed.invalid` for malformed text and for a cost outside the limits
 */
export function parseScryptCost(text: string): ScryptCost {
  const match = /^ln=([1-9]\d?),r=([1-9]\d?),p=([1-9]\d?)$/.exec(text)
  const cost = { logN: Number(match?.[1]), r: Number(match?.[2]), p: Number(match?.[3]) }
  if (!isAllowedScryptCost(cost)) throw new BillfoldError('sealed.invalid')
  return cost
}
