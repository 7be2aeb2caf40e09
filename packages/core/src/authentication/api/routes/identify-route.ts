import { z } from 'zod'
import { auditWrite } from '../../../platform/audit/audit-write.ts'
import { getVerificationConfiguration } from '../../../identity/biometrics/verification-configurations.ts'
import { faceUnchanged, hasActiveUser, identifyFace } from '../../../identity/biometrics/face-recognition.ts'
import { computeFaceKey } from '../../../identity/biometrics/face-people.ts'
import { parseSelfie } from '../../../identity/biometrics/selfie.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { type Route, route } from '../../../http/index.ts'
import { selectEvidence } from '../../../identity/biometrics/presented-evidence.ts'
import { encryptedReplySchema } from '../secure-channel/encrypt-reply.ts'
import { resolveCommunity } from '../callers/communities.ts'
import type { SessionRoutesContext } from '../context.ts'
import { evidenceFields, selfieBodyLimit } from '../../../identity/api/face-body.ts'
import { secureChannelCodec } from '../secure-channel/secure-channel-codec.ts'
import { commitWithReply, withReplayProtection } from '../secure-channel/replay-protection.ts'

const name = z.string().min(1).max(128)
const body = z.object({
  selfie: evidenceFields.selfie.unwrap(),
  dvcId: name,
  communityId: name,
  tenantId: name,
  dns: z.string().max(256).optional(),
})

/** Identifies the user of a selfie among all faces of the caller's community. */
export function identifyRoute({ authentication, sessionContext }: SessionRoutesContext): Route {
  const { services, faces } = sessionContext
  return route({
    id: 'identifySelfie',
    method: 'POST',
    path: '/identify_selfie',
    summary: 'Identify the user of a selfie, as a face key',
    guard: authentication.guards.licence('authentication:identify'),
    limits: [{ by: 'caller', limit: 600, windowSeconds: 60 }],
    body: { encoding: 'json', schema: body, limit: selfieBodyLimit },
    codec: secureChannelCodec(authentication, { plaintext: 'rejected', replies: 'always' }),
    replies: {
      200: {
        description: 'The face key: SHA-512, hex',
        schema: encryptedReplySchema(z.object({ faceKey: z.string() })),
      },
      404: { description: 'No user was recognised, or more than one' },
    },
    handler: (input, _, request) =>
      withReplayProtection(authentication, request, ['identifySelfie'], async (claim) => {
        const { caller, actor } = request
        const { tenant } = caller
        const community = resolveCommunity(authentication, caller, input.body).id
        const configuration = await getVerificationConfiguration(services, tenant, community, input.body.dvcId)
        const evidence = selectEvidence(faces, configuration, { selfie: parseSelfie(input.body.selfie) })
        const key = { name: 'face attempts per licence', subject: caller.id, tenant }
        const { allowed, retryAfterSeconds } = await services.rateLimiter.consume(
          key,
          sessionContext.faceAttemptsPerLicence,
        )
        if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
        const identified = await identifyFace(faces, { tenant, source: actor.source }, community, evidence)
        if (identified.kind === 'nobody') throw new BillfoldError('face.not-found')
        const { person } = identified
        const reply = { data: { faceKey: computeFaceKey(person) } }
        const audit = auditWrite(actor, 'face.identified', person.userId, services.now(), { community })
        return commitWithReply(services, claim, [...faceUnchanged(person), audit], reply).catch(
          async (cause: unknown) => {
            throw (await hasActiveUser(services, tenant, person.userId))
              ? cause
              : new BillfoldError('face.not-found', { cause })
          },
        )
      }),
  })
}
