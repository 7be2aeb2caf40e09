import type { ApplicationTemplate } from '../applications/templates.ts'

/** Returns a template as wallets see it: of a presentation the id of its query, and no functions. */
export function toPublishedTemplate({ approve: _, attributes, ...template }: ApplicationTemplate): object {
  return {
    ...template,
    attributes: attributes.map(({ presentation, ...attribute }) => ({
      ...attribute,
      ...(presentation !== undefined && { presentation: { query: presentation.query.id } }),
    })),
  }
}
