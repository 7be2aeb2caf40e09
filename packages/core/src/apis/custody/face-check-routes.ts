import { z } from 'zod'
import { longestSelfie } from '../../biometrics/selfie.ts'
import { beginFaceCheck } from '../../credentials/begin-face-check.ts'
import { passFaceCheck } from '../../credentials/pass-face-check.ts'
import { type Route, route } from '../../http/index.ts'
import { findUser } from '../../users/find.ts'
import { deviceProof, evidenceFields, readEvidence } from '../face-body.ts'
import { actorOf } from '../authority.ts'
import type { Custody } from './custody.ts'
import { success } from './envelope.ts'
import { id, succeeded } from './schemas.ts'

const beginParams = z.object({ userId: id, signingMethodId: id })
const shownFace = z.object({
  ...evidenceFields,
  device: deviceProof.describe("The method's device, and its signature over the check and the request"),
  request: z
    .object({
      method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']),
      target: z
        .string()
        .max(2048)
        .regex(/^\/[!-~]*$/)
        .describe('The path below the mount, with the query where there is one'),
      bodySha256: z
        .string()
        .regex(/^[A-Za-z0-9_-]{43}$/)
        .describe("SHA-256 of the body's bytes, base64url"),
    })
    .describe('The one request that the signing method is to be used for'),
})
const begun = z.object({
  id: z.string(),
  expiresAt: z.string(),
  liveness: z.record(z.string(), z.unknown()).optional().describe('What the frames must show, or what an SDK needs'),
})
const passed = z.object({ id: z.string(), expiresAt: z.string() })
const failures = {
  404: { description: 'No such user, signing method or face check' },
  501: { description: 'The host has no biometric verifier' },
  503: { description: 'The verifier cannot be reached; no attempt was counted' },
}

/** Face checks: what comes before a signing method that takes a face is used. */
export function faceCheckRoutes({ services, service, faces }: Custody): readonly Route[] {
  return [
    route({
      id: 'beginFaceCheck',
      method: 'POST',
      path: '/api/users/:userId/signing-methods/:signingMethodId/face-checks',
      summary: 'Begin a face check for a BIOMETRIC that takes a face: one face can be shown for it',
      guard: service,
      limits: [{ by: 'caller', most: 6000, seconds: 3600 }],
      params: beginParams,
      replies: { 200: { description: 'The face check', schema: succeeded(begun) }, ...failures },
      handler: async ({ params }, context) => {
        const actor = actorOf(context)
        const user = await findUser(services, actor.tenant, params.userId)
        const check = await beginFaceCheck(faces, actor, { userId: user.id, methodId: params.signingMethodId })
        return success({ ...check, expiresAt: new Date(check.expiresAt).toISOString() })
      },
    }),
    route({
      id: 'passFaceCheck',
      method: 'POST',
      path: '/api/users/:userId/signing-methods/:signingMethodId/face-checks/:checkId',
      summary: 'Show the face, and have the device sign the request that the signing method is to be used for',
      guard: service,
      params: beginParams.extend({ checkId: id }),
      body: { encoding: 'json', schema: shownFace, limit: longestSelfie + 128 * 1024 },
      replies: { 200: { description: 'The face was right', schema: succeeded(passed) }, ...failures },
      handler: async ({ params, body }, context) => {
        const actor = actorOf(context)
        const user = await findUser(services, actor.tenant, params.userId)
        const { expiresAt } = await passFaceCheck(faces, actor, {
          userId: user.id,
          methodId: params.signingMethodId,
          checkId: params.checkId,
          device: body.device,
          request: body.request,
          evidence: readEvidence(body),
        })
        return success({ id: params.checkId, expiresAt: new Date(expiresAt).toISOString() })
      },
    }),
  ]
}
