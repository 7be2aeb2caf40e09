import { check, type Write } from '../../kernel/storage/index.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import type { VerifierClient } from './verifier-client.ts'
import { facePeople, presentedFrames } from './face-tables.ts'
import { listFacePeople } from './face-people.ts'
import { forgetFramesWrite } from './presented-frames.ts'
import { faceRemovalWrites } from './remove-face.ts'

/**
 * Personal data: the communities in which a user's face is enrolled, with the number of templates. The templates themselves
 * are not exported, since they are meaningless without their verifier. Erasing removes the faces as `removeFace` does; if a
 * vendor's store is unavailable, nothing is erased.
 */
export function facesData(verifier: VerifierClient | undefined): PersonalData {
  return {
    name: 'faces',
    tables: [facePeople],
    collect: async (services, { tenant, userId }) => {
      const people = await listFacePeople(services, tenant, userId)
      if (people.length === 0) return undefined
      return people.map(({ community, templates, createdAt }) => ({
        community,
        templates,
        createdAt: new Date(createdAt).toISOString(),
      }))
    },
    erase: async (services, { tenant, userId }) => {
      const writes: Write[] = []
      for (const person of await listFacePeople(services, tenant, userId))
        writes.push(...(await faceRemovalWrites(services, verifier, person)))
      // Fails the commit on a concurrent enrolment; the retry removes that one too.
      return { writes: [...writes, check(facePeople, { where: { tenant, userId }, expectedRows: 'none' })] }
    },
  }
}

/** Personal data: that frames of a user's liveness checks are remembered, and until when. The hashes are meaningless without their verifier. */
export const presentedFramesData: PersonalData = {
  name: 'livenessFrames',
  tables: [presentedFrames],
  collect: async ({ storage }, { tenant, userId }) => {
    const [row] = await storage.find(presentedFrames, { where: { tenant, userId }, limit: 1 })
    return row === undefined ? undefined : { rememberedUntil: new Date(row.expiresAt).toISOString() }
  },
  erase: async (_, owner) => ({ writes: [forgetFramesWrite(owner)] }),
}
