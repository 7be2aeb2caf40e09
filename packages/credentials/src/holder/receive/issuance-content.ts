import { z } from 'zod'
import { sealedJson } from '../../sealed-json.ts'
import { holderIssuances } from '../tables.ts'
import { resolvedOfferSchema } from './offer-schema.ts'

/** What an issuance needs to go on: after the browser returns, or when a credential that comes later is there. */
export const issuanceContentSchema = z.object({
  resolved: resolvedOfferSchema,
  keys: z.object({ dpop: z.string(), attestation: z.string() }),
  configurations: z.array(z.string()),
  /** Of the authorization code grant, until the browser returns. */
  authorization: z.object({ state: z.string(), codeVerifier: z.string() }).optional(),
  tokens: z
    .object({ access_token: z.string(), token_type: z.string(), refresh_token: z.string().optional() })
    .optional(),
  /** When the access token ends, in epoch milliseconds. */
  tokenExpiresAt: z.number().optional(),
  secretId: z.string().optional(),
  waited: z
    .array(
      z.object({
        configuration: z.string(),
        transactionId: z.string(),
        intervalSeconds: z.number(),
        instances: z.array(z.object({ id: z.string(), publicKey: z.object({ x: z.string(), y: z.string() }) })),
      }),
    )
    .default([]),
})

/** What an issuance needs to go on. */
export type IssuanceContent = z.output<typeof issuanceContentSchema>

/** The sealed contents of issuances. */
export const sealedIssuances = sealedJson(holderIssuances, 'sealedContent', issuanceContentSchema)
