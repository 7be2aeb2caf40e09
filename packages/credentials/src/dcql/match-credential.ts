import { type ClaimPath, isRelatedPath } from '../formats/claim-path.ts'
import type { DcqlClaim, DcqlCredential, DcqlQuery } from './dcql-query.ts'
import { selectClaims } from './select-claims.ts'

/** A credential, or what a presentation disclosed of it, as a query sees it. */
export interface CredentialCandidate {
  readonly format: DcqlCredential['format']
  /** `vct` or document type. */
  readonly type: string
  /** Claims; of an mdoc by namespace. */
  readonly claims: unknown
}

/** Returns true if format and type are what the query asks for. */
export function isRequestedType(query: DcqlCredential, { format, type }: Omit<CredentialCandidate, 'claims'>): boolean {
  if (query.format !== format) return false
  return query.format === 'dc+sd-jwt' ? query.meta.vct_values.includes(type) : query.meta.doctype_value === type
}

/**
 * Returns the claims that the query asks of a credential: all, or the first claim set that it can satisfy (OpenID4VP 1.0 section
 * 6.4.1).
 * @returns undefined if the credential cannot satisfy the query
 */
export function chooseClaims(
  query: DcqlCredential,
  { claims }: Pick<CredentialCandidate, 'claims'>,
): readonly DcqlClaim[] | undefined {
  const { claims: wanted = [], claim_sets: sets } = query
  const isSatisfied = ({ path, values }: DcqlClaim): boolean => {
    const selected = selectClaims(claims, path)
    return selected.length > 0 && (values === undefined || selected.some(({ value }) => isAmong(values, value)))
  }
  const options = sets?.map((set) => wanted.filter(({ id }) => id !== undefined && set.includes(id))) ?? [wanted]
  return options.find((option) => option.every(isSatisfied))
}

/** Values match by type and value: no text is a number. */
function isAmong(values: readonly (string | number | boolean)[], value: unknown): boolean {
  return values.some((one) => one === value)
}

/**
 * Returns the disclosed places that the claims neither ask for nor need: not at, below or above any of them.
 */
export function listOverDisclosed(
  requested: readonly Pick<DcqlClaim, 'path'>[],
  disclosed: readonly ClaimPath[],
): readonly ClaimPath[] {
  return disclosed.filter((path) => !requested.some(({ path: wanted }) => isRelatedPath(wanted, path)))
}

/** Returns true if credentials for these ids satisfy the query as a whole (OpenID4VP 1.0 section 6.4.2). */
export function isQuerySatisfied({ credentials, credential_sets: sets }: DcqlQuery, ids: ReadonlySet<string>): boolean {
  if (![...ids].every((id) => credentials.some((credential) => credential.id === id))) return false
  if (sets === undefined) return credentials.every(({ id }) => ids.has(id))
  return sets.every(
    ({ required = true, options }) => !required || options.some((option) => option.every((id) => ids.has(id))),
  )
}

/** Combinations of options that are tried before a response is taken for what was asked. */
const maxCombinations = 4096

/**
 * Returns true if credentials for these ids are more than the query asks for: not one option of each of its sets (OpenID4VP 1.0 section
 * 6.4.2). Credentials that satisfy the query are expected.
 */
export function isMoreThanRequested({ credential_sets: sets }: DcqlQuery, ids: ReadonlySet<string>): boolean {
  if (sets === undefined) return false
  let combinations = new Map<string, readonly string[]>([['', []]])
  for (const { options, required = true } of sets) {
    const presented = options.filter((option) => option.every((id) => ids.has(id)))
    const choices = required ? presented : [...presented, []]
    const next = [...combinations.values()].flatMap((chosen) =>
      choices.map((option) => [...new Set([...chosen, ...option])].toSorted()),
    )
    if (next.length > maxCombinations) return false
    combinations = new Map(next.map((chosen) => [chosen.join(' '), chosen]))
  }
  return ![...combinations.values()].some((chosen) => chosen.length === ids.size)
}
