import type { ClaimPath } from '../../formats/claim-path.ts'
import { type DcqlQuery, dcqlQuerySchema } from '../../dcql/dcql-query.ts'

/**
 * What a verifier asks for: any of several credentials that say the same, with one set of attribute names. Made by
 * {@link presentationQuery}.
 */
export interface PresentationQuery<Name extends string = string> {
  readonly id: string
  /** What the attributes are for, for wallets that show it. */
  readonly purpose: string | undefined
  readonly dcql: DcqlQuery
  /** The paths of the attributes, by the id of the credential in the query. */
  readonly attributes: Readonly<Record<string, Readonly<Record<Name, ClaimPath>>>>
  /** True if the rules of the credential forbid to bind a transaction to it. */
  readonly refusesTransactionData: boolean
}

/** One of the credentials that satisfy a query. Made by {@link sdJwt} or {@link mdoc}. */
export interface QueriedCredential<Name extends string = string> {
  readonly format: 'dc+sd-jwt' | 'mso_mdoc'
  /** `vct` or document type. */
  readonly type: string
  readonly claims: Readonly<Record<Name, ClaimPath>>
  /** The attributes that the host retains longer than it verifies them. */
  readonly retain: readonly Name[]
}

/** Input of {@link presentationQuery}. */
export interface PresentationQueryInput<Name extends string> {
  /** Letters, digits, `-` and `_`, at most 32. */
  readonly id: string
  /** In the order of preference. The wallet presents one of them. */
  readonly any: readonly QueriedCredential<Name>[]
  /** At most 512 characters. Default: none. */
  readonly purpose?: string
  /** True if no transaction may be bound to these credentials. Default: false. */
  readonly refusesTransactionData?: boolean
}

/**
 * Asks for an SD-JWT VC.
 *
 * @param input.claims the path of each attribute, by the name that it has in results; null stands for every element of an array
 */
export function sdJwt<Name extends string>(input: {
  readonly vct: string
  readonly claims: Readonly<Record<Name, ClaimPath>>
}): QueriedCredential<Name> {
  return { format: 'dc+sd-jwt', type: input.vct, claims: input.claims, retain: [] }
}

/**
 * Asks for an mdoc.
 *
 * @param input.claims namespace and element of each attribute, by the name that it has in results
 * @param input.retain the attributes that the host retains longer than it verifies them, which wallets show. Default: none
 */
export function mdoc<Name extends string>(input: {
  readonly docType: string
  readonly claims: Readonly<Record<Name, readonly [nameSpace: string, element: string]>>
  readonly retain?: readonly Name[]
}): QueriedCredential<Name> {
  return { format: 'mso_mdoc', type: input.docType, claims: input.claims, retain: input.retain ?? [] }
}

/**
 * Defines a query: one credential in any of several formats and types, always bound to its holder.
 *
 * @throws RangeError that names what is wrong with it
 *
 * @example
 * ```ts
 * import { mdoc, presentationQuery, sdJwt } from '@billfold/credentials'
 *
 * export const age = presentationQuery({
 *   id: 'age',
 *   purpose: 'To sell alcohol',
 *   any: [
 *     sdJwt({ vct: 'urn:eudi:pid:1', claims: { adult: ['age_equal_or_over', '18'] } }),
 *     mdoc({ docType: 'org.iso.18013.5.1.mDL', claims: { adult: ['org.iso.18013.5.1', 'age_over_18'] } }),
 *   ],
 * })
 * ```
 */
export function presentationQuery<Name extends string>(input: PresentationQueryInput<Name>): PresentationQuery<Name> {
  const { id, any, purpose, refusesTransactionData = false } = input
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(id))
    throw new RangeError(`presentationQuery.id must be 1 to 32 letters, digits, - and _, got ${JSON.stringify(id)}`)
  const named = any.map((credential, index) => ({ ...credential, id: any.length === 1 ? id : `${id}-${index + 1}` }))
  const dcql = {
    credentials: named.map(toDcqlCredential),
    credential_sets: [{ options: named.map((one) => [one.id]), ...(purpose !== undefined && { purpose }) }],
  }
  const parsed = dcqlQuerySchema.safeParse(dcql)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new RangeError(`presentationQuery ${id}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`)
  }
  const attributes = Object.fromEntries(named.map((one) => [one.id, one.claims]))
  return { id, purpose, dcql: parsed.data, attributes, refusesTransactionData }
}

function toDcqlCredential(credential: QueriedCredential & { readonly id: string }) {
  const { id, format, type, retain } = credential
  // Names of attributes are the host's; ids of claims have an alphabet of their own.
  const claims = Object.entries(credential.claims).map(([name, path]) => {
    return { path: [...path], ...(format === 'mso_mdoc' && { intent_to_retain: retain.includes(name) }) }
  })
  const meta = format === 'mso_mdoc' ? { doctype_value: type } : { vct_values: [type] }
  return { id, format, meta, claims }
}
