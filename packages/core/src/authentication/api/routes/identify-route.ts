import { z } from 'zod'
import { type Actor, auditWrite } from '../../../platform/audit/audit-write.ts'
import { getVerificationConfiguration } from '../../../identity/biometrics/verification-configurations.ts'
import { faceUnchanged, hasActiveUser, identifyFace } from '../../../identity/biometrics/face-recognition.ts'
import { computeFaceKey, type FacePersonRow } from '../../../identity/biometrics/face-people.ts'
import { parseSelfie } from '../../../identity/biometrics/selfie.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { isCommitError } from '../../../kernel/storage/index.ts'
import type { SessionContext } from '../../sessions/session-context.ts'
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
  const { services } = sessionContext
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
        const person = await identify(sessionContext, actor, community, input.body)
        const reply = { data: { faceKey: computeFaceKey(person) } }
        const audit = auditWrite(actor, 'face.identified', person.userId, services.now(), { community })
        try {
          return await commitWithReply(services, claim, [...faceUnchanged(person), audit], reply)
        } catch (cause) {
          const isArchived = isCommitError(cause) && !(await hasActiveUser(services, tenant, person.userId))
          throw isArchived ? new BillfoldError('face.not-found', { cause }) : cause
        }
      }),
  })
}

/** Identifies the person of a selfie. @throws BillfoldError `face.not-found`, `rate.limited`, `selfie.invalid`, `liveness.required` */
async function identify(
  { services, faces, faceAttemptsPerLicence }: SessionContext,
  { tenant, id, source }: Actor,
  community: string,
  { dvcId, selfie }: z.output<typeof body>,
): Promise<FacePersonRow> {
  const configuration = await getVerificationConfiguration(services, tenant, community, dvcId)
  const evidence = selectEvidence(faces, configuration, { selfie: parseSelfie(selfie) })
  const key = { name: 'face attempts per licence', subject: id, tenant }
  const { allowed, retryAfterSeconds } = await services.rateLimiter.consume(key, faceAttemptsPerLicence)
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
  const identified = await identifyFace(faces, { tenant, source }, community, evidence)
  if (identified.kind === 'no-match') throw new BillfoldError('face.not-found')
  return identified.person
}
