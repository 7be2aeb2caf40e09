import { type Route, route } from '@billfold/core/http'
import { actorFromRequest, publicGuard } from '@billfold/core/modules'
import { z } from 'zod'
import { roleKeyGuard } from '../../role-key-guard.ts'
import type { VerifierContext } from '../context.ts'
import { createRequest } from '../requests/create-request.ts'
import { planRequest, requestInputSchema } from '../requests/request-input.ts'
import { getResult } from '../results/get-result.ts'
import { presentationResultSchema } from '../results/presentation-result.ts'

const createdRequest = z.object({
  id: z.string(),
  transaction: z.string().describe('Asks for the result; keep it on the server'),
  uri: z.string().optional(),
  haipUri: z.string().optional(),
  dcApi: z
    .object({ protocol: z.string(), data: z.record(z.string(), z.unknown()), responseUrl: z.string() })
    .optional(),
  expiresAt: z.number().describe('Epoch milliseconds'),
})

/** The routes for the host's own services. */
export function hostRoutes(context: VerifierContext): readonly Route[] {
  return [
    route({
      id: 'createPresentationRequest',
      method: 'POST',
      path: '/requests',
      summary: 'Request a presentation',
      guard: roleKeyGuard(context, 'verifier'),
      secretReply: true,
      body: { encoding: 'json', schema: requestInputSchema, limit: 64 * 1024 },
      replies: {
        201: { description: 'The request, for the page or the QR code', schema: createdRequest },
        400: { description: 'The query or the flow is not possible' },
      },
      handler: async ({ body }, request) => {
        const created = await createRequest(context, actorFromRequest(request), planRequest(context.settings, body))
        return { status: 201, body: created }
      },
    }),
    route({
      id: 'getPresentationResult',
      method: 'POST',
      path: '/results',
      summary: 'Get what a request has come to; the transaction is the credential',
      guard: publicGuard(context.tenant),
      limits: [{ by: 'ip', limit: 120, windowSeconds: 60 }],
      idempotency: 'custom',
      body: {
        encoding: 'json',
        limit: 8 * 1024,
        schema: z.object({
          transaction: z.string().min(1).max(64),
          responseCode: z.string().max(64).optional(),
          session: z.string().max(256).optional(),
        }),
      },
      replies: {
        200: { description: 'The result', schema: presentationResultSchema },
        404: { description: 'There is no such request, or it is of another session or response code' },
      },
      handler: async ({ body }) => ({ status: 200, body: await getResult(context, body) }),
    }),
  ]
}
