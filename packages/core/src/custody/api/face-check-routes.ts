import { z } from 'zod'
import { maxSelfieLength } from '../../identity/biometrics/selfie.ts'
import { startFaceCheck } from '../../identity/signing-methods/start-face-check.ts'
import { completeFaceCheck } from '../../identity/signing-methods/complete-face-check.ts'
import { type Route, route } from '../../http/index.ts'
import { getCustodyUser } from './custody-user.ts'
import { deviceProofSchema, evidenceFields, parseEvidence } from '../../identity/api/face-body.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import { idSchema, successSchema } from './schemas.ts'

const beginParams = z.object({ userId: idSchema, signingMethodId: idSchema })
const faceSubmission = z.object({
  ...evidenceFields,
  device: deviceProofSchema.describe(
    "The signing method's device and its signature over the face check and the request",
  ),
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
export function faceCheckRoutes({ services, service, faces }: CustodyContext): readonly Route[] {
  return [
    route({
      id: 'beginFaceCheck',
      secretReply: true,
      method: 'POST',
      path: '/api/users/:userId/signing-methods/:signingMethodId/face-checks',
      summary: 'Start a face check for a BIOMETRIC signing method with face verification',
      guard: service,
      limits: [{ by: 'caller', limit: 6000, windowSeconds: 3600 }],
      params: beginParams,
      replies: { 200: { description: 'The face check', schema: successSchema(startedBody) }, ...failures },
      handler: async ({ params }, context) => {
        const actor = actorFromRequest(context)
        const user = await getCustodyUser(services, context.caller, params.userId)
        const check = await startFaceCheck(faces, actor, { userId: user.id, methodId: params.signingMethodId })
        return custodySuccessReply({ ...check, expiresAt: new Date(check.expiresAt).toISOString() })
      },
    }),
    route({
      id: 'passFaceCheck',
      secretReply: true,
      method: 'POST',
      path: '/api/users/:userId/signing-methods/:signingMethodId/face-checks/:checkId',
      summary: 'Submit face evidence and a device signature over the request to be authorized',
      guard: service,
      params: beginParams.extend({ checkId: idSchema }),
      body: { encoding: 'json', schema: faceSubmission, limit: maxSelfieLength + 128 * 1024 },
      replies: { 200: { description: 'The face matched', schema: successSchema(passedBody) }, ...failures },
      handler: async ({ params, body }, context) => {
        const actor = actorFromRequest(context)
        const user = await getCustodyUser(services, context.caller, params.userId)
        const { expiresAt } = await completeFaceCheck(faces, actor, {
          userId: user.id,
          methodId: params.signingMethodId,
          checkId: params.checkId,
          device: body.device,
          request: body.request,
          evidence: parseEvidence(body),
        })
        return custodySuccessReply({ id: params.checkId, expiresAt: new Date(expiresAt).toISOString() })
      },
    }),
  ]
}
