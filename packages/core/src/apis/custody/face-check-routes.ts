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
const faceSubmission = z.object({
  ...evidenceFields,
  device: deviceProof.describe("The signing method's device and its signature over the face check and the request"),
  request: z
    .object({
      method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']),
      target: z
        .string()
        .max(2048)
        .regex(/^\/[!-~]*$/)
        .describe('The path relative to the mount point, including the query string'),
      bodySha256: z
        .string()
        .regex(/^[A-Za-z0-9_-]{43}$/)
        .describe('SHA-256 of the request body, base64url'),
    })
    .describe('The request that the face check authorizes'),
})
const startedBody = z.object({
  id: z.string(),
  expiresAt: z.string(),
  liveness: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('The liveness challenge, or the session of a liveness SDK'),
})
const passedBody = z.object({ id: z.string(), expiresAt: z.string() })
const failures = {
  404: { description: 'No such user, signing method or face check' },
  501: { description: 'No biometric verifier is configured' },
  503: { description: 'The verifier is unavailable; no attempt was counted' },
}

/** The routes of face checks, which precede the use of a signing method with face verification. */
export function faceCheckRoutes({ services, service, faces }: Custody): readonly Route[] {
  return [
    route({
      id: 'beginFaceCheck',
      method: 'POST',
      path: '/api/users/:userId/signing-methods/:signingMethodId/face-checks',
      summary: 'Start a face check for a BIOMETRIC signing method with face verification',
      guard: service,
      limits: [{ by: 'caller', most: 6000, seconds: 3600 }],
      params: beginParams,
      replies: { 200: { description: 'The face check', schema: succeeded(startedBody) }, ...failures },
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
      summary: 'Submit face evidence and a device signature over the request to be authorized',
      guard: service,
      params: beginParams.extend({ checkId: id }),
      body: { encoding: 'json', schema: faceSubmission, limit: longestSelfie + 128 * 1024 },
      replies: { 200: { description: 'The face matched', schema: succeeded(passedBody) }, ...failures },
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
