import { BillfoldError } from '../kernel/errors.ts'
import type { Logger } from '../kernel/logger.ts'
import type { RateLimitKey } from '../platform/rate-limits/rate-limiter.ts'
import { toSourceAddress } from '../platform/rate-limits/source-address.ts'
import type { Api, MountableApi } from './api.ts'
import { readBody } from './read-body.ts'
import type { IncomingRequest, OutgoingResponse, Reply } from './request-response.ts'
import { serializeError } from '../kernel/serialize-error.ts'
import { toBillfoldError } from './to-billfold-error.ts'
import { HandlerContext } from './handler-context.ts'
import { requestLimits } from './request-limits.ts'
import { hashBodyWhileStreaming, type IdempotencyServices, handleIdempotently } from './idempotency-key-header.ts'
import { errorHeaders, toOutgoingResponse } from './outgoing-response.ts'
import { type CountedLimit, withRateLimitFields } from './rate-limit-fields.ts'
import { type UrlEncodedParameters, parseUrlEncoded } from './url-encoded.ts'
import { validateRoutes, allowedMethods } from './paths.ts'
import { resolveRequestId } from './request-id.ts'
import type { Caller } from './guard.ts'
import type { RawInput } from './parse-input.ts'
import type { RateLimit } from './route-definition.ts'
import type { RequestContext } from './request-context.ts'
import type { Route } from './route.ts'

/** Services of the request pipeline. */
export interface PipelineServices extends IdempotencyServices {
  readonly logger: Logger
  /** Time limit for a body to arrive, in milliseconds; defaults to 30,000. */
  readonly bodyTimeoutMs?: number
}

/**
 * Creates an API that framework adapters can mount.
 *
 * Pipeline: request id, IP rate limits, authentication (guard), caller rate limits, body, authentication again if the body took
 * longer than 250 ms or may hold the credential, validation, handler. Errors are rendered by the API's `errorReply`.
 *
 * @param api the routes and the error format
 * @param services the services of the pipeline
 * @throws Error if a path is not portable between routers, or a route is duplicated or unreachable
 */
export function createMountableApi(api: Api, services: PipelineServices): MountableApi {
  validateRoutes(api.routes)
  return Object.freeze({
    ...api,
    handle: (route: Route, request: IncomingRequest) => handle(api, services, route, request),
    handleUnmatched: (request: IncomingRequest) => replyToUnmatched(api, services, request),
    reject: (request: Pick<IncomingRequest, 'headers'>, code: BillfoldError['code'], allow?: readonly string[]) =>
      fail(
        api,
        services,
        resolveRequestId(request.headers),
        new BillfoldError(code, allow === undefined ? {} : { allow }),
      ),
  })
}

async function handle(
  api: Api,
  services: PipelineServices,
  route: Route,
  request: IncomingRequest,
): Promise<OutgoingResponse> {
  if (route.limits.length === 0) return handleCounted(api, services, route, request, [])
  const counted: CountedLimit[] = []
  return withRateLimitFields(await handleCounted(api, services, route, request, counted), route.limits, counted)
}

/** @param counted receives the limits that the request was counted against */
async function handleCounted(
  api: Api,
  services: PipelineServices,
  route: Route,
  request: IncomingRequest,
  counted: CountedLimit[],
): Promise<OutgoingResponse> {
  const requestId = resolveRequestId(request.headers)
  try {
    const response = toOutgoingResponse(await runRoute(api, services, route, request, requestId, counted), requestId)
    return isStreamed(response.body)
      ? { ...response, body: logFailure(response.body, services.logger, { requestId, api: api.name, route: route.id }) }
      : response
  } catch (error) {
    return fail(api, services, requestId, error, { route, request })
  }
}

function isStreamed(body: OutgoingResponse['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && Symbol.asyncIterator in body
}

/** Logs an error of a streamed body. It cannot be sent: status and headers are already on the wire. */
async function* logFailure(
  body: AsyncIterable<Uint8Array>,
  logger: Logger,
  fields: Readonly<Record<string, unknown>>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    logger.error({ ...fields, error: serializeError(error) }, 'response stream failed')
    throw error
  }
}

async function runRoute(
  api: Api,
  services: PipelineServices,
  route: Route,
  request: IncomingRequest,
  requestId: string,
  counted: CountedLimit[],
): Promise<Reply> {
  checkPath(request.path)
  // An await costs nearly as much when there is nothing to wait for.
  const limited = route.limits.length > 0
  if (limited) await consumeRateLimits(api, services, route, 'ip', { subject: toSourceAddress(request.ip) }, counted)
  const admitted = await route.guard.admit(request)
  if (limited && admitted !== undefined) await consumeCallerRateLimits(api, services, route, admitted, counted)
  const admittedAt = performance.now()
  const query = route.query === undefined ? undefined : parseQuery(request.query)
  const body =
    route.body === undefined
      ? undefined
      : await readBody(route.body, request, services.bodyTimeoutMs ?? requestLimits.bodyTimeoutMs)
  // Re-authenticate after slow bodies, so that a key revoked mid-upload is rejected. Bodies that arrive with the headers skip this.
  // Authentication consumes nothing and counts against no limit. Multipart parts are read later, with tokens that cannot be revoked.
  const isRecent = performance.now() - admittedAt < requestLimits.reauthenticateAfterMs
  const caller =
    isRecent && admitted !== undefined && route.guard.admitBody === undefined
      ? admitted
      : await admitWithBody(route.guard, request, body?.value, isRecent ? admitted : undefined)
  if (limited && admitted === undefined) await consumeCallerRateLimits(api, services, route, caller, counted)
  const input = { params: request.params, query, headers: request.headers, body: body?.value }
  const key = route.idempotency === 'key' ? request.headers['idempotency-key'] : undefined
  if (key === undefined && body?.parts === undefined)
    return await run(route, input, new HandlerContext(request, requestId, caller, body))
  try {
    if (key === undefined) return await run(route, input, new HandlerContext(request, requestId, caller, body))
    const keyed = hashBodyWhileStreaming(body)
    const handling = new HandlerContext(request, requestId, caller, keyed?.body)
    return await handleIdempotently(api, services, route, input, handling, keyed?.digest)
  } finally {
    body?.parts?.stop()
  }
}

