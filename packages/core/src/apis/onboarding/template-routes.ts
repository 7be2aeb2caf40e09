import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { type Route, route } from '../../http/index.ts'
import type { Onboarding } from './onboarding.ts'

const templateBody = z.looseObject({ id: z.union([z.string(), z.number()]) })

/** Public routes that serve the application templates. */
export function templateRoutes({ settings, open }: Onboarding): readonly Route[] {
  const { templates, bareTemplates } = settings
  return [
    route({
      id: 'listTemplates',
      method: 'GET',
      path: '/templates',
      summary: 'List the templates',
      guard: open,
      replies: {
        200: {
          description: 'The templates',
          schema: bareTemplates ? z.array(templateBody) : z.object({ templates: z.array(templateBody) }),
        },
      },
      handler: async () => {
        const list = [...templates.values()].map(({ template: { id, name, description } }) => ({
          id,
          name,
          description,
        }))
        return { status: 200, body: bareTemplates ? list : { templates: list } }
      },
    }),
    route({
      id: 'getTemplate',
      method: 'GET',
      path: '/templates/:templateId/schema.json',
      summary: 'Get a template with the schemas of its attributes',
      guard: open,
      params: z.object({ templateId: z.string().max(256) }),
      replies: {
        200: {
          description: 'The template',
          schema: bareTemplates ? templateBody : z.object({ template: templateBody }),
        },
        404: { description: 'Template not found' },
      },
      handler: async ({ params }) => {
        const template = templates.get(params.templateId)?.template
        if (template === undefined) throw new BillfoldError('template.unknown')
        return { status: 200, body: bareTemplates ? template : { template } }
      },
    }),
  ]
}
