import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { Services } from '../../platform/services.ts'
import {
  batch,
  retryOnConflict,
  remove,
  type Storage,
  update,
  type Write,
  deleteInBatches,
  type ReportRows,
} from '../../kernel/storage/index.ts'
import { securityNoticeWrites } from '../security-notices/security-notice.ts'
import type { VerifierClient } from './verifier-client.ts'
import { forgetFramesWrite } from './presented-frames.ts'
import { nextGalleryVersion, bumpPersonVersion } from './enrolment.ts'
import { facePeople, faceTemplates } from './face-tables.ts'
import {
  toVendorCollection,
  type FaceOwner,
  type FacePersonRow,
  findFacePerson,
  openTemplate,
  listFacePeople,
  listFaceTemplates,
} from './face-people.ts'

/** Retention of tombstones, in milliseconds. Must exceed the time after which a process reloads an idle gallery. */
const tombstoneMs = 24 * 60 * 60 * 1000

/**
 * Removes a user's face from a community. The templates are removed from a vendor's store before the commit, from the storage
 * with it, and from the memory of each process before its next identification.
 * @throws BillfoldError `face.not-found`; `verifier.unavailable` if the vendor's store cannot be reached, in which case nothing
 *   is removed
 */
export async function removeFace(
  services: Services,
  verifier: VerifierClient | undefined,
  actor: Actor,
  owner: FaceOwner,
): Promise<void> {
  await retryOnConflict(async () => {
    const person = await findFacePerson(services, owner)
    if (person === undefined) throw new BillfoldError('face.not-found')
    const writes = await faceRemovalWrites(services, verifier, person)
    const { userId, community } = owner
    const removed = auditWrite(actor, 'face.removed', userId, services.now(), { community })
    const events = eventWrites(services, actor.tenant, 'face.removed', { userId, community })
    const { tenant } = actor
    const notice = { tenant, topic: 'security.face-removed', userId, detail: { community } } as const
    const notices = await securityNoticeWrites(services, notice)
    await services.storage.commit(batch(...writes, forgetFramesWrite(owner), removed, ...events, ...notices))
  })
}

/**
 * Removes a face from the vendor's store, if it has templates there, and returns the writes that remove it from the storage.
 * @throws BillfoldError `verifier.unavailable`
 */
export async function faceRemovalWrites(
  services: Services,
  verifier: VerifierClient | undefined,
  person: FacePersonRow,
): Promise<readonly Write[]> {
  const { tenant, community } = person
  const rows = await listFaceTemplates(services, person.id)
  const references = await Promise.all(
    rows.filter(({ kind }) => kind === 'reference').map((row) => openTemplate(services, row)),
  )
  if (references.length > 0) {
    if (verifier === undefined) throw new BillfoldError('verifier.unavailable')
    await verifier.remove({ tenant }, { templates: references, collection: toVendorCollection(tenant, community) })
  }
  const gallery = await nextGalleryVersion(services, person, -rows.length)
  return [
    gallery.write,
    bumpPersonVersion(person, -rows.length),
    remove(facePeople, { where: { id: person.id } }),
    update(faceTemplates, {
      where: { personId: person.id, removedAt: null },
      set: { sealedTemplate: null, removedAt: services.now(), galleryVersion: gallery.version },
      expectedRows: 'any',
    }),
  ]
}

/** Removes a user's face from all communities. */
export async function removeUserFaces(
  services: Services,
  verifier: VerifierClient | undefined,
  actor: Actor,
  userId: string,
): Promise<void> {
  const { tenant } = actor
  for (const { community } of await listFacePeople(services, tenant, userId))
    await removeFace(services, verifier, actor, { tenant, community, userId })
}

/** Deletes tombstones older than a day. */
export async function purgeRemovedFaces(storage: Storage, now: number, report?: ReportRows): Promise<void> {
  await deleteInBatches(storage, faceTemplates, { removedAt: { lt: now - tombstoneMs } }, report)
}
