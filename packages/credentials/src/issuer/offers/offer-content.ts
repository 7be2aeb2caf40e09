import { z } from 'zod'
import { sealedJson } from '../../sealed-json.ts'
import { credentialOffers } from '../tables.ts'

const txCodeSchema = z.object({
  length: z.int(),
  input_mode: z.enum(['numeric', 'text']),
  description: z.string().optional(),
})

/** What an offer holds, sealed. */
const offerContentSchema = z.object({
  /** The claims that were given with the offer; undefined if the type computes them. */
  claims: z.record(z.string(), z.unknown()).optional(),
  /** The pre-authorized code. */
  code: z.string().optional(),
  issuerState: z.string().optional(),
  /** What the wallet shows when it asks for the transaction code (OpenID4VCI section 4.1.1). */
  txCode: txCodeSchema.optional(),
})

/** What an offer holds. */
export type OfferContent = z.output<typeof offerContentSchema>

/** The sealed content of offers. */
export const sealedOfferContent = sealedJson(credentialOffers, 'sealedContent', offerContentSchema)
