import type { z } from 'zod'
import type { Reply } from './request-response.ts'
import type { RequestContext } from './request-context.ts'

/** A body after decoding. */
export interface DecodedBody<State> {
  /** The value that the schema of the route validates. */
  readonly value: unknown
  /** Data for the handler and `encode`: the decrypted form, whether the reply is to be encrypted, ... */
  readonly state: State
  /**
   * The key that the reply is encrypted to. Requests with the same `Idempotency-Key` must agree in it, because a repetition gets
   * the stored reply unchanged.
   */
  readonly replyKey?: string | undefined
}

/**
 * The transmitted form of a route's bodies, such as their encryption. The pipeline validates the transmitted value, decodes it
 * once, compares the decoded value under an `Idempotency-Key`, validates it, and runs the handler, whose result is encoded.
 *
 * @typeParam State what `decode` finds out for the handler and for `encode`
 * @typeParam Result what the handler returns
 *
 * @example
 * ```ts
 * import { type BodyCodec } from '@billfold/core/http'
 * import { z } from 'zod'
 *
 * const base64: BodyCodec<undefined, string> = {
 *   transmittedSchema: () => z.object({ data: z.base64() }),
 *   decode: async (body) => {
 *     const { data } = z.object({ data: z.base64() }).parse(body)
 *     return { value: JSON.parse(Buffer.from(data, 'base64').toString()), state: undefined }
 *   },
 *   encode: async (text) => ({ status: 200, body: { data: Buffer.from(text).toString('base64') } }),
 * }
 * ```
 */
export interface BodyCodec<State = unknown, Result = Reply> {
  /** Builds the schema of the transmitted value, which is validated before `decode` and documented by OpenAPI. */
  readonly transmittedSchema: (schema: z.ZodType) => z.ZodType
  /**
   * Decodes the transmitted body. It runs on routes without a body too, with undefined, for the state.
   *
   * @param body the output of the transmitted schema
   */
  readonly decode: (body: unknown, context: RequestContext) => Promise<DecodedBody<State>>
  /** Encodes the result of the handler. */
  readonly encode: (result: Result, state: State, context: RequestContext) => Promise<Reply>
}
