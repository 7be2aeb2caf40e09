import { z } from 'zod'

const contacts = z.object({ email: z.string(), phone: z.string() })

/** Schema of a {@link PayingPair}. */
export const payingPair = z.object({ apikey: z.string(), from: contacts, to: contacts })

/** Two users who have paid each other before, and the API key of the one who pays. */
export type PayingPair = z.output<typeof payingPair>

/** What a server of payments prepares. */
export interface PreparedPairs {
  readonly pairs: readonly PayingPair[]
}
