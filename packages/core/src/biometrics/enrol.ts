import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { check, insert, update, type Write } from '../storage/index.ts'
import { users } from '../users/table.ts'
import { faceGalleries, facePeople, faceTemplates } from './face-tables.ts'
import { type FaceOwner, type FacePerson, referenceHash, sealTemplate } from './people.ts'
import type { Template } from './verifier.ts'

/** How many templates a user may have in a community, and all of its users together. */
export const enrolmentLimits = { perPerson: 20, perCommunity: 200_000 } as const

/**
 * The writes that add templates to a user's face in a community, which is `person`, or nobody yet, as the caller has read it: to be
 * committed with the act that made them, inside a `decide`, since a person or a gallery that moved meanwhile is refused there.
 * @throws BillfoldError `user.full`, `gallery.full`
 */
export async function enrolmentWrites(
  services: Services,
  actor: Actor,
  owner: FaceOwner,
  person: FacePerson | undefined,
  templates: readonly Template[],
): Promise<readonly Write[]> {
  const { tenant, community, userId } = owner
  if ((person?.templates ?? 0) + templates.length > enrolmentLimits.perPerson) throw new BillfoldError('user.full')
  const createdAt = services.now()
  const personId = person?.id ?? newId()
  const gallery = await galleryMoves(services, owner, templates.length)
  const inserts = templates.map(async (template) => {
    const row = { id: newId(), tenant, community, personId }
    const { format, kind } = template
    const sealedTemplate = await sealTemplate(services, row, template)
    return insert(faceTemplates, {
      ...row,
      format,
      kind,
      referenceHash: template.kind === 'reference' ? referenceHash(tenant, community, template.reference) : null,
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
      : personMoves(person, templates.length),
    ...(await Promise.all(inserts)),
    auditRecord(actor, 'face.enrolled', userId, createdAt, { community, templates: templates.length }),
    ...eventWrites(services, tenant, 'face.enrolled', { userId, community }),
  ]
}

/** Counts a person's version up, which must be as it was read. */
export function personMoves({ id, version, templates }: FacePerson, added: number): Write {
  return update(facePeople, { where: { id, version, templates }, add: { version: 1, templates: added } })
}

/** The next version of a community's gallery, and the write that makes it so. @throws BillfoldError `gallery.full` */
export async function galleryMoves(
  services: Services,
  { tenant, community }: Pick<FaceOwner, 'tenant' | 'community'>,
  added: number,
): Promise<{ readonly version: number; readonly write: Write }> {
  const where = { tenant, community }
  const [gallery] = await services.storage.find(faceGalleries, { where, limit: 1 })
  if ((gallery?.templates ?? 0) + added > enrolmentLimits.perCommunity) throw new BillfoldError('gallery.full')
  if (gallery === undefined)
    return { version: 1, write: insert(faceGalleries, { ...where, version: 1, templates: added }) }
  const { version } = gallery
  return {
    version: version + 1,
    write: update(faceGalleries, { where: { ...where, version }, add: { version: 1, templates: added } }),
  }
}
