import { z } from 'zod'

/** An attribute as it is kept. */
export const attributeShape = z.object({
  id: z.string(),
  schemaId: z.string().optional(),
  data: z.object({ value: z.unknown().optional() }),
})

/** One thing that a person says: what it is, by its id, and its value. */
export interface Attribute {
  readonly id: string
  readonly schemaId?: string | undefined
  readonly data: { readonly value?: unknown }
}

/** All texts in a value that are a mention, each once: `$document-1`, or the id of a file. */
export function mentionsIn(value: unknown, isMention: (text: string) => boolean): ReadonlySet<string> {
  const found = new Set<string>()
  const look = (inner: unknown): void => {
    if (typeof inner === 'string' && isMention(inner)) found.add(inner)
    else if (typeof inner === 'object' && inner !== null) Object.values(inner).forEach(look)
  }
  look(value)
  return found
}

/** The same value with each text replaced that has a replacement. */
export function withReplaced(value: unknown, replacements: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return replacements.get(value) ?? value
  if (Array.isArray(value)) return value.map((item) => withReplaced(item, replacements))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withReplaced(item, replacements)]))
}

/** Attributes with each text in their values replaced that has a replacement. */
export function attributesWith(
  attributes: readonly Attribute[],
  replacements: ReadonlyMap<string, string>,
): readonly Attribute[] {
  return attributes.map((attribute) => ({
    ...attribute,
    data: { value: withReplaced(attribute.data.value, replacements) },
  }))
}
