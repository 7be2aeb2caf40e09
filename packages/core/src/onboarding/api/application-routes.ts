import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Route, route, streamJsonArray } from '../../http/index.ts'
import { getApplication, listApplications } from '../applications/application-queries.ts'
import { submitApplication } from '../applications/submit-application.ts'
import { maxAttributesBytes } from '../applications/value-limits.ts'
import { toWalletActor } from './guards.ts'
import { sourceOf } from './presentation-routes.ts'
import type { OnboardingContext } from './context.ts'
import { applicationBody, applicationDetails, toApplicationDetails, toApplicationSummary } from './application-reply.ts'
import { attributesSchema, fileIdsSchema } from './schemas.ts'

const applicationInput = z.object({
  templateId: z.union([z.string().min(1).max(256), z.number()]),
  attributes: attributesSchema.default([]),
  files: fileIdsSchema.default([]),
  presentations: z.array(z.string().min(1).max(64)).max(10).default([]).describe('Ids of presentations to use'),
})

const submittedBody = z.object({ message: z.string(), id: z.string() })

/** Wallets that expect bare shapes read one page only. */
const pageQuery = (defaultSize: number) =>
  z.object({
    page: z.coerce.number().int().min(1).max(10_000).default(1),
    size: z.coerce.number().int().min(1).max(100).default(defaultSize),
  })

/** Routes to submit applications and to read the wallet's own. */
export function applicationRoutes(onboarding: OnboardingContext): readonly Route[] {
  const { services, settings, walletGuard } = onboarding
  const { unwrappedApplications } = settings
  return [
    submitRoute(onboarding),
    route({
      id: 'listApplications',
      method: 'GET',
      path: '/applications',
      summary: "List the wallet's own applications, newest first",
      guard: walletGuard,
      limits: [
        { by: 'caller', limit: 60, windowSeconds: 60 },
        { by: 'ip', limit: 600, windowSeconds: 60 },
      ],
      query: pageQuery(unwrappedApplications ? 100 : 20),
      replies: {
        200: {
          description: 'A page of applications',
          schema: unwrappedApplications
            ? z.array(applicationDetails)
            : z.object({ applications: z.array(applicationBody) }),
        },
      },
      handler: async ({ query }, context) => {
        const actor = toWalletActor(context)
        const found = await listApplications(services, { tenant: actor.tenant, owner: actor.id }, query)
        if (!unwrappedApplications)
          return { status: 200, body: { applications: found.map((one) => toApplicationSummary(actor, one)) } }
        const details = found.map((application) => toApplicationDetails(actor, application))
        // A hundred of the largest have 50 MB.
        return {
          status: 200,
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: streamJsonArray(details),
        }
      },
    }),
    route({
      id: 'getApplication',
      method: 'GET',
      path: '/applications/:applicationId',
      summary: 'Get an application of the wallet',
      guard: walletGuard,
      params: z.object({ applicationId: z.string().max(64) }),
      replies: {
        200: {
          description: 'The application',
          schema: unwrappedApplications ? applicationDetails : z.object({ application: applicationDetails }),
        },
        404: { description: 'Application not found' },
      },
      handler: async ({ params }, context) => {
        const actor = toWalletActor(context)
        const filter = { tenant: actor.tenant, owner: actor.id }
        const application = toApplicationDetails(actor, await getApplication(services, filter, params.applicationId))
        return { status: 200, body: unwrappedApplications ? application : { application } }
      },
    }),
  ]
}

function submitRoute(onboarding: OnboardingContext): Route {
  const { services, settings, walletGuard } = onboarding
  return route({
    id: 'createApplication',
    idempotency: 'custom',
    method: 'POST',
    path: '/applications',
    summary: 'Submit an application',
    guard: walletGuard,
    limits: [
      { by: 'caller', limit: 60, windowSeconds: 3600 },
      { by: 'ip', limit: 600, windowSeconds: 3600 },
    ],
    headers: z.object({ 'idempotency-key': z.string().min(1).max(255).optional() }),
    body: { encoding: 'json', schema: applicationInput, limit: maxAttributesBytes },
    replies: {
      201: { description: 'Submitted', schema: submittedBody },
      404: { description: "The wallet's user was deleted, or there is no such presentation" },
      409: { description: 'A presentation was already used' },
      422: { description: 'The idempotency key was used with a different application' },
    },
    handler: async ({ body, headers }, context) => {
      const template = settings.templates.get(String(body.templateId))
      if (template === undefined) {
        const issues = [{ path: 'templateId', message: 'Template not found' }]
        throw new BillfoldError('input.invalid', { issues })
      }
      const idempotencyKey = headers['idempotency-key']
      const { attributes: submitted, files, presentations } = body
      const id = await submitApplication(services, template, toWalletActor(context), {
        attributes: submitted,
        files,
        idempotencyKey,
        ...(presentations.length > 0 && {
          evidence: { source: sourceOf(onboarding), ids: [...new Set(presentations)] },
        }),
      })
      return { status: 201, body: { message: 'Application Created', id } }
    },
  })
}
