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

/** How long a removed row is kept for the processes that have its template in memory: far longer than they go without looking. */
const tombstoneMs = 24 * 60 * 60 * 1000

/**
 * Removes a user's face from a community: the templates are gone from the storage with the commit, from a vendor's store
 * before it, and from the memory of every process before it identifies the next face.
 * @throws BillfoldError `face.unknown`; `verifier.unavailable` where a vendor's store cannot be reached, and nothing was removed
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
    const told = eventWrites(services, actor.tenant, 'face.removed', { userId, community })
    await services.storage.commit(batch(...writes, removed, ...told))
  })
}

/**
 * Removes a face from the vendor's store, where there is one, and gives the writes that remove it from ours.
 * @throws BillfoldError `verifier.unavailable`
 */
export async function removalWrites(
  services: Services,
  verifier: CheckedVerifier | undefined,
  person: FacePerson,
): Promise<readonly Write[]> {
  const { tenant, community } = person
  const rows = await templatesOf(services, person.id)
  const kept = await Promise.all(
    rows.filter(({ kind }) => kind === 'reference').map((row) => openTemplate(services, row)),
  )
  if (kept.length > 0) {
    if (verifier === undefined) throw new BillfoldError('verifier.unavailable')
    await verifier.remove({ tenant }, { templates: kept, collection: collectionOf(tenant, community) })
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

/** Removes a user's face from all communities, as {@link removeFace} does. */
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

/** Forgets what was removed a day ago. */
export async function forgetRemovedFaces(storage: Storage, now: number): Promise<void> {
  await storage.commit(batch(remove(faceTemplates, { where: { removedAt: { lt: now - tombstoneMs } }, hits: 'any' })))
}
