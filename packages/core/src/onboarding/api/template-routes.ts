import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Route, route } from '../../http/index.ts'
import { toPublishedTemplate } from '../presentations/published-template.ts'
import type { OnboardingContext } from './context.ts'

const templateBody = z.looseObject({ id: z.union([z.string(), z.number()]) })

/** Public routes that serve the application templates. */
export function templateRoutes(onboarding: OnboardingContext): readonly Route[] {
  const { settings, publicGuard } = onboarding
  const { templates, unwrappedTemplates } = settings
  return [
    route({
      id: 'listTemplates',
      method: 'GET',
      path: '/templates',
      summary: 'List the templates',
      guard: publicGuard,
      replies: {
        200: {
          description: 'The templates',
          schema: unwrappedTemplates ? z.array(templateBody) : z.object({ templates: z.array(templateBody) }),
        },
      },
      handler: async () => {
        const list = [...templates.values()].map(({ template: { id, name, description } }) => ({
          id,
          name,
          description,
        }))
        return { status: 200, body: unwrappedTemplates ? list : { templates: list } }
      },
    }),
    templateRoute(onboarding, 'getTemplate', '/templates/:templateId/schema.json'),
    // The path by which Identity Wallets ask.
    templateRoute(onboarding, 'getTemplateById', '/templates/:templateId'),
  ]
}

function templateRoute({ settings, publicGuard }: OnboardingContext, id: string, path: string): Route {
  const { templates, unwrappedTemplates } = settings
  return route({
    id,
    method: 'GET',
    path,
    summary: 'Get a template with the schemas of its attributes',
    guard: publicGuard,
    params: z.object({ templateId: z.string().max(256) }),
    replies: {
      200: {
        description: 'The template',
        schema: unwrappedTemplates ? templateBody : z.object({ template: templateBody }),
      },
      404: { description: 'Template not found' },
    },
    handler: async ({ params }) => {
      const template = templates.get(params.templateId)?.template
      if (template === undefined) throw new BillfoldError('template.not-found')
      const published = toPublishedTemplate(template)
      return { status: 200, body: unwrappedTemplates ? published : { template: published } }
    },
  })
}
