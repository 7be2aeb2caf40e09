import { z } from 'zod'
import { isBillfoldError } from '../kernel/errors.ts'
import { type InputSchemas, parseInput, type RawInput } from './parse-input.ts'
import type { Reply } from './request-response.ts'
import type { RequestContext } from './request-context.ts'
import type { CodedRouteDefinition, DocumentedErrors, RouteDefinition, RouteInput } from './route-definition.ts'

/** A request that is validated and decoded, and can be run. */
export interface PreparedRequest {
  /** The input with the decoded body, before the schemas converted it. */
  readonly decoded: RawInput
  /** The schemas of `decoded`. */
  readonly schemas: InputSchemas
  /** See {@link DecodedBody}. */
  readonly replyKey: string | undefined
  readonly run: () => Promise<Reply>
}

/** Validates and decodes a request. @throws BillfoldError `input.invalid`, and the errors of the codec */
export type Prepare = (raw: RawInput, context: RequestContext) => Promise<PreparedRequest>

/** Passes on a part that is already validated. */
const passedOn = z.unknown()

/** Prepares the requests of a route without a codec. */
export function preparePlain<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  H extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
>(definition: RouteDefinition<P, Q, H, B>): Prepare {
  const { handler, documentedErrors } = definition
  const schemas = toInputSchemas(definition)
  return async (raw, context) => {
    const input = parseInput<RouteInput<P, Q, H, B>>(schemas, raw)
    const run = (): Promise<Reply> => replyToErrors(documentedErrors, handler(input, context))
    return { decoded: raw, schemas, replyKey: undefined, run }
  }
}

/**
 * Prepares the requests of a route with a codec: the body is validated as transmitted, decoded, and validated again.
 * @param transmittedSchema the schema of the body as transmitted; undefined for a route without a body
 */
export function prepareCoded<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  H extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
  State,
  Result,
>(definition: CodedRouteDefinition<P, Q, H, B, State, Result>, transmittedSchema: z.ZodType | undefined): Prepare {
  const { codec, handler, documentedErrors } = definition
  const schemas = toInputSchemas(definition)
  const transmitted = { ...schemas, body: transmittedSchema }
  const decoded = { params: passedOn, query: passedOn, headers: passedOn, body: schemas.body }
  return async (raw, context) => {
    const outer = parseInput<RawInput>(transmitted, raw)
    const { value, state, replyKey } = await codec.decode(outer.body, context)
    const input = parseInput<RouteInput<P, Q, H, B>>(decoded, { ...outer, body: value })
    const run = async (): Promise<Reply> => codec.encode(await handler(input, context, state), state, context)
    return { decoded: { ...raw, body: value }, schemas, replyKey, run: () => replyToErrors(documentedErrors, run()) }
  }
}

function toInputSchemas(definition: {
  readonly params?: z.ZodType | undefined
  readonly query?: z.ZodType | undefined
  readonly headers?: z.ZodType | undefined
  readonly body?: { readonly schema: z.ZodType } | undefined
}): InputSchemas {
  const { params, query, headers, body } = definition
  return { params, query, headers, body: body?.schema }
}

async function replyToErrors(documentedErrors: DocumentedErrors | undefined, running: Promise<Reply>): Promise<Reply> {
  if (documentedErrors === undefined) return running
  try {
    return await running
  } catch (error) {
    const toReply = isBillfoldError(error) ? documentedErrors[error.code] : undefined
    if (toReply === undefined || !isBillfoldError(error)) throw error
    return { ...toReply(error), isRejection: true }
  }
}
