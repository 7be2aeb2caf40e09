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

/** Lists a page of applications, newest first. `page` starts at 1. */
export async function listApplications(
  services: Services,
  scope: ApplicationFilter,
  page: { readonly page: number; readonly size: number },
): Promise<readonly Application[]> {
  const rows = await services.storage.find(applications, {
    where: { ...scope },
    orderBy: [['id', 'desc']],
    limit: page.size,
    offset: (page.page - 1) * page.size,
  })
  return Promise.all(rows.map((row) => openApplicationRow(services, row)))
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
