import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { EventType } from '../../platform/events/event.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import type { Write } from '../../kernel/storage/index.ts'
import type { Application, ApplicationStatus } from './application.ts'
import { changeApplication } from './change-application.ts'

/** Transitions that the host may make. `approved`, `rejected` and `withdrawn` are final. */
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
  withdrawn: 'application.withdrawn',
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
  if (note !== undefined && note.length > 2000)
    throw new BillfoldError('input.invalid', {
      issues: [{ path: 'note', message: 'must be at most 2,000 characters' }],
    })
  return changeApplication(services, { tenant: actor.tenant }, id, (before, now) => {
    if (!(allowedTransitions.get(before.status)?.includes(to) ?? false))
      throw new BillfoldError('application.invalid-transition')
    return { status: to, content: { ...before, note }, writes: statusWrites(services, actor, before, to, now) }
  })
}

const withdrawable: ReadonlySet<string> = new Set<ApplicationStatus>(['submitted', 'in_review', 'returned_for_changes'])

/**
 * Withdraws an application of the calling wallet. Final. The applicant's reason is added to the messages.
 * @throws BillfoldError `application.not-found`; `application.invalid-transition` if it has been decided or withdrawn
 */
export function withdrawApplication(
  services: Services,
  actor: Actor,
  id: string,
  reason?: string,
): Promise<Application> {
  return changeApplication(services, { tenant: actor.tenant, owner: actor.id }, id, (before, now) => {
    if (!withdrawable.has(before.status)) throw new BillfoldError('application.invalid-transition')
    const { messages = [] } = before
    const text = reason === undefined || reason === '' ? undefined : reason
    const message = text === undefined ? [] : [{ id: newId(), from: 'applicant', text, createdAt: now } as const]
    const writes = statusWrites(services, actor, before, 'withdrawn', now)
    return { status: 'withdrawn', content: { ...before, messages: [...messages, ...message] }, writes }
  })
}

/** Writes that record a change of status in the audit log and emit its event. */
export function statusWrites(
  services: Services,
  actor: Actor,
  { id, templateId, status }: Application,
  to: ApplicationStatus,
  now: number,
): readonly Write[] {
  return [
    auditWrite(actor, 'application.status-changed', id, now, { from: status, to }),
    ...eventWrites(services, actor.tenant, statusEvents[to], { applicationId: id, templateId }),
  ]
}
