import { BillfoldError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { RateLimitKey } from '../rate-limits/limiter.ts'
import { sourceOf } from '../rate-limits/source.ts'
import type { Api, MountableApi } from './api.ts'
import { takeBody } from './body.ts'
import type { IncomingRequest, OutgoingResponse, Reply } from './exchange.ts'
import { describeFailure, toBillfoldError } from './failure.ts'
import { Handling } from './handling.ts'
import { limits } from './limits.ts'
import { digestible, type KeyServices, runOnce } from './idempotency-key.ts'
import { errorHeaders, toOutgoing } from './outgoing.ts'
import { type Parameters, readParameters } from './parameters.ts'
import { checkRoutes, methodsAt } from './paths.ts'
import { requestIdOf } from './request-id.ts'
import type { RateLimit, Route } from './route.ts'

/** What the pipeline stands on. */
export interface PipelineServices extends KeyServices {
  readonly logger: Logger
  /** Milliseconds for a body to arrive; 30,000 unless said otherwise. */
  readonly bodyMilliseconds?: number
}

/**
 * Makes an API ready to be mounted. A request goes through: request id, limits by source address, guard, limits by caller,
 * body, the guard again after a body that was waited for, schemas, handler; whatever is thrown on the way is shown as the API shows errors.
 * @throws Error when the routes cannot be mounted: a path that routers read differently, a route twice or never reached
 */
export function mountable(api: Api, services: PipelineServices): MountableApi {
  checkRoutes(api.routes)
  return Object.freeze({
    ...api,
    handle: (route: Route, request: IncomingRequest) => handle(api, services, route, request),
    answerUnrouted: (request: IncomingRequest) => answerUnrouted(api, services, request),
    refuse: (request: IncomingRequest, code: BillfoldError['code'], allow?: readonly string[]) =>
      fail(api, services, requestIdOf(request.headers), new BillfoldError(code, allow === undefined ? {} : { allow })),
  })
}

async function handle(
  api: Api,
  services: PipelineServices,
  route: Route,
  request: IncomingRequest,
): Promise<OutgoingResponse> {
  const requestId = requestIdOf(request.headers)
  try {
    const response = toOutgoing(await answer(api, services, route, request, requestId), requestId)
    return isStreamed(response.body)
      ? { ...response, body: watched(response.body, services.logger, { requestId, api: api.name, route: route.id }) }
      : response
  } catch (error) {
    return fail(api, services, requestId, error, route)
  }
}

function isStreamed(body: OutgoingResponse['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && Symbol.asyncIterator in body
}

/** A body that says in the log why it broke off: its status and headers are sent already. */
async function* watched(
  body: AsyncIterable<Uint8Array>,
  logger: Logger,
  place: Readonly<Record<string, unknown>>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    logger.error({ ...place, error: describeFailure(error) }, 'a reply broke off')
    throw error
  }
}

async function answer(
  api: Api,
  services: PipelineServices,
  route: Route,
  request: IncomingRequest,
  requestId: string,
): Promise<Reply> {
  checkPath(request.path)
  // Most of the cost of a wait is paid even where there is nothing to wait for.
  const limited = route.limits.length > 0
  if (limited) await limit(api, services, route, 'ip', { subject: sourceOf(request.ip) })
  const admitted = await route.guard.admit(request)
  if (limited) await limit(api, services, route, 'caller', { subject: admitted.id, tenant: admitted.tenant })
  const admittedAt = performance.now()
  const query = route.query === undefined ? undefined : takeQuery(request.query)
  const body =
    route.body === undefined
      ? undefined
      : await takeBody(route.body, request, services.bodyMilliseconds ?? limits.bodyMilliseconds)
  // Whoever keeps a half-sent body open must not act once their key is ended. Nearly all bodies come with their headers: those cost no
  // second look. To admit uses nothing up and counts against no limit. Parts come later, under tokens that nobody can end.
  const isRecent = performance.now() - admittedAt < limits.admissionMilliseconds
  const caller = isRecent ? admitted : await route.guard.admit(request)
  const unparsed = { params: request.params, query, headers: request.headers, body: body?.value }
  const key = route.idempotency === 'key' ? request.headers['idempotency-key'] : undefined
  if (key === undefined && body?.parts === undefined)
    return route.run(unparsed, new Handling(request, requestId, caller, body))
  try {
    if (key === undefined) return await route.run(unparsed, new Handling(request, requestId, caller, body))
    const keyed = digestible(body)
    const handling = new Handling(request, requestId, caller, keyed?.body)
    return await runOnce(api, services, route, unparsed, handling, keyed?.digest)
  } finally {
    body?.parts?.stop()
  }
}

async function limit(
  api: Api,
  services: PipelineServices,
  route: Route,
  by: RateLimit['by'],
  whose: Omit<RateLimitKey, 'name'>,
): Promise<void> {
  for (const { by: counted, most, seconds } of route.limits) {
    if (counted !== by) continue
    const key = { name: `${api.name}.${route.id}.${by}.${seconds}`, ...whose }
    const { allowed, retryAfterSeconds } = await services.limiter.take(key, { most, seconds })
    if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
  }
}

/** Routers decode parameters each in their own way: a path that is not well-formed is told here, in one. */
function checkPath(path: string): void {
  if (!path.includes('%')) return
  try {
    if (!decodeURIComponent(path).includes('\0')) return
  } catch {
    // Told below, as U+0000 is.
  }
  throw invalid('path', 'Malformed percent-encoding')
}

function takeQuery(text: string): Parameters {
  const parameters = text.length > limits.queryBytes ? undefined : readParameters(text)
  if (parameters === undefined) throw invalid('query', 'Too long, too many parameters, or text that cannot be kept')
  return parameters
}

function invalid(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}

function answerUnrouted(api: Api, services: PipelineServices, request: IncomingRequest): OutgoingResponse | undefined {
  const allow = methodsAt(api.routes, request.path)
  if (allow.length === 0) return undefined
  const requestId = requestIdOf(request.headers)
  if (request.method === 'OPTIONS') return toOutgoing({ status: 204, headers: { allow: allow.join(', ') } }, requestId)
  return fail(api, services, requestId, new BillfoldError('route.method-not-allowed', { allow }))
}

/** Shows an error as the API shows errors, and logs it if it is ours and not the caller's. */
function fail(
  api: Api,
  services: PipelineServices,
  requestId: string,
  thrown: unknown,
  route?: Route,
): OutgoingResponse {
  const error = toBillfoldError(thrown)
  if (error.status >= 500) {
    const place = { requestId, api: api.name, route: route?.id, code: error.code }
    services.logger.error({ ...place, error: describeFailure(thrown) }, adviceOn(error))
  }
  try {
    const reply = api.errorReply(error, requestId)
    return toOutgoing({ ...reply, headers: { ...errorHeaders(error, reply.status), ...reply.headers } }, requestId)
  } catch (cause) {
    services.logger.error({ requestId, api: api.name, error: describeFailure(cause) }, 'an error could not be shown')
    return toOutgoing({ status: 500, body: { error: 'unexpected', requestId } }, requestId)
  }
}

function adviceOn(error: BillfoldError): string {
  if (error.code !== 'body.raw-unavailable') return error.message
  return 'A body parser before this route did not keep the raw body: in Express give it `verify: keepRawBody` of @billfold/express-adapter, in Koa use one that sets ctx.request.rawBody, or mount Billfold before the parser'
}
