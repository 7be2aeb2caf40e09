import { z } from 'zod'
import type { WalletClientIdentity } from './authenticate-client.ts'
import type { DpopProof } from './dpop.ts'

const short = z.string().max(512).optional()

/** The form of the token endpoint: the parameters of all grant types. Others are ignored (RFC 6749 section 3.2). */
export const tokenFormSchema = z.object({
  grant_type: z.string().max(128),
  client_id: z.string().max(2048).optional(),
  'pre-authorized_code': short,
  tx_code: z.string().max(64).optional(),
  code: short,
  code_verifier: short,
  redirect_uri: z.string().max(2048).optional(),
  refresh_token: short,
  authorization_details: z.string().max(16_384).optional(),
})

/** A token request of an authenticated wallet. */
export interface TokenRequest {
  readonly form: z.output<typeof tokenFormSchema>
  /** Undefined if the wallet sent no DPoP proof. */
  readonly proof: DpopProof | undefined
  readonly client: WalletClientIdentity
}
