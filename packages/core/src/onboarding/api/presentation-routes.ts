import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Route, route } from '../../http/index.ts'
import type { EvidenceQuery, EvidenceSource } from '../presentations/evidence-source.ts'
import type { OnboardingContext } from './context.ts'
import { toWalletActor } from './guards.ts'

const idParams = z.object({ presentationId: z.string().max(64) })

const statusBody = z.object({
  id: z.string(),
  status: z.enum(['open', 'received', 'verified', 'refused', 'declined', 'expired']),
})

const requestedBody = z.object({
  id: z.string(),
  uri: z.string().optional().describe('The link or QR code for a wallet of credentials'),
  dcApi: z.object({ protocol: z.string(), data: z.looseObject({}), responseUrl: z.string() }).optional(),
  expiresAt: z.string(),
})

const notFound = { description: 'There is no such presentation of the wallet' }
const unavailable = { description: 'The host verifies no credentials' }

/** Routes to present credentials for an application instead of typing attributes. */
export function presentationRoutes(onboarding: OnboardingContext): readonly Route[] {
  const { walletGuard } = onboarding
  return [
    requestRoute(onboarding),
    route({
      id: 'getPresentation',
      method: 'GET',
      path: '/presentations/:presentationId',
      summary: 'Get what a presentation has come to',
      guard: walletGuard,
      limits: [{ by: 'caller', limit: 120, windowSeconds: 60 }],
      params: idParams,
      replies: { 200: { description: 'The status', schema: statusBody }, 404: notFound, 501: unavailable },
      handler: async ({ params: { presentationId: id } }, context) => {
        const status = await sourceOf(onboarding).find(toWalletActor(context), id)
        return { status: 200, body: { id, status } }
      },
    }),
    route({
      id: 'completePresentation',
      method: 'POST',
      path: '/presentations/:presentationId/complete',
      summary: 'Complete a presentation from the same device with the code that the wallet returned with',
      guard: walletGuard,
      idempotency: 'custom',
      limits: [{ by: 'caller', limit: 30, windowSeconds: 60 }],
      params: idParams,
      body: { encoding: 'json', schema: z.object({ responseCode: z.string().min(1).max(64) }), limit: 4096 },
      replies: { 200: { description: 'The status', schema: statusBody }, 404: notFound, 501: unavailable },
      handler: async ({ params: { presentationId: id }, body }, context) => {
        const status = await sourceOf(onboarding).complete(toWalletActor(context), id, body.responseCode)
        return { status: 200, body: { id, status } }
      },
    }),
  ]
}

function requestRoute(onboarding: OnboardingContext): Route {
  return route({
    id: 'createPresentation',
    method: 'POST',
    path: '/presentations',
    summary: 'Request a presentation of all that a template accepts as presented',
    guard: onboarding.walletGuard,
    idempotency: 'custom',
    limits: [
      { by: 'caller', limit: 30, windowSeconds: 3600 },
      { by: 'ip', limit: 600, windowSeconds: 3600 },
    ],
    body: {
      encoding: 'json',
      schema: z.object({
        templateId: z.union([z.string().min(1).max(256), z.number()]),
        flow: z.enum(['same-device', 'cross-device', 'dc-api']),
        origin: z.string().max(256).optional().describe('The origin of the page, for dc-api'),
      }),
      limit: 4096,
    },
    replies: {
      201: { description: 'Requested', schema: requestedBody },
      400: { description: 'The template asks for no presentation, or the flow is not possible' },
      501: unavailable,
    },
    handler: async ({ body }, context) => {
      const source = sourceOf(onboarding)
      const queries = listQueries(onboarding, String(body.templateId))
      const { expiresAt, ...request } = await source.request(toWalletActor(context), { ...body, queries })
      return { status: 201, body: { ...request, expiresAt: new Date(expiresAt).toISOString() } }
    },
  })
}

/** @throws BillfoldError `evidence.unavailable` */
export function sourceOf({ evidenceSource }: Pick<OnboardingContext, 'evidenceSource'>): EvidenceSource {
  const source = evidenceSource()
  if (source === undefined) throw new BillfoldError('evidence.unavailable')
  return source
}

/** The distinct queries of a template. @throws BillfoldError `input.invalid` */
function listQueries({ settings }: OnboardingContext, templateId: string): readonly EvidenceQuery[] {
  const attributes = settings.templates.get(templateId)?.template.attributes ?? []
  const queries = new Map(
    attributes
      .flatMap(({ presentation }) => (presentation ? [presentation.query] : []))
      .map((query) => [query.id, query]),
  )
  if (queries.size > 0) return [...queries.values()]
  const message = 'There is no such template, or it accepts no presentation'
  throw new BillfoldError('input.invalid', { issues: [{ path: 'templateId', message }] })
}
