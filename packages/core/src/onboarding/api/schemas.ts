import { z } from 'zod'
import { parseJson, sanitizeJson } from '../../http/index.ts'
import {
  type Attribute,
  formatDocumentReference,
  isDocumentReference,
  replaceReferences,
} from '../applications/attributes.ts'
import { parseFileId } from '../applications/files.ts'
import { findExceededLimit } from '../applications/value-limits.ts'

/** Schema of a JWT in a body. */
export const jwtSchema = z.string().min(1).max(8192)

const fileIdText = z.string().refine((text) => parseFileId(text) !== undefined, 'must be the id of an uploaded file')

/** A document beside a value: the name of a `$document-…` part, a file id, or a description whose `content` names files. */
const documentSchema = z.union([
  z.union([z.string().min(1).max(64), z.number()]).transform(toDocumentReference),
  z.looseObject({ content: z.union([fileIdText, z.array(fileIdText).max(20)]) }),
])

const attribute = z
  .object({
    id: z.union([z.string().min(1).max(512), z.number()]).transform(String),
    schemaId: z.string().max(512).optional(),
    schema: z.unknown().optional().describe("The wallet's copy of the schema; only its `$id` is read"),
    data: z.unknown().optional().describe('The value, or an object whose only property is `value`'),
    documents: z
      .array(documentSchema)
      .max(20)
      .superRefine((documents, context) => {
        const message = findExceededLimit(documents)
        if (message !== undefined) context.addIssue({ code: 'custom', message })
      })
      .optional(),
  })
  .transform(({ id, schemaId, schema, data, documents }): Attribute => {
    const known = schemaId ?? readSchemaId(schema)
    return {
      id,
      ...(known !== undefined && { schemaId: known }),
      data: { value: replaceReferences(unwrapValue(data), filesByReference(documents ?? [])) },
      ...(documents !== undefined && documents.length > 0 && { documents }),
    }
  })

/** Older wallets send `{data: {value}}`, newer ones the value itself. An object with further properties is a value itself. */
function unwrapValue(data: unknown): unknown {
  const isWrapped = typeof data === 'object' && data !== null && 'value' in data && Object.keys(data).length === 1
  return isWrapped ? data.value : data
}

/** Older wallets leave `$document-1` in a value and describe document 1, uploaded before, beside it. */
function filesByReference(documents: readonly z.infer<typeof documentSchema>[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const document of documents) {
    if (typeof document === 'string') continue
    const { id, content } = document
    const [file] = typeof content === 'string' ? [content] : content
    if ((typeof id === 'string' || typeof id === 'number') && file !== undefined)
      files.set(formatDocumentReference(id), file)
  }
  return files
}

function readSchemaId(schema: unknown): string | undefined {
  const id = typeof schema === 'object' && schema !== null && '$id' in schema ? schema.$id : undefined
  return typeof id === 'string' && id.length <= 512 ? id : undefined
}

/** Older wallets list documents by number: 1 refers to the part `$document-1`. */
function toDocumentReference(name: string | number): string {
  const isReference = typeof name === 'string' && (isDocumentReference(name) || parseFileId(name) !== undefined)
  return isReference ? name : formatDocumentReference(name)
}

/** Schema of attributes: an array or, as some wallets send it, a JSON string of one. */
export const attributesSchema = z.preprocess(parseNestedJson, z.array(attribute).max(100))

/** Schema of file ids: an array of ids or of objects with one, or a JSON string of such an array. */
export const fileIdsSchema = z.preprocess(
  parseNestedJson,
  z
    .array(
      z.union([
        z.string().max(64),
        z.object({ id: z.string().max(64) }).transform(({ id }) => id),
        z.object({ fileId: z.string().max(64) }).transform(({ fileId }) => fileId),
      ]),
    )
    .max(100),
)

/** Parses up to two layers of JSON strings. Returns unparsable text unchanged, which then fails validation. */
function parseNestedJson(input: unknown): unknown {
  let value = input
  for (let round = 0; round < 2 && typeof value === 'string'; round++) {
    try {
      value = parseJson(withoutLooseQuotes(value))
    } catch {
      return value
    }
  }
  return sanitizeJson(value) ? value : undefined
}

/** The published document prints the array in quotes without escaping the quotes inside: `"[{"id":…}]"`. */
function withoutLooseQuotes(text: string): string {
  const [, inner = text] = /^\s*"(\[\s*\{\s*".*\])"\s*$/s.exec(text) ?? []
  return inner
}

/** Body `{jwt}`. */
export const jwtBody = z.object({ jwt: z.string() })

/** Body `{token}`. */
export const tokenBody = z.object({ token: z.string() })
