import { check, type Write } from '../storage/index.ts'
import type { PersonalData } from '../users/personal-data.ts'
import type { CheckedVerifier } from './checked-verifier.ts'
import { facePeople } from './face-tables.ts'
import { peopleOf } from './people.ts'
import { removalWrites } from './remove-face.ts'

/**
 * Personal data: the communities in which a user's face is enrolled, with the number of templates. The templates themselves
 * are not exported, since they are meaningless without their verifier. Erasing removes the faces as `removeFace` does; if a
 * vendor's store is unavailable, nothing is erased.
 */
export function facesData(verifier: CheckedVerifier | undefined): PersonalData {
  return {
    name: 'faces',
    collect: async (services, { tenant, userId }) => {
      const people = await peopleOf(services, tenant, userId)
      if (people.length === 0) return undefined
      return people.map(({ community, templates, createdAt }) => ({
        community,
        templates,
        createdAt: new Date(createdAt).toISOString(),
      }))
    },
    erase: async (services, { tenant, userId }) => {
      const writes: Write[] = []
      for (const person of await peopleOf(services, tenant, userId))
        writes.push(...(await removalWrites(services, verifier, person)))
      // Fails the commit on a concurrent enrolment; the retry removes that one too.
      return { writes: [...writes, check(facePeople, { where: { tenant, userId }, hits: 'none' })] }
    },
  }
}
