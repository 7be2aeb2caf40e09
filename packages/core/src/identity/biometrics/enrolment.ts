import { securityNoticeWrites } from '../security-notices/security-notice.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { check, insert, update, type Write } from '../../kernel/storage/index.ts'
import { users } from '../users/table.ts'
import { faceGalleries, facePeople, faceTemplates } from './face-tables.ts'
import { type FaceOwner, type FacePersonRow, computeReferenceHash, sealTemplate } from './face-people.ts'
import type { FaceTemplate } from './verifier.ts'

/** Maximum number of templates per person and per community. */
export const enrolmentLimits = { perPerson: 20, perCommunity: 200_000 } as const

/**
 * Returns the writes that add templates to a user's face in a community. Call it within `retryOnConflict`: the commit fails
 * if the person or the gallery has changed since.
 * @param person the person as read by the caller; undefined for a first enrolment
 * @throws BillfoldError `user.limit-reached`, `gallery.limit-reached`
 */
export async function enrolmentWrites(
  services: Services,
  actor: Actor,
  owner: FaceOwner,
  person: FacePersonRow | undefined,
  templates: readonly FaceTemplate[],
): Promise<readonly Write[]> {
  const { tenant, community, userId } = owner
  if ((person?.templates ?? 0) + templates.length > enrolmentLimits.perPerson)
    throw new BillfoldError('user.limit-reached')
  const createdAt = services.now()
  const personId = person?.id ?? newId()
  const gallery = await nextGalleryVersion(services, owner, templates.length)
  const inserts = templates.map(async (template) => {
    const row = { id: newId(), tenant, community, personId }
    const { format, kind } = template
    const sealedTemplate = await sealTemplate(services, row, template)
    return insert(faceTemplates, {
      ...row,
      format,
      kind,
      referenceHash: template.kind === 'reference' ? computeReferenceHash(tenant, community, template.reference) : null,
      sealedTemplate,
      galleryVersion: gallery.version,
      createdAt,
      removedAt: null,
    })
  })
  return [
    check(users, { where: { id: userId, tenant, archivedAt: null } }),
    gallery.write,
    person === undefined
      ? insert(facePeople, {
          id: personId,
          tenant,
          community,
          userId,
          version: 1,
          templates: templates.length,
          createdAt,
        })
      : bumpPersonVersion(person, templates.length),
    ...(await Promise.all(inserts)),
    auditWrite(actor, 'face.enrolled', userId, createdAt, { community, templates: templates.length }),
    ...eventWrites(services, tenant, 'face.enrolled', { userId, community }),
    ...(await securityNoticeWrites(services, {
      tenant,
      topic: 'security.face-enrolled',
      userId,
      detail: { community },
    })),
  ]
}

/** Increments a person's version; fails if the person has changed since it was read. */
export function bumpPersonVersion({ id, version, templates }: FacePersonRow, added: number): Write {
  return update(facePeople, { where: { id, version, templates }, add: { version: 1, templates: added } })
}

/**
 * Returns the next version of a community's gallery and the write that sets it.
 * @param added number of templates added; negative for a removal
 * @throws BillfoldError `gallery.limit-reached`
 */
export async function nextGalleryVersion(
  services: Services,
  { tenant, community }: Pick<FaceOwner, 'tenant' | 'community'>,
  added: number,
): Promise<{ readonly version: number; readonly write: Write }> {
  const where = { tenant, community }
  const [gallery] = await services.storage.find(faceGalleries, { where, limit: 1 })
  if ((gallery?.templates ?? 0) + added > enrolmentLimits.perCommunity) throw new BillfoldError('gallery.limit-reached')
  if (gallery === undefined)
    return { version: 1, write: insert(faceGalleries, { ...where, version: 1, templates: added }) }
  const { version } = gallery
  return {
    version: version + 1,
    write: update(faceGalleries, { where: { ...where, version }, add: { version: 1, templates: added } }),
  }
}
