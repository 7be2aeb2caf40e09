import { BillfoldError } from '@billfold/core'
import { type Evidence, type EvidenceOwner, type EvidenceSource, auditWrite } from '@billfold/core/modules'
import { remove, update, type Write } from '@billfold/core/storage'
import type { VerifierContext } from '../context.ts'
import { presentationRequests, presentedEvidence } from '../tables.ts'
import { collectEvidence } from './collect-evidence.ts'
import { openEvidence } from './evidence-row.ts'
import { requestEvidence } from './request-evidence.ts'

/** Creates the source of evidence for applications. */
export function createEvidenceSource(context: VerifierContext): EvidenceSource {
  return {
    request: (owner, input) => requestEvidence(context, owner, input),
    find: (owner, id) => collectEvidence(context, owner, id),
    complete: (owner, id, responseCode) => collectEvidence(context, owner, id, responseCode),
    open: (owner, ids, templateId) => openAll(context, owner, ids, JSON.stringify(templateId)),
    useWrites: (owner, ids, applicationId, now) => ids.flatMap((id) => useWrites(owner, id, applicationId, now)),
    eraseWrites,
  }
}

async function openAll(
  { services, tenant }: VerifierContext,
  owner: EvidenceOwner,
  ids: readonly string[],
  template: string,
): Promise<readonly Evidence[]> {
  const rows = await services.storage.find(presentedEvidence, { where: { tenant, owner: owner.id, id: { in: ids } } })
  return Promise.all(
    ids.map((id) => {
      const row = rows.find((one) => one.id === id)
      if (row?.template !== template || row.expiresAt <= services.now()) throw new BillfoldError('evidence.not-found')
      if (row.state !== 'unused') throw new BillfoldError('evidence.used')
      return openEvidence(services, row)
    }),
  )
}

function useWrites(owner: EvidenceOwner, id: string, application: string, now: number): readonly Write[] {
  const where = { id, tenant: owner.tenant, owner: owner.id, state: 'unused', expiresAt: { gt: now } }
  return [
    update(presentedEvidence, { where, set: { state: 'used', application } }),
    auditWrite(owner, 'evidence.used', id, now, { application }),
  ]
}

/** The writes that erase all evidence and requests of a wallet. */
export function eraseWrites({ tenant, id: owner }: EvidenceOwner): readonly Write[] {
  return [presentedEvidence, presentationRequests].map((table) =>
    remove(table, { where: { tenant, owner }, expectedRows: 'any' }),
  )
}
