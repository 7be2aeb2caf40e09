import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Route, route } from '../../http/index.ts'
import type { Application } from '../applications/application.ts'
import { getApplication, listApplications } from '../applications/application-queries.ts'
import { submitApplication } from '../applications/submit-application.ts'
import { toWalletActor } from './guards.ts'
import type { OnboardingContext } from './context.ts'
import { attributesSchema, maxAttributesBytes, fileIdsSchema } from './schemas.ts'

const applicationInput = z.object({
  templateId: z.union([z.string().min(1).max(256), z.number()]),
  attributes: attributesSchema.default([]),
  files: fileIdsSchema.default([]),
})

const submittedBody = z.object({ message: z.string(), id: z.string() })

const applicationBody = z.object({
  id: z.string(),
  templateId: z.union([z.string(), z.number()]),
  status: z.string().describe('submitted, in_review, approved, rejected or returned_for_changes'),
  createdAt: z.string(),
  updatedAt: z.string(),
  note: z.string().optional(),
})

const applicationDetails = applicationBody.extend({
  attributes: z.array(z.object({ id: z.string(), schemaId: z.string().optional(), data: z.unknown() })),
  files: z.array(z.string()),
})

const pageQuery = z.object({
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  size: z.coerce.number().int().min(1).max(100).default(20),
})

/** Routes to submit applications and to read the wallet's own. */
export function applicationRoutes(onboarding: OnboardingContext): readonly Route[] {
  const { services, walletGuard } = onboarding
  return [
    submitRoute(onboarding),
    route({
      id: 'listApplications',
      method: 'GET',
      path: '/applications',
      summary: "List the wallet's own applications, newest first",
      guard: walletGuard,
      query: pageQuery,
      replies: {
        200: { description: 'A page of applications', schema: z.object({ applications: z.array(applicationBody) }) },
      },
      handler: async ({ query }, context) => {
        const { tenant, id: owner } = toWalletActor(context)
        const found = await listApplications(services, { tenant, owner }, query)
        return { status: 200, body: { applications: found.map(toSummary) } }
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
        200: { description: 'The application', schema: z.object({ application: applicationDetails }) },
        404: { description: 'Application not found' },
      },
      handler: async ({ params }, context) => {
        const { tenant, id: owner } = toWalletActor(context)
        const application = await getApplication(services, { tenant, owner }, params.applicationId)
        const { attributes: submitted, files } = application
        return { status: 200, body: { application: { ...toSummary(application), attributes: submitted, files } } }
      },
    }),
  ]
}

function submitRoute({ services, settings, walletGuard }: OnboardingContext): Route {
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
      404: { description: "The wallet's user was deleted" },
      422: { description: 'The idempotency key was used with a different application' },
    },
    handler: async ({ body, headers }, context) => {
      const template = settings.templates.get(String(body.templateId))
      if (template === undefined) {
        const issues = [{ path: 'templateId', message: 'Template not found' }]
        throw new BillfoldError('input.invalid', { issues })
      }
      const idempotencyKey = headers['idempotency-key']
      const { attributes: submitted, files } = body
      const id = await submitApplication(services, template, toWalletActor(context), {
        attributes: submitted,
        files,
        idempotencyKey,
      })
      return { status: 201, body: { message: 'Application Created', id } }
    },
  })
}

function toSummary({ id, templateId, status, createdAt, updatedAt, note }: Application): Record<string, unknown> {
  return {
    id,
    templateId,
    status,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    note,
  }
}
