import { z } from 'zod'
import { settleJson } from '../../http/index.ts'

/** Bytes of attributes as JSON, sent as a part or in a body. */
export const attributesLimit = 1024 * 1024

/** A JWT in a body. */
export const token = z.string().min(1).max(8192)

const attribute = z.object({
  id: z.union([z.string().min(1).max(512), z.number()]).transform(String),
  schemaId: z.string().max(512).optional(),
  data: z.object({ value: z.unknown().optional() }),
})

/** Attributes: an array, or, as some wallets send it, a text that holds one as JSON. */
export const attributes = z.preprocess(unwrapped, z.array(attribute).max(100))

/** The ids of files, each plain or in an object; or a text that holds them as JSON. */
export const fileIds = z.preprocess(
  unwrapped,
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

/** JSON out of a text, as long as it is text; what is no JSON stays as it is, and is refused for it. */
function unwrapped(given: unknown): unknown {
  let value = given
  for (let round = 0; round < 2 && typeof value === 'string'; round++) {
    try {
      value = JSON.parse(value)
    } catch {
      return value
    }
  }
  return settleJson(value) ? value : undefined
}

/** A `{jwt}`. */
export const jwtBody = z.object({ jwt: z.string() })

/** A `{token}`. */
export const tokenBody = z.object({ token: z.string() })
