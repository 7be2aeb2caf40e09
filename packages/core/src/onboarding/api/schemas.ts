import { z } from 'zod'
import { sanitizeJson } from '../../http/index.ts'

/** Maximum bytes of attributes as JSON, in a body or in a part. */
export const maxAttributesBytes = 1024 * 1024

/** Schema of a JWT in a body. */
export const jwtSchema = z.string().min(1).max(8192)

const attribute = z.object({
  id: z.union([z.string().min(1).max(512), z.number()]).transform(String),
  schemaId: z.string().max(512).optional(),
  data: z.object({ value: z.unknown().optional() }),
})

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
      value = JSON.parse(value)
    } catch {
      return value
    }
  }
  return sanitizeJson(value) ? value : undefined
}

/** Body `{jwt}`. */
export const jwtBody = z.object({ jwt: z.string() })

/** Body `{token}`. */
export const tokenBody = z.object({ token: z.string() })
