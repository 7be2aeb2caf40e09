import { z } from 'zod'
import { sealedJson } from '../../sealed-json.ts'
import { authorizationRequests } from '../tables.ts'

/** A pushed authorization request, and then whom `authorize` named. */
const authorizationBodySchema = z.object({
  redirectUri: z.string(),
  state: z.string().optional(),
  codeChallenge: z.string(),
  configurations: z.array(z.string()),
  /** Whether the wallet used `authorization_details`: the token response then has identifiers. */
  hasIdentifiers: z.boolean(),
  issuerState: z.string().optional(),
  subject: z.object({ userId: z.string().nullable(), applicationId: z.string().nullable() }).optional(),
  /** The hash of what the consent page shows and to whom: what was shown is what is agreed to. */
  consent: z.string().optional(),
  /** The offer that the wallet came with, and the claims that were given with it. */
  offerId: z.string().optional(),
  claims: z.record(z.string(), z.unknown()).optional(),
})

/** What is stored of an authorization request. */
export type AuthorizationBody = z.output<typeof authorizationBodySchema>

/** The sealed bodies of authorization requests. */
export const sealedAuthorizationBody = sealedJson(authorizationRequests, 'sealedBody', authorizationBodySchema)
