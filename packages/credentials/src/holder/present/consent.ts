import { createHash } from 'node:crypto'
import type { AuthorizedMethod } from '@billfold/core/modules'
import { type ClaimPath, isSamePath } from '../../formats/claim-path.ts'
import { isJsonObject } from '../../formats/json.ts'
import { isQuerySatisfied, isRequestedType } from '../../dcql/match-credential.ts'
import type { DcqlCredential } from '../../dcql/dcql-query.ts'
import { selectClaims } from '../../dcql/select-claims.ts'
import { sealedDescriptions } from '../credentials/credential-description.ts'
import { getCredentialRow, openCredential } from '../credentials/held-credentials.ts'
import { holderError } from '../holder-error.ts'
import type { HolderContext } from '../settings.ts'
import { type HeldCredentialRow, type ReceivedRequestRow, receivedRequests } from '../tables.ts'
import { computeDisclosed, toCandidateType } from './list-options.ts'
import { sealedRequests, type StoredRequest } from './request-schema.ts'

/** Which credential answers which query: ids of credentials by ids of queries. */
export type PresentationChoice = Readonly<Record<string, string>>

/** What would be sent for one query. */
export interface DisclosedCredential {
  readonly query: string
  readonly credential: string
  readonly claims: readonly ClaimPath[]
  readonly always: readonly string[]
}

/** What the user agrees to, and its hash. */
export interface Consent {
  /** SHA-256, base64url: over the request, the verifier, its nonce, the credentials, every claim and the transaction data. */
  readonly consent: string
  readonly disclosed: readonly DisclosedCredential[]
}

/** A consent with what it was computed from. */
export interface PreparedConsent extends Consent {
  readonly row: ReceivedRequestRow
  readonly stored: StoredRequest
  readonly chosen: readonly {
    readonly query: DcqlCredential
    readonly credential: HeldCredentialRow
    readonly claims: readonly ClaimPath[]
    /** The places of what the credential could disclose and does not. */
    readonly withheld: readonly ClaimPath[]
  }[]
}

/**
 * Computes what would be sent for a choice. `present` computes it again, so what was shown is what is signed.
 * @throws BillfoldError `request.not-found`, `held-credential.not-found`, `presentation.unsatisfiable`
 */
export async function prepareConsent(
  context: HolderContext,
  userId: string,
  requestId: string,
  choice: PresentationChoice,
): Promise<PreparedConsent> {
  const { services } = context
  const row = await getOpenRequest(context, userId, requestId)
  const stored = await sealedRequests.open(services, row, row.sealedRequest)
  const { dcql_query: query, client_id: clientId, nonce } = stored.request
  if (!isQuerySatisfied(query, new Set(Object.keys(choice)))) throw holderError('presentation.unsatisfiable')
  const chosen: PreparedConsent['chosen'][number][] = []
  const disclosed: DisclosedCredential[] = []
  for (const one of query.credentials) {
    const id = choice[one.id]
    if (id === undefined) continue
    const credential = await getCredentialRow(context, userId, id)
    const description = await sealedDescriptions.open(services, credential, credential.sealedDescription)
    const claims = isRequestedType(one, toCandidateType(credential)) ? computeDisclosed(one, description) : undefined
    if (claims === undefined || credential.expiresAt <= services.now()) throw holderError('presentation.unsatisfiable')
    const withheld = description.disclosable.filter((path) => !claims.some((claim) => isSamePath(claim, path)))
    chosen.push({ query: one, credential, claims, withheld })
    disclosed.push({ query: one.id, credential: id, claims, always: description.always })
  }
  const transactionData = stored.transactionData.map(({ encoded }) => encoded)
  const parts = [row.id, clientId, nonce, stored.origin ?? null, disclosed, transactionData]
  const consent = createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
  return { row, stored, chosen, disclosed, consent }
}

/** What would be sent for one query, with the values. */
export interface DisclosedValues {
  readonly query: string
  readonly values: readonly { readonly path: ClaimPath; readonly value: unknown }[]
}

/**
 * Opens the values that would be sent, with a signing method of the user.
 * @throws BillfoldError `held-credential.not-found`, `signing-method.invalid`
 */
export async function openDisclosedValues(
  context: HolderContext,
  userId: string,
  { chosen }: PreparedConsent,
  authorized: AuthorizedMethod,
): Promise<readonly DisclosedValues[]> {
  const opened: DisclosedValues[] = []
  for (const { query, credential, claims, withheld } of chosen) {
    const all = await openCredential(context, userId, credential.id, authorized)
    const values = claims.flatMap((claim) =>
      selectClaims(all, claim).map(({ path, value }) => ({ path, value: withhold(value, path, withheld) })),
    )
    opened.push({ query: query.id, values })
  }
  return opened
}

/** Leaves out of a value at a path what is withheld: of an object of which a member is disclosed, the other members. */
function withhold(value: unknown, path: ClaimPath, withheld: readonly ClaimPath[]): unknown {
  const keep = (step: string | number, inner: unknown): readonly unknown[] => {
    const place = [...path, step]
    return withheld.some((one) => isSamePath(one, place)) ? [] : [withhold(inner, place, withheld)]
  }
  if (Array.isArray(value)) return value.flatMap((element: unknown, index) => keep(index, element))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => keep(name, inner).map((disclosed) => [name, disclosed] as const)),
  )
}

/** Returns a request that nobody has answered. @throws BillfoldError `request.not-found` */
export async function getOpenRequest(
  { services, tenant }: HolderContext,
  userId: string,
  id: string,
): Promise<ReceivedRequestRow> {
  const [row] = await services.storage.find(receivedRequests, { where: { id, tenant, userId }, limit: 1 })
  if (row?.state !== 'resolved' || row.expiresAt <= services.now()) throw holderError('request.not-found')
  return row
}
