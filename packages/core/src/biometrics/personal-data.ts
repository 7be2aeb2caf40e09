import { check, type Write } from '../storage/index.ts'
import type { PersonalData } from '../users/personal-data.ts'
import type { CheckedVerifier } from './checked-verifier.ts'
import { facePeople } from './face-tables.ts'
import { peopleOf } from './people.ts'
import { removalWrites } from './remove-face.ts'

/**
 * What is known of a person's face: in which communities, and by how many templates, which say nothing outside of their verifier.
 * Erasing removes them as `removeFace` does, from a vendor's store before the commit: where that cannot be reached, nothing is erased.
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
      // One who is enrolled at this moment is seen the next time round.
      return { writes: [...writes, check(facePeople, { where: { tenant, userId }, hits: 'none' })] }
    },
  }
}
