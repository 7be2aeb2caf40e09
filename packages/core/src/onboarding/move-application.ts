import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import type { EventType } from '../events/event.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch, decide, update } from '../storage/index.ts'
import { type Application, type ApplicationStatus, openApplication, sealContent } from './application.ts'
import { applicationRow } from './find-applications.ts'
import { applications } from './tables.ts'

/** Allowed transitions. `approved` and `rejected` are final. */
const allowedTransitions: ReadonlyMap<string, readonly ApplicationStatus[]> = new Map<
  ApplicationStatus,
  readonly ApplicationStatus[]
>([
  ['submitted', ['in_review']],
  ['in_review', ['approved', 'rejected', 'returned_for_changes']],
  ['returned_for_changes', ['in_review', 'rejected']],
])

/** Event emitted when an application enters a status. */
const statusEvents = {
  submitted: 'application.submitted',
  in_review: 'application.in-review',
  returned_for_changes: 'application.returned',
  approved: 'application.approved',
  rejected: 'application.rejected',
} as const satisfies Readonly<Record<ApplicationStatus, EventType>>

/** A status change of an application. */
export interface ApplicationMove {
  readonly to: ApplicationStatus
  /** Note to the applicant, up to 2,000 characters. */
  readonly note?: string
}

/**
 * Changes the status of an application. Of concurrent changes, one succeeds.
 * @throws BillfoldError `application.not-found`; `application.invalid-transition` if the current status does not allow the change; `input.invalid`
 */
export function moveApplication(
  services: Services,
  actor: Actor,
  id: string,
  { to, note }: ApplicationMove,
): Promise<Application> {
  const { tenant } = actor
  if (note !== undefined && note.length > 2000)
    throw new BillfoldError('input.invalid', {
      issues: [{ path: 'note', message: 'must be at most 2,000 characters' }],
    })
  return decide(async () => {
    const row = await applicationRow(services, { tenant }, id)
    const before = await openApplication(services, row)
    if (!(allowedTransitions.get(row.status)?.includes(to) ?? false)) throw new BillfoldError('application.moved')
    const now = services.now()
    const content = { attributes: before.attributes, files: before.files, note }
    const set = { status: to, updatedAt: now, sealedContent: await sealContent(services, row, content) }
    await services.storage.commit(
      batch(
        update(applications, { where: { id, tenant, status: row.status, updatedAt: row.updatedAt }, set }),
        auditRecord(actor, 'application.moved', id, now, { from: row.status, to }),
        ...eventWrites(services, tenant, statusEvents[to], { applicationId: id, templateId: before.templateId }),
      ),
    )
    return { ...before, status: to, updatedAt: now, note }
  })
}
