import { z } from 'zod'

/** Schema of a stored attribute. */
export const attributeSchema = z.object({
  id: z.string(),
  schemaId: z.string().optional(),
  data: z.object({ value: z.unknown().optional() }),
  documents: z.array(z.unknown()).optional(),
  verified: z
    .object({ by: z.literal('presentation'), issuer: z.string(), type: z.string(), anchor: z.string(), at: z.number() })
    .optional(),
})

/** How an attribute was verified. A claim identifies somebody only together with its issuer. */
export interface AttributeVerification {
  readonly by: 'presentation'
  /** The subject of the issuer's certificate. */
  readonly issuer: string
  /** The type of the credential. */
  readonly type: string
  /** The trust anchor of the issuer. */
  readonly anchor: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** One attribute that a person has submitted: its id, or the id of its schema, and its value. */
export interface Attribute {
  readonly id: string
  readonly schemaId?: string | undefined
  readonly data: { readonly value?: unknown }
  /** Documents sent beside the value, as wallets describe them: references, or objects whose `content` is the id of a file. */
  readonly documents?: readonly unknown[] | undefined
  /** How it was verified; undefined for what the applicant only says. */
  readonly verified?: AttributeVerification | undefined
}

const documentPrefix = '$document-'

/** True for a text that refers to a document sent in the same request: `$document-1`. */
export function isDocumentReference(text: string): boolean {
  return text.startsWith(documentPrefix)
}

/** Formats the reference to a document of the same request: `$document-1`. */
export function formatDocumentReference(name: string | number): string {
  return `${documentPrefix}${name}`
}

/** Collects the distinct references of attributes, in their values and their documents. */
export function collectAttributeReferences(
  attributes: readonly Attribute[],
  isReference: (text: string) => boolean,
): ReadonlySet<string> {
  return collectReferences(
    attributes.map(({ data, documents }) => [data.value, documents]),
    isReference,
  )
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

/** Copies attributes, replacing references in their values and documents as `replaceReferences` does. */
export function replaceAttributeReferences(
  attributes: readonly Attribute[],
  replacements: ReadonlyMap<string, string>,
): readonly Attribute[] {
  return attributes.map(({ data, documents, ...attribute }) => ({
    ...attribute,
    data: { value: replaceReferences(data.value, replacements) },
    ...(documents !== undefined && { documents: documents.map((item) => replaceReferences(item, replacements)) }),
  }))
}
