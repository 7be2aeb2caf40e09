import { BillfoldError } from '@billfold/core'
import { z } from 'zod'
import { type DcqlQuery, dcqlQuerySchema } from '../../dcql/dcql-query.ts'
import type { VerifierSettings } from '../options.ts'
import type { RequestPlan } from './request-plan.ts'

const origin = z
  .string()
  .max(256)
  .refine((text) => URL.canParse(text) && new URL(text).origin === text, 'must be an origin: https://example.com')

/** The schema of a request by the host. */
export const requestInputSchema = z
  .object({
    query: z.string().max(64).optional().describe('The id of a query that the verifier is configured with'),
    dcql: dcqlQuerySchema.optional().describe('A query of its own (OpenID4VP 1.0 section 6)'),
    flow: z.enum(['same-device', 'cross-device', 'dc-api']),
    session: z.string().min(1).max(256).optional().describe("The host's session, for which alone the result is given"),
    origin: origin.optional().describe('The origin of the page, for dc-api'),
    transactionData: z
      .array(z.looseObject({ type: z.string().max(256), credential_ids: z.array(z.string().max(64)).min(1).max(32) }))
      .max(10)
      .optional()
      .describe('What the user authorizes with the presentation (OpenID4VP 1.0 section 8.4)'),
    plainResponse: z.boolean().optional().describe('True for a response that is not encrypted'),
    unsigned: z.boolean().optional().describe('True for a request that is not signed'),
    expiresIn: z.int().min(30).max(3600).optional().describe('Seconds; 300 if not given'),
  })
  .refine(({ query, dcql }) => (query === undefined) !== (dcql === undefined), {
    path: ['query'],
    message: 'either query or dcql is needed',
  })

/** Resolves the query of a request. @throws BillfoldError `input.invalid` */
export function planRequest(settings: VerifierSettings, input: z.infer<typeof requestInputSchema>): RequestPlan {
  const { query: id, dcql, ...rest } = input
  if (dcql !== undefined) return { ...rest, dcql, attributes: nameAttributes(dcql), refusesTransactionData: false }
  const query = id === undefined ? undefined : settings.queries.get(id)
  if (query === undefined)
    throw new BillfoldError('input.invalid', { issues: [{ path: 'query', message: 'The verifier has no such query' }] })
  const attributes = Object.fromEntries(
    Object.entries(query.attributes).map(([credential, paths]) => [
      credential,
      Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, [...path]])),
    ]),
  )
  return { ...rest, dcql: query.dcql, attributes, refusesTransactionData: query.refusesTransactionData }
}

/** Names the attributes of a query of its own: by the id of a claim, or its path with dots. */
function nameAttributes({ credentials }: DcqlQuery): RequestPlan['attributes'] {
  return Object.fromEntries(
    credentials.map(({ id, claims = [] }) => [
      id,
      Object.fromEntries(
        claims.map((claim) => [claim.id ?? claim.path.map((part) => part ?? '*').join('.'), claim.path]),
      ),
    ]),
  )
}
