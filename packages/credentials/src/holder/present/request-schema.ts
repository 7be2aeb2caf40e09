import { z } from 'zod'
import { dcqlQuerySchema } from '../../dcql/dcql-query.ts'
import { sealedJson } from '../../sealed-json.ts'
import { receivedRequests } from '../tables.ts'

const jwk = z.looseObject({
  kty: z.string().max(16),
  crv: z.string().max(16).optional(),
  alg: z.string().max(32).optional(),
  kid: z.string().max(256).optional(),
})

/** The claims of a Request Object (OpenID4VP 1.0 section 5), as far as this wallet answers it. */
export const requestObjectSchema = z.object({
  client_id: z.string().min(1).max(2048),
  response_type: z.literal('vp_token'),
  response_mode: z.enum(['direct_post', 'direct_post.jwt', 'dc_api', 'dc_api.jwt']),
  response_uri: z.url().max(2048).optional(),
  nonce: z.string().min(1).max(1024),
  state: z.string().max(2048).optional(),
  wallet_nonce: z.string().max(256).optional(),
  aud: z.string().max(2048).optional(),
  exp: z.number().optional(),
  expected_origins: z.array(z.string().max(2048)).min(1).max(32).optional(),
  dcql_query: dcqlQuerySchema,
  client_metadata: z
    .looseObject({
      jwks: z.object({ keys: z.array(jwk).max(16) }).optional(),
      encrypted_response_enc_values_supported: z.array(z.string().max(32)).max(8).optional(),
      client_name: z.string().max(256).optional(),
    })
    .optional(),
  transaction_data: z.array(z.string().max(16_384)).min(1).max(16).optional(),
})

/** A Request Object. */
export type RequestObject = z.output<typeof requestObjectSchema>

/** How a verifier is shown to users. */
export const verifierNameSchema = z.object({
  id: z.string(),
  /** The name in its certificate, which the trust anchor certifies, and the name of the anchor. */
  name: z.string(),
  /** What the verifier calls itself (`client_name`). Nobody certifies it: show it as a claim, or not at all. */
  claimedName: z.string().optional(),
})

/** How a verifier is shown to users. */
export type VerifierName = z.output<typeof verifierNameSchema>

/** An authenticated request, as it is stored. */
export const storedRequestSchema = z.object({
  request: requestObjectSchema,
  verifier: verifierNameSchema,
  /** The origin of the page, over the Digital Credentials API. */
  origin: z.string().optional(),
  transactionData: z.array(
    z.object({ encoded: z.string(), type: z.string(), credentialIds: z.array(z.string()), content: z.unknown() }),
  ),
})

/** An authenticated request. */
export type StoredRequest = z.output<typeof storedRequestSchema>

/** The sealed requests. */
export const sealedRequests = sealedJson(receivedRequests, 'sealedRequest', storedRequestSchema)
