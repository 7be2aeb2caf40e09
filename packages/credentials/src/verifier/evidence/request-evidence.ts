import { BillfoldError } from '@billfold/core'
import type { EvidenceOwner, EvidenceQuery, EvidenceRequest, EvidenceRequestInput } from '@billfold/core/modules'
import { type DcqlQuery, dcqlQuerySchema } from '../../dcql/dcql-query.ts'
import type { VerifierContext } from '../context.ts'
import type { PresentationQuery } from '../queries/presentation-query.ts'
import { createRequest } from '../requests/create-request.ts'

/** Requests a presentation of several queries at once, whose result becomes evidence. @throws BillfoldError `input.invalid` */
export async function requestEvidence(
  context: VerifierContext,
  owner: EvidenceOwner,
  { queries, templateId, flow, origin }: EvidenceRequestInput,
): Promise<EvidenceRequest> {
  const known = queries.map(toPresentationQuery)
  const { id, uri, dcApi, expiresAt } = await createRequest(
    context,
    { tenant: context.tenant, id: owner.id },
    {
      flow,
      origin,
      dcql: combineQueries(known),
      attributes: combineAttributes(known),
      refusesTransactionData: true,
      evidenceFor: {
        owner: owner.id,
        template: JSON.stringify(templateId),
        queries: Object.fromEntries(known.map((query) => [query.id, Object.keys(query.attributes)])),
      },
    },
  )
  return { id, expiresAt, ...(uri !== undefined && { uri }), ...(dcApi && { dcApi }) }
}

function combineQueries(queries: readonly PresentationQuery[]): DcqlQuery {
  const parsed = dcqlQuerySchema.safeParse({
    credentials: queries.flatMap(({ dcql }) => dcql.credentials),
    credential_sets: queries.flatMap(({ dcql }) => dcql.credential_sets ?? []),
  })
  if (parsed.success) return parsed.data
  // Two queries with the same ids of credentials, which only the host can cure.
  throw new Error(`The queries ${queries.map(({ id }) => id).join(', ')} of a template cannot be combined`, {
    cause: parsed.error,
  })
}

function combineAttributes(queries: readonly PresentationQuery[]) {
  return Object.fromEntries(
    queries.flatMap(({ attributes }) =>
      Object.entries(attributes).map(([credential, paths]) => [
        credential,
        Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, [...path]])),
      ]),
    ),
  )
}

/** A template may name queries of another module by mistake. */
function toPresentationQuery(query: EvidenceQuery): PresentationQuery {
  if (isPresentationQuery(query)) return query
  const message = 'The template names a query that was not made by presentationQuery'
  throw new BillfoldError('input.invalid', { issues: [{ path: 'templateId', message }] })
}

function isPresentationQuery(query: EvidenceQuery): query is PresentationQuery {
  return 'dcql' in query && 'attributes' in query
}
