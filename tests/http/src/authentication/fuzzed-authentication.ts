import type { Storage } from '@billfold/core'
import { checkNothing, type FuzzedApi, unlimited } from '../fuzz/fuzzed-api.ts'
import { createFaceHost } from './face-host.ts'
import { createSelfie } from './fixtures.ts'
import { createLoginFlow } from './login-flow.ts'

const people = ['ada', 'ben', 'cyd', 'dot'] as const

/** The authentication API with enrolled users, called by clients that encrypt; a scripted verifier judges the faces. */
export async function createFuzzedAuthentication(storage?: Storage): Promise<FuzzedApi> {
  const { billfold, licence } = await createFaceHost({
    ...(storage !== undefined && { storage }),
    rateLimiter: unlimited,
  })
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'fuzz', scopes: ['*'] })
  return {
    api: billfold.authentication,
    // A service that is not configured.
    expected: [{ status: 501 }],
    check: checkNothing,
    drop: async () => {},
    prepare: async (driver) => {
      const { createEnrolledUser } = await createLoginFlow(driver, billfold, licence)
      const users: { readonly id: string; readonly person: string }[] = []
      for (const person of people) users.push({ id: await createEnrolledUser(person), person })
      return {
        headers: [{ keyId, keySecret }, {}, {}],
        secureChannel: { licence, users },
        bodies: {
          createSession: [{ userId: '', dvcID: '', communityId: '' }, { dvcID: 'anybody' }],
          submitFace: [
            { sessionId: '', selfie: '', deviceId: 'phone' },
            { sessionId: '', frames: ['', '', ''] },
          ],
          authenticateSession: [{ selfie: '', deviceId: 'phone' }],
          identifySelfie: [{ selfie: '', dvcId: 'anybody', communityId: '', tenantId: 'default' }],
          authenticateWithLiveId: [
            { selfie: '', dvcID: '', communityId: '', tenantId: 'default' },
            { selfie: '', dvcID: 'pin', pin: '', communityId: '', tenantId: 'default', purpose: '' },
          ],
          checkEnrollment: [{ list: [{ did: 'did:ethr:0x02' }, { publicKey: 'key-1' }] }],
          startLiveness: [{ sessionId: '' }],
          verifyPin: [{ pin: '' }],
        },
        fields: {
          userId: users.map(({ id }) => id),
          selfie: [
            ...people.map((person) => createSelfie(person)),
            createSelfie('eve'),
            createSelfie('ada', { reason: 'spoof' }),
          ],
          frames: people.map((person) => createSelfie(person)),
          dvcID: ['still', 'live', 'pin', 'device', 'anybody'],
          communityId: ['default'],
          pin: ['4711', '4711', '0000'],
          deviceId: ['phone', 'tablet'],
          purpose: ['authenticate', 'enroll'],
          scopes: ['wallet', 'wallet,face_compare_score'],
          keyId: [keyId],
        },
      }
    },
  }
}
