import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import type { Services } from '../../platform/services.ts'
import { batch } from '../../kernel/storage/index.ts'
import { exportUser, type UserExport } from './export.ts'

/**
 * Exports the personal data of a user, and records who looked at which kinds of it before anything is returned.
 * @throws BillfoldError `user.not-found`
 */
export async function viewUser(
  services: Services,
  sources: readonly PersonalData[],
  actor: Actor,
  userId: string,
): Promise<UserExport> {
  const viewed = await exportUser(services, sources, { tenant: actor.tenant, userId })
  await services.storage.commit(
    batch(auditWrite(actor, 'user.viewed', userId, services.now(), { kinds: kindsOf(viewed).join(' ') })),
  )
  return viewed
}

/** The kinds of personal data in an export, in the order of their names. */
function kindsOf({ identifiers, data }: UserExport): readonly string[] {
  const modules = Object.keys(data).filter((name) => hasContent(data[name]))
  return [...(identifiers.length > 0 ? ['identifiers'] : []), ...modules.toSorted()]
}

/** Returns false for nothing, and for lists and objects of nothing, such as a module exports of a user who has not used it. */
function hasContent(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasContent)
  return value !== undefined && value !== null
}
