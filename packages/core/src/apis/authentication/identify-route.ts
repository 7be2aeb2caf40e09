import { z } from 'zod'
import { auditRecord } from '../../audit/record.ts'
import { findConfiguration } from '../../biometrics/configurations.ts'
import { identify } from '../../biometrics/faces.ts'
import { faceKeyOf } from '../../biometrics/people.ts'
import { readSelfie } from '../../biometrics/selfie.ts'
import { BillfoldError } from '../../errors.ts'
import type { Route } from '../../http/index.ts'
import { demandedEvidence } from '../../sessions/evidence.ts'
import { batch, check } from '../../storage/index.ts'
import { users } from '../../users/table.ts'
import { facePeople } from '../../biometrics/face-tables.ts'
import { sealedReply } from './answer.ts'
import { communityOf } from './communities.ts'
import type { FaceApi } from './authentication.ts'
import { evidenceFields, selfieBodyLimit } from '../face-body.ts'
import { sealedRoute } from './sealed-route.ts'

const name = z.string().min(1).max(128)
const body = z.object({
  selfie: evidenceFields.selfie.unwrap(),
  dvcId: name,
  communityId: name,
  tenantId: name,
  dns: z.string().max(256).optional(),
})

/** Identifies the user of a selfie among all faces of the caller's community. */
export function identifyRoute({ authentication, setup: sessionContext }: FaceApi): Route {
  const { services, faces } = sessionContext
  return sealedRoute(authentication, {
    id: 'identifySelfie',
    method: 'POST',
    path: '/identify_selfie',
    summary: 'Identify the user of a selfie, as a face key',
    guard: authentication.guards.licence('authentication:identify'),
    limits: [{ by: 'caller', most: 600, seconds: 60 }],
    body: { schema: body, limit: selfieBodyLimit, plain: 'rejected' },
    replayProtection: 'single-use',
    encryption: 'always',
    replies: {
      200: {
        description: 'The face key: SHA-512, hex',
        schema: sealedReply(z.object({ faceKey: z.string() })),
      },
      404: { description: 'No user was recognised, or more than one' },
    },
    handler: async (input, { caller, actor, keeping: replyWrites }) => {
      const { tenant } = caller
      const community = communityOf(authentication, caller, input.body).id
      const configuration = await findConfiguration(services, tenant, community, input.body.dvcId)
      const evidence = demandedEvidence(faces, configuration, { selfie: readSelfie(input.body.selfie) })
      const key = { name: 'face attempts of licence', subject: caller.id, tenant }
      const { allowed, retryAfterSeconds } = await services.limiter.take(key, sessionContext.attemptsOfLicence)
      if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
      const identified = await identify(faces, { tenant, source: actor.source }, community, evidence)
      if (identified.kind === 'nobody') throw new BillfoldError('face.unknown')
      const { person } = identified
      const reply = { data: { faceKey: faceKeyOf(person) } }
      await services.storage.commit(
        batch(
          check(users, { where: { id: person.userId, tenant, archivedAt: null } }),
          check(facePeople, { where: { id: person.id, version: person.version } }),
          auditRecord(actor, 'face.identified', person.userId, services.now(), { community }),
          ...(await replyWrites(reply)),
        ),
      )
      return reply
    },
  })
}
