import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch, decide, remove, type Storage, update, type Write } from '../storage/index.ts'
import type { CheckedVerifier } from './checked-verifier.ts'
import { galleryMoves, personMoves } from './enrol.ts'
import { facePeople, faceTemplates } from './face-tables.ts'
import {
  collectionOf,
  type FaceOwner,
  type FacePerson,
  findPerson,
  openTemplate,
  peopleOf,
  templatesOf,
} from './people.ts'

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
  verifier: CheckedVerifier | undefined,
  actor: Actor,
  owner: FaceOwner,
): Promise<void> {
  await decide(async () => {
    const person = await findPerson(services, owner)
    if (person === undefined) throw new BillfoldError('face.unknown')
    const writes = await removalWrites(services, verifier, person)
    const { userId, community } = owner
    const removed = auditRecord(actor, 'face.removed', userId, services.now(), { community })
    const events = eventWrites(services, actor.tenant, 'face.removed', { userId, community })
    await services.storage.commit(batch(...writes, removed, ...events))
  })
}

/**
 * Removes a face from the vendor's store, if it has templates there, and returns the writes that remove it from the storage.
 * @throws BillfoldError `verifier.unavailable`
 */
export async function removalWrites(
  services: Services,
  verifier: CheckedVerifier | undefined,
  person: FacePerson,
): Promise<readonly Write[]> {
  const { tenant, community } = person
  const rows = await templatesOf(services, person.id)
  const references = await Promise.all(
    rows.filter(({ kind }) => kind === 'reference').map((row) => openTemplate(services, row)),
  )
  if (references.length > 0) {
    if (verifier === undefined) throw new BillfoldError('verifier.unavailable')
    await verifier.remove({ tenant }, { templates: references, collection: collectionOf(tenant, community) })
  }
  const gallery = await galleryMoves(services, person, -rows.length)
  return [
    gallery.write,
    personMoves(person, -rows.length),
    remove(facePeople, { where: { id: person.id } }),
    update(faceTemplates, {
      where: { personId: person.id, removedAt: null },
      set: { sealedTemplate: null, removedAt: services.now(), galleryVersion: gallery.version },
      hits: 'any',
    }),
  ]
}

/** Removes a user's face from all communities. */
export async function removeFacesOf(
  services: Services,
  verifier: CheckedVerifier | undefined,
  actor: Actor,
  userId: string,
): Promise<void> {
  const { tenant } = actor
  for (const { community } of await peopleOf(services, tenant, userId))
    await removeFace(services, verifier, actor, { tenant, community, userId })
}

/** Deletes tombstones older than a day. */
export async function forgetRemovedFaces(storage: Storage, now: number): Promise<void> {
  await storage.commit(batch(remove(faceTemplates, { where: { removedAt: { lt: now - tombstoneMs } }, hits: 'any' })))
}
