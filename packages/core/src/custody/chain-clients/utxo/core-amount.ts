import { z } from 'zod'

/**
 * An amount of Bitcoin Core: whole coins as a JSON number with eight decimals, which a double holds exactly up to 2^26 coins. Parsed to minor units.
 */
export const coinAmount = z
  .number()
  .nonnegative()
  .max(2 ** 26)
  .transform((coins) => BigInt(coins.toFixed(8).replace('.', '')))
