import { BillfoldError } from '@billfold/core'
import { timingSafeEqual } from '@billfold/core/crypto'
import type { EvidenceOwner, EvidenceStatus } from '@billfold/core/modules'
import { batch, insert, retryOnConflict, update } from '@billfold/core/storage'
import type { VerifierContext } from '../context.ts'
import { openField, openRequestBody, type RequestBody } from '../requests/request-body.ts'
import { hashSecret } from '../requests/secrets.ts'
import { storedResultSchema, type VerifiedCredential } from '../results/presentation-result.ts'
import { type EvidenceRow, presentationRequests, presentedEvidence, type PresentationRequestRow } from '../tables.ts'
import { evidenceMs, sealEvidence } from './evidence-row.ts'

/**
 * Returns what a request for evidence has come to. What was verified becomes evidence the first time that it is asked for; from the
 * same device only with the response code, so that nobody's presentation can be had by another.
 *
 * @throws BillfoldError `evidence.not-found`
 */
export function collectEvidence(
  context: VerifierContext,
  owner: EvidenceOwner,
  id: string,
  responseCode?: string,
): Promise<EvidenceStatus> {
  return retryOnConflict(async () => {
    const { services } = context
    const where = { id, tenant: context.tenant, owner: owner.id }
    const [row] = await services.storage.find(presentationRequests, { where, limit: 1 })
    if (row === undefined) throw new BillfoldError('evidence.not-found')
    if (row.state === 'released') {
      if (responseCode !== undefined) throw new BillfoldError('evidence.not-found')
      return 'verified'
    }
    if (row.state === 'refused' || row.state === 'declined') return row.state
    if (row.expiresAt <= services.now()) return 'expired'
    if (row.state !== 'verified') return 'open'
    if (row.flow === 'same-device') {
      if (responseCode === undefined) return 'received'
      if (row.codeHash === null || !timingSafeEqual(hashSecret(responseCode), row.codeHash))
        throw new BillfoldError('evidence.not-found')
    }
    await createEvidence(context, row)
    return 'verified'
  })
}

async function createEvidence({ services }: VerifierContext, row: PresentationRequestRow): Promise<void> {
  const { evidence } = await openRequestBody(services, row)
  const sealed = row.sealedResult ?? new Uint8Array()
  const { credentials = [] } = storedResultSchema.parse(await openField(services, row, 'result', sealed))
  const { id, tenant, owner } = row
  if (evidence === undefined || owner === null) throw new BillfoldError('evidence.not-found')
  const now = services.now()
  const created: EvidenceRow = {
    id,
    tenant,
    owner,
    template: evidence.template,
    request: id,
    sealedAttributes: await sealEvidence(
      services,
      { id, tenant },
      { at: now, byQuery: groupByQuery(evidence.queries, credentials) },
    ),
    state: 'unused',
    application: null,
    createdAt: now,
    expiresAt: now + evidenceMs,
  }
  // The attributes are in the evidence now, and nowhere else.
  const set = { state: 'released', codeHash: null, sealedResult: null }
  await services.storage.commit(
    batch(
      update(presentationRequests, { where: { id, state: 'verified', codeHash: row.codeHash }, set }),
      insert(presentedEvidence, created),
    ),
  )
}

function groupByQuery(
  queries: NonNullable<RequestBody['evidence']>['queries'],
  credentials: readonly VerifiedCredential[],
) {
  return Object.fromEntries(
    Object.entries(queries).flatMap(([query, ids]) => {
      const found = credentials.find(({ id }) => ids.includes(id))
      if (found === undefined) return []
      const { attributes, issuer, type, anchor } = found
      return [[query, { attributes, issuer, type, anchor }] as const]
    }),
  )
}