async function run(route: Route, input: RawInput, context: RequestContext): Promise<Reply> {
  return (await route.prepare(input, context)).run()
}

/**
 * Authenticates the caller once the body is read.
 *
 * @param admitted the caller according to the headers; undefined to authenticate the headers again
 */
async function admitWithBody(
  guard: Route['guard'],
  request: IncomingRequest,
  body: unknown,
  admitted: Caller | undefined,
): Promise<Caller> {
  if (guard.admitBody === undefined) return guard.admit(request)
  return guard.admitBody(request, body, admitted ?? (await guard.admit(request)))
}

function consumeCallerRateLimits(
  api: Api,
  services: PipelineServices,
  route: Route,
  { id: subject, tenant }: Caller,
  counted: CountedLimit[],
): Promise<void> {
  return consumeRateLimits(api, services, route, 'caller', { subject, tenant }, counted)
}

async function consumeRateLimits(
  api: Api,
  services: PipelineServices,
  route: Route,
  by: RateLimit['by'],
  subject: Omit<RateLimitKey, 'name'>,
  counted: CountedLimit[],
): Promise<void> {
  for (const rule of route.limits) {
    if (rule.by !== by) continue
    const key = { name: `${api.name}.${route.id}.${by}.${rule.windowSeconds}`, ...subject }
    const result = await services.rateLimiter.consume(key, { limit: rule.limit, windowSeconds: rule.windowSeconds })
    counted.push({ limit: rule, result })
    if (!result.allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds: result.retryAfterSeconds })
  }
}

/** Rejects malformed percent-encoding uniformly: routers differ in how they decode parameters. */
function checkPath(path: string): void {
  if (!path.includes('%') && !path.includes('\0')) return
  try {
    if (!decodeURIComponent(path).includes('\0')) return
  } catch {
    // Rejected below, like U+0000.
  }
  throw invalid('path', 'Malformed percent-encoding')
}

function parseQuery(text: string): UrlEncodedParameters {
  const parameters = text.length > requestLimits.maxQueryLength ? undefined : parseUrlEncoded(text)
  if (parameters === undefined) throw invalid('query', 'Too long, too many parameters, or invalid text')
  return parameters
}

function invalid(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}

function replyToUnmatched(
  api: Api,
  services: PipelineServices,
  request: IncomingRequest,
): OutgoingResponse | undefined {
  const allow = allowedMethods(api.routes, request.path)
  if (allow.length === 0) return undefined
  const requestId = resolveRequestId(request.headers)
  if (request.method === 'OPTIONS')
    return toOutgoingResponse({ status: 204, headers: { allow: allow.join(', ') } }, requestId)
  return fail(api, services, requestId, new BillfoldError('route.method-not-allowed', { allow }), { request })
}

/** Renders an error in the format of the API, and logs it if its status is 500 or higher. */
function fail(
  api: Api,
  services: PipelineServices,
  requestId: string,
  thrown: unknown,
  { route, request }: { readonly route?: Route; readonly request?: IncomingRequest } = {},
): OutgoingResponse {
  const error = toBillfoldError(thrown)
  if (error.status >= 500 && !isRefusal(error)) {
    const fields = { requestId, api: api.name, route: route?.id, code: error.code }
    services.logger.error({ ...fields, error: serializeError(thrown) }, logMessage(error))
  }
  try {
    const page = request && api.errorPage?.(error, { ...pickTarget(request), requestId })
    const reply = page ?? api.errorReply(error, requestId, route)
    return toOutgoingResponse(
      { ...reply, headers: { ...errorHeaders(error, reply.status), ...reply.headers } },
      requestId,
    )
  } catch (cause) {
    services.logger.error({ requestId, api: api.name, error: serializeError(cause) }, 'error reply failed')
    return toOutgoingResponse({ status: 500, body: { error: 'unexpected', requestId } }, requestId)
  }
}

function pickTarget({ headers, path, query }: IncomingRequest): Pick<IncomingRequest, 'headers' | 'path' | 'query'> {
  return { headers, path, query }
}

/** What to do about a mistake of the host, which the caller need not know. */
const cures: Readonly<Partial<Record<BillfoldError['code'], string>>> = {
  'body.raw-unavailable':
    'A body parser before this route did not retain the raw body: in Express pass `verify: retainRawBody` of @billfold/express-adapter to it, in Koa use a parser that sets ctx.request.rawBody, pass fetchHandler() a request whose body is unread, or mount Billfold before the parser',
  'host.unsupported':
    'The router runs in an application of another framework: use expressRouter() with `app.use()` of an Express 4 or 5 application only, koaRouter().routes() with `app.use()` of a Koa application only, and fetchHandler() where a web Request is passed',
}

/** What the host does not offer is refused with 501, which is no failure, unless it is a mistake of the host. */
function isRefusal({ status, code }: BillfoldError): boolean {
  return status === 501 && cures[code] === undefined
}

function logMessage(error: BillfoldError): string {
  return cures[error.code] ?? error.message
}
