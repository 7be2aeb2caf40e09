import type { DcqlCredential, DcqlQuery } from '../../dcql/dcql-query.ts'
import { isRequestedType } from '../../dcql/match-credential.ts'
import { type ClaimPath, isPathPrefix } from '../../formats/claim-path.ts'
import { type CredentialDescription, sealedDescriptions } from '../credentials/credential-description.ts'
import { listCredentialRows } from '../credentials/held-credentials.ts'
import type { HolderContext } from '../settings.ts'
import type { HeldCredentialRow } from '../tables.ts'

/** A credential that can answer a query, with what would be sent. */
export interface RequestCandidate {
  /** The id of the credential. */
  readonly credential: string
  /** What would be disclosed: each claim with its parents. */
  readonly claims: readonly ClaimPath[]
  /** Claims that the credential cannot withhold. */
  readonly always: readonly string[]
}

/** One query of a request, and the credentials that can answer it. */
export interface RequestOption {
  readonly query: string
  readonly required: boolean
  readonly candidates: readonly RequestCandidate[]
}

/** Lists for each query of a request the credentials of a user that can answer it. No value is opened for it. */
export async function listOptions(
  context: HolderContext,
  userId: string,
  query: DcqlQuery,
): Promise<readonly RequestOption[]> {
  const rows = await listCredentialRows(context, userId)
  const now = context.services.now()
  const described: { readonly row: HeldCredentialRow; readonly description: CredentialDescription }[] = []
  for (const row of rows) {
    if (row.expiresAt <= now) continue
    const isAsked = query.credentials.some((one) => isRequestedType(one, toCandidateType(row)))
    if (!isAsked) continue
    const description = await sealedDescriptions.open(context.services, row, row.sealedDescription)
    described.push({ row, description })
  }
  return query.credentials.map((one) => ({
    query: one.id,
    required: isRequired(query, one.id),
    candidates: described.flatMap(({ row, description }) => {
      const disclosed = isRequestedType(one, toCandidateType(row)) ? computeDisclosed(one, description) : undefined
      if (disclosed === undefined) return []
      return [{ credential: row.id, claims: disclosed, always: description.always }]
    }),
  }))
}

/** Format and type of a stored credential, as queries name them. */
export function toCandidateType({ format, type }: HeldCredentialRow) {
  return { format: format === 'mso_mdoc' ? ('mso_mdoc' as const) : ('dc+sd-jwt' as const), type }
}

/** A query is required unless every set that names it is optional, or has an option without it. */
function isRequired({ credential_sets: sets }: DcqlQuery, id: string): boolean {
  if (sets === undefined) return true
  return sets.some(({ required = true, options }) => required && options.every((option) => option.includes(id)))
}

/**
 * Computes what a credential would disclose for a query: the claims of the first set that it has, with their parents (OpenID4VP 1.0
 * section 6.4.1). Values are compared only when the credential is open.
 * @returns undefined if it lacks a claim
 */
export function computeDisclosed(
  { claims = [], claim_sets: sets }: DcqlCredential,
  { disclosable, always }: Pick<CredentialDescription, 'disclosable' | 'always'>,
): readonly ClaimPath[] | undefined {
  const has = (wanted: ClaimPath): boolean =>
    disclosable.some((path) => isPathPrefix(wanted, path) || isPathPrefix(path, wanted.slice(0, path.length))) ||
    always.some((name) => name === wanted[0])
  const options = sets?.map((set) => claims.filter(({ id }) => id !== undefined && set.includes(id))) ?? [claims]
  const chosen = options.find((option) => option.every(({ path }) => has(path)))
  if (chosen === undefined) return undefined
  return disclosable.filter((path) =>
    chosen.some(({ path: wanted }) => isPathPrefix(wanted, path) || isPathPrefix(wanted.slice(0, path.length), path)),
  )
}
