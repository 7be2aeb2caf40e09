import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { EventType } from '../../platform/events/event.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { Services } from '../../platform/services.ts'
import { batch, retryOnConflict, update } from '../../kernel/storage/index.ts'
import { type Application, type ApplicationStatus, openApplicationRow, sealApplicationContent } from './application.ts'
import { getApplicationRow } from './application-queries.ts'
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
export interface ApplicationTransition {
  readonly to: ApplicationStatus
  /** Note to the applicant, up to 2,000 characters. */
  readonly note?: string
}

/**
 * Changes the status of an application. Of concurrent changes, one succeeds.
 * @throws BillfoldError `application.not-found`; `application.invalid-transition` if the current status does not allow the change; `input.invalid`
 */
export function transitionApplication(
  services: Services,
  actor: Actor,
  id: string,
  { to, note }: ApplicationTransition,
): Promise<Application> {
  const { tenant } = actor
  if (note !== undefined && note.length > 2000)
    throw new BillfoldError('input.invalid', {
      issues: [{ path: 'note', message: 'must be at most 2,000 characters' }],
    })
  return retryOnConflict(async () => {
    const row = await getApplicationRow(services, { tenant }, id)
    const before = await openApplicationRow(services, row)
    if (!(allowedTransitions.get(row.status)?.includes(to) ?? false))
      throw new BillfoldError('application.invalid-transition')
    const now = services.now()
    const content = { attributes: before.attributes, files: before.files, note }
    const set = { status: to, updatedAt: now, sealedContent: await sealApplicationContent(services, row, content) }
    await services.storage.commit(
      batch(
        update(applications, { where: { id, tenant, status: row.status, updatedAt: row.updatedAt }, set }),
        auditWrite(actor, 'application.status-changed', id, now, { from: row.status, to }),
        ...eventWrites(services, tenant, statusEvents[to], { applicationId: id, templateId: before.templateId }),
      ),
    )
    return { ...before, status: to, updatedAt: now, note }
  })
}
