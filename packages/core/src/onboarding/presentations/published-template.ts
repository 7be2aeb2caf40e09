import type { ApplicationTemplate } from '../applications/templates.ts'

/** Returns a template as wallets see it: of a presentation the id of its query, and no functions. */
export function toPublishedTemplate(template: ApplicationTemplate): object {
  const { id, name, description, attributes, files } = template
  return {
    id,
    name,
    ...(description !== undefined && { description }),
    attributes: attributes.map(({ presentation, ...attribute }) => ({
      ...attribute,
      ...(presentation !== undefined && { presentation: { query: presentation.query.id } }),
    })),
    ...(files !== undefined && { files }),
  }
}
