import { batch } from '../../kernel/storage/index.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import type { Services } from '../../platform/services.ts'
import type { Application } from './application.ts'
import { getApplication } from './application-queries.ts'

/**
 * Gets an application, and records who looked at which kinds of its content before anything is returned.
 * @throws BillfoldError `application.not-found`
 */
export async function viewApplication(services: Services, actor: Actor, id: string): Promise<Application> {
  const application = await getApplication(services, { tenant: actor.tenant }, id)
  const detail = { kinds: kindsOf(application).join(' ') }
  await services.storage.commit(batch(auditWrite(actor, 'application.viewed', id, services.now(), detail)))
  return application
}

const kinds = ['attributes', 'files', 'messages', 'paymentTransactions'] as const

/** The kinds of content that an application has, in the order of their names. */
function kindsOf(application: Application): readonly string[] {
  return kinds.filter((kind) => (application[kind] ?? []).length > 0)
}
