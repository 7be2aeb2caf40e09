import { z } from 'zod'
import { dcqlQuerySchema } from '../dcql/dcql-query.ts'

const text = z.string()

const encryptionKey = z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: text, y: text, kid: text })

const walletRequest = z.object({
  /** Empty in a request over the Digital Credentials API that is not signed: the origin identifies the verifier. */
  client_id: text.default(''),
  nonce: text,
  state: text.optional(),
  response_uri: text.optional(),
  response_mode: text,
  dcql_query: dcqlQuerySchema,
  expected_origins: z.array(text).optional(),
  transaction_data: z.array(text).optional(),
  wallet_nonce: text.optional(),
  client_metadata: z.object({ jwks: z.object({ keys: z.array(encryptionKey) }).optional() }),
})

/** What a request asks for. */
export type WalletRequest = z.infer<typeof walletRequest>

/** Parses the content of a request. @throws ZodError if it is none of OpenID4VP */
export function parseWalletRequest(content: unknown): WalletRequest {
  return walletRequest.parse(content)
}
