import { z } from 'zod'

const id = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/, 'must consist of letters, digits, - and _')

const text = z.string().min(1).max(1024)

const claim = z.object({
  id: id.optional(),
  path: z
    .array(z.union([z.string().max(256), z.int().min(0), z.null()]))
    .min(1)
    .max(16),
  values: z
    .array(z.union([z.string().max(1024), z.int(), z.boolean()]))
    .min(1)
    .max(100)
    .optional(),
  intent_to_retain: z.boolean().optional(),
})

const trustedAuthority = z.object({
  type: z.enum(['aki', 'etsi_tl', 'openid_federation']),
  values: z.array(text).min(1).max(100),
})

const shared = {
  id,
  multiple: z.boolean().optional(),
  require_cryptographic_holder_binding: z.boolean().optional(),
  trusted_authorities: z.array(trustedAuthority).min(1).max(32).optional(),
  claims: z.array(claim).min(1).max(100).optional(),
  claim_sets: z.array(z.array(id).min(1).max(100)).min(1).max(32).optional(),
}

const credential = z.discriminatedUnion('format', [
  z.object({
    ...shared,
    format: z.literal('dc+sd-jwt'),
    meta: z.object({ vct_values: z.array(text).min(1).max(32) }),
  }),
  z.object({ ...shared, format: z.literal('mso_mdoc'), meta: z.object({ doctype_value: text }) }),
])

const credentialSet = z.object({
  options: z.array(z.array(id).min(1).max(32)).min(1).max(32),
  required: z.boolean().optional(),
  /** What the credentials are for; wallets that know it show it. */
  purpose: z.string().max(512).optional(),
})

/**
 * The schema of a DCQL query (OpenID4VP 1.0 section 6), with all of its rules, for the formats SD-JWT VC and mdoc: at most 32
 * credentials, each with at most 100 claims.
 */
export const dcqlQuerySchema = z
  .object({
    credentials: z.array(credential).min(1).max(32),
    credential_sets: z.array(credentialSet).min(1).max(32).optional(),
  })
  .superRefine(({ credentials, credential_sets: sets = [] }, context) => {
    const ids = credentials.map((one) => one.id)
    if (new Set(ids).size < ids.length)
      context.addIssue({ code: 'custom', path: ['credentials'], message: 'ids must differ' })
    for (const [index, one] of credentials.entries())
      for (const message of listClaimProblems(one))
        context.addIssue({ code: 'custom', path: ['credentials', index, 'claims'], message })
    for (const unknown of sets.flatMap(({ options }) => options.flat()).filter((one) => !ids.includes(one)))
      context.addIssue({ code: 'custom', path: ['credential_sets'], message: `no credential has the id ${unknown}` })
  })

/** A DCQL query (OpenID4VP 1.0 section 6). */
export type DcqlQuery = z.infer<typeof dcqlQuerySchema>
/** What a DCQL query asks of one credential. */
export type DcqlCredential = DcqlQuery['credentials'][number]
/** A claim that a DCQL query asks for. */
export type DcqlClaim = NonNullable<DcqlCredential['claims']>[number]

function listClaimProblems({ format, claims, claim_sets: sets }: z.infer<typeof credential>): readonly string[] {
  if (claims === undefined) return sets === undefined ? [] : ['claim_sets needs claims']
  const ids = claims.flatMap((one) => one.id ?? [])
  const paths = claims.map(({ path }) => JSON.stringify(path))
  const isElement = ({ path }: DcqlClaim): boolean =>
    path.length === 2 && path.every((part) => typeof part === 'string')
  return [
    ...(new Set(ids).size < ids.length ? ['ids must differ'] : []),
    ...(new Set(paths).size < paths.length ? ['a path must not appear twice'] : []),
    ...(sets !== undefined && ids.length < claims.length ? ['with claim_sets, every claim needs an id'] : []),
    ...(sets ?? []).flat().flatMap((one) => (ids.includes(one) ? [] : [`no claim has the id ${one}`])),
    ...(format === 'mso_mdoc' && !claims.every(isElement) ? ['a path into an mdoc is [namespace, element]'] : []),
  ]
}
