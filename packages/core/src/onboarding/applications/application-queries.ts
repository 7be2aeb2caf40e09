import { setImmediate } from 'node:timers/promises'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { type Application, type ApplicationRow, type ApplicationStatus, openApplicationRow } from './application.ts'
import { applications } from './tables.ts'

/** Applications visible to the caller: those of one wallet or, for the host, those of the whole tenant. */
export interface ApplicationFilter {
  readonly tenant: string
  readonly owner?: string
  readonly status?: ApplicationStatus
}

/** Applications that are read and opened at once, between two turns of the event loop: a large one has half a megabyte. */
const batchSize = 5

/** Lists a page of applications, newest first. `page` starts at 1. */
export async function listApplications(
  services: Services,
  scope: ApplicationFilter,
  page: { readonly page: number; readonly size: number },
): Promise<readonly Application[]> {
  const found: Application[] = []
  while (found.length < page.size) {
    const last = found.at(-1)
    const limit = Math.min(batchSize, page.size - found.length)
    const rows = await services.storage.find(applications, {
      where: { ...scope, ...(last !== undefined && { id: { lt: last.id } }) },
      orderBy: [['id', 'desc']],
      limit,
      offset: last === undefined ? (page.page - 1) * page.size : 0,
      mayBeStale: true,
    })
    for (const row of rows) found.push(await openApplicationRow(services, row))
    if (rows.length < limit) break
    await setImmediate()
  }
  return found
}

/** Gets and decrypts an application. @throws BillfoldError `application.not-found` */
export async function getApplication(services: Services, scope: ApplicationFilter, id: string): Promise<Application> {
  return openApplicationRow(services, await getApplicationRow(services, scope, id))
}

/** Gets the row of an application. @throws BillfoldError `application.not-found` */
export async function getApplicationRow(
  services: Services,
  scope: ApplicationFilter,
  id: string,
): Promise<ApplicationRow> {
  const [row] = await services.storage.find(applications, { where: { ...scope, id }, limit: 1 })
  if (row === undefined) throw new BillfoldError('application.not-found')
  return row
}
