import { z } from 'zod'

/** Schema of a stored attribute. */
export const attributeSchema = z.object({
  id: z.string(),
  schemaId: z.string().optional(),
  data: z.object({ value: z.unknown().optional() }),
})

/** One attribute that a person has submitted: its id, or the id of its schema, and its value. */
export interface Attribute {
  readonly id: string
  readonly schemaId?: string | undefined
  readonly data: { readonly value?: unknown }
}

/** Collects the distinct strings in a JSON value that are references: `$document-1`, or the id of a file. */
export function collectReferences(value: unknown, isReference: (text: string) => boolean): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (inner: unknown): void => {
    if (typeof inner === 'string' && isReference(inner)) found.add(inner)
    else if (typeof inner === 'object' && inner !== null) Object.values(inner).forEach(visit)
  }
  visit(value)
  return found
}

/** Copies a JSON value, replacing every string that is a key of `replacements`. */
export function replaceReferences(value: unknown, replacements: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return replacements.get(value) ?? value
  if (Array.isArray(value)) return value.map((item) => replaceReferences(item, replacements))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaceReferences(item, replacements)]))
}

/** Copies attributes, replacing references in their values as `replaceReferences` does. */
export function replaceAttributeReferences(
  attributes: readonly Attribute[],
  replacements: ReadonlyMap<string, string>,
): readonly Attribute[] {
  return attributes.map((attribute) => ({
    ...attribute,
    data: { value: replaceReferences(attribute.data.value, replacements) },
  }))
}
