import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { type Route, route } from '../../http/index.ts'
import type { Application } from '../../onboarding/application.ts'
import { findApplication, listApplications } from '../../onboarding/find-applications.ts'
import { submitApplication } from '../../onboarding/submit-application.ts'
import { actorOf } from './guards.ts'
import type { Onboarding } from './onboarding.ts'
import { attributes, attributesLimit, fileIds } from './schemas.ts'

const applicationInput = z.object({
  templateId: z.union([z.string().min(1).max(256), z.number()]),
  attributes: attributes.default([]),
  files: fileIds.default([]),
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
export function applicationRoutes(onboarding: Onboarding): readonly Route[] {
  const { services, wallet } = onboarding
  return [
    submitRoute(onboarding),
    route({
      id: 'listApplications',
      method: 'GET',
      path: '/applications',
      summary: "List the wallet's own applications, newest first",
      guard: wallet,
      query: pageQuery,
      replies: {
        200: { description: 'A page of applications', schema: z.object({ applications: z.array(applicationBody) }) },
      },
      handler: async ({ query }, context) => {
        const { tenant, id: owner } = actorOf(context)
        const found = await listApplications(services, { tenant, owner }, query)
        return { status: 200, body: { applications: found.map(toSummary) } }
      },
    }),
    route({
      id: 'getApplication',
      method: 'GET',
      path: '/applications/:applicationId',
      summary: 'Get an application of the wallet',
      guard: wallet,
      params: z.object({ applicationId: z.string().max(64) }),
      replies: {
        200: { description: 'The application', schema: z.object({ application: applicationDetails }) },
        404: { description: 'Application not found' },
      },
      handler: async ({ params }, context) => {
        const { tenant, id: owner } = actorOf(context)
        const application = await findApplication(services, { tenant, owner }, params.applicationId)
        const { attributes: submitted, files } = application
        return { status: 200, body: { application: { ...toSummary(application), attributes: submitted, files } } }
      },
    }),
  ]
}

function submitRoute({ services, settings, wallet }: Onboarding): Route {
  return route({
    id: 'createApplication',
    idempotency: 'own',
    method: 'POST',
    path: '/applications',
    summary: 'Submit an application',
    guard: wallet,
    limits: [
      { by: 'caller', most: 60, seconds: 3600 },
      { by: 'ip', most: 600, seconds: 3600 },
    ],
    headers: z.object({ 'idempotency-key': z.string().min(1).max(255).optional() }),
    body: { encoding: 'json', schema: applicationInput, limit: attributesLimit },
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
      const id = await submitApplication(services, template, actorOf(context), {
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
