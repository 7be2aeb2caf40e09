import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, decide, remove, type Storage, update } from '../storage/index.ts'
import type { CheckedVerifier } from './checked-verifier.ts'
import { galleryMoves, personMoves } from './enrol.ts'
import { facePeople, faceTemplates } from './face-tables.ts'
import { collectionOf, type FaceOwner, findPerson, openTemplate, templatesOf } from './people.ts'

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
    const rows = await templatesOf(services, person.id)
    const kept = await Promise.all(
      rows.filter(({ kind }) => kind === 'reference').map((row) => openTemplate(services, row)),
    )
    if (kept.length > 0) {
      if (verifier === undefined) throw new BillfoldError('verifier.unavailable')
      const collection = collectionOf(owner.tenant, owner.community)
      await verifier.remove({ tenant: owner.tenant }, { templates: kept, collection })
    }
    const gallery = await galleryMoves(services, owner, -rows.length)
    const removedAt = services.now()
    await services.storage.commit(
      batch(
        gallery.write,
        personMoves(person, -rows.length),
        remove(facePeople, { where: { id: person.id } }),
        update(faceTemplates, {
          where: { personId: person.id, removedAt: null },
          set: { sealedTemplate: null, removedAt, galleryVersion: gallery.version },
          hits: 'any',
        }),
        auditRecord(actor, 'face.removed', owner.userId, removedAt, { community: owner.community }),
      ),
    )
  })
}

/** Removes a user's face from all communities, as {@link removeFace} does. */
export async function removeFacesOf(
  services: Services,
  verifier: CheckedVerifier | undefined,
  actor: Actor,
  userId: string,
): Promise<void> {
  const { tenant } = actor
  const people = await services.storage.find(facePeople, { where: { tenant, userId } })
  for (const { community } of people) await removeFace(services, verifier, actor, { tenant, community, userId })
}

/** Forgets what was removed a day ago. */
export async function forgetRemovedFaces(storage: Storage, now: number): Promise<void> {
  await storage.commit(batch(remove(faceTemplates, { where: { removedAt: { lt: now - tombstoneMs } }, hits: 'any' })))
}
