import type { Services } from '../../platform/services.ts'
import { batch, retryOnConflict, update, type Write } from '../../kernel/storage/index.ts'
import { type Application, type ApplicationContent, openApplicationRow, sealApplicationContent } from './application.ts'
import { type ApplicationFilter, getApplicationRow } from './application-queries.ts'
import { applications } from './tables.ts'

/** A change that was decided on the current state of an application. */
export interface ApplicationChange {
  /** The new status. Default: unchanged. */
  readonly status?: string
  readonly content: ApplicationContent
  /** Further writes of the same commit: audit, events, file references. */
  readonly writes: readonly Write[]
}

/**
 * Changes an application. Of concurrent changes, each sees the ones before it: if the row has changed since it was read, `decide` is
 * called again with the current state.
 * @throws BillfoldError `application.not-found`; whatever `decide` throws
 */
export function changeApplication(
  services: Services,
  filter: ApplicationFilter,
  id: string,
  decide: (before: Application, now: number) => ApplicationChange | Promise<ApplicationChange>,
): Promise<Application> {
  return retryOnConflict(async () => {
    const row = await getApplicationRow(services, filter, id)
    const before = await openApplicationRow(services, row)
    // The time also is the version of the row, so it never stands still.
    const updatedAt = Math.max(services.now(), row.updatedAt + 1)
    const { status = row.status, content, writes } = await decide(before, updatedAt)
    const sealedContent = await sealApplicationContent(services, row, content)
    const where = { id, tenant: row.tenant, status: row.status, updatedAt: row.updatedAt }
    await services.storage.commit(
      batch(update(applications, { where, set: { status, updatedAt, sealedContent } }), ...writes),
    )
    const { attributes, files, note, messages, paymentTransactions } = content
    return { ...before, status, updatedAt, attributes, files, note, messages, paymentTransactions }
  })
}
