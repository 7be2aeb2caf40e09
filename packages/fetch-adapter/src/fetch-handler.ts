import { ServerResponse } from 'node:http'
import { createRouteMatcher, type MountableApi } from '@billfold/core/http'
import { FetchRequest } from './incoming-request.ts'
import { toResponse } from './to-response.ts'

/** Options of {@link fetchHandler}. `Host` is what the host passes with each request. */
export interface FetchHandlerOptions<Host extends readonly unknown[] = readonly unknown[]> {
  /**
   * Returns the address of the client, which rate limits count by. A web request has none, so this is how the host knows it:
   * `server.requestIP(request)?.address` in Bun, `info.remoteAddr.hostname` in Deno, `getConnInfo(context).remote.address` in Hono,
   * `event.getClientAddress()` in SvelteKit, {@link forwardedFor} behind proxies. All callers whose address is undefined share
   * their limits.
   */
  readonly clientAddress: (request: Request, ...host: Host) => string | undefined
  /** The path that the API is mounted at, as it appears in the URL of the request: `/id`. None by default. */
  readonly prefix?: string
  /**
   * Answers requests outside of the prefix or, without a prefix, for paths that the API does not have: a page of the host, or the
   * handler of another API. By default they get the API's own 404, as do unknown paths below the prefix.
   */
  readonly fallthrough?: (request: Request, ...host: Passed<Host>) => Response | Promise<Response>
}

/** What the host passes, inferred from `clientAddress` alone: `fallthrough` may take less. */
type Passed<Host> = Host extends readonly unknown[] ? Host : never

/** Answers a request. `Host` is what the host passes with each request. */
export type FetchHandler<Host extends readonly unknown[] = readonly unknown[]> = (
  request: Request,
  ...host: Host
) => Promise<Response>

/**
 * Creates a function from `Request` to `Response` (WHATWG Fetch) with the routes of an API, for hosts such as Hono, Next.js, SvelteKit,
 * Bun and Deno. Bodies are streamed in both directions. The handler's signal aborts if the client disconnects.
 *
 * @param api an API of `createBillfold`
 * @param options where the client's address comes from, the prefix, and what answers unknown paths
 * @returns the function. It rejects only if a function of the options throws
 * @throws TypeError if the prefix does not start with a slash, or ends with one
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 * import { fetchHandler } from '@billfold/fetch-adapter'
 *
 * const billfold = createBillfold({ storage: memoryStorage(), keyring: environmentKeyring() })
 * const handler = fetchHandler(billfold.custody, {
 *   prefix: '/custody',
 *   // As Deno.serve() calls it.
 *   clientAddress: (_request, info: { remoteAddr: { hostname: string } }) => info.remoteAddr.hostname,
 * })
 * ```
 */
export function fetchHandler<Host extends readonly unknown[] = readonly unknown[]>(
  api: MountableApi,
  options: FetchHandlerOptions<Host>,
): FetchHandler<Host>
export function fetchHandler(api: MountableApi, options: FetchHandlerOptions): FetchHandler {
  const { prefix = '', clientAddress, fallthrough } = options
  if (prefix !== '' && (!prefix.startsWith('/') || prefix.endsWith('/')))
    throw new TypeError(`prefix must start with a slash and not end with one, as in "/id": ${JSON.stringify(prefix)}`)
  const matchRoute = createRouteMatcher(api.routes)
  return async (request, ...host) => {
    if (!isWebRequest(request)) return refuse(api, host[0])
    const url = new URL(request.url)
    const path = stripPrefix(url.pathname, prefix)
    const matched = path === undefined ? undefined : matchRoute(request.method, path)
    const ip = clientAddress(request, ...host) ?? ''
    const incoming = new FetchRequest(request, {
      url,
      mount: prefix,
      path: path ?? url.pathname,
      params: matched?.params ?? {},
      ip,
      host,
    })
    const isHead = request.method === 'HEAD'
    if (matched !== undefined)
      return toResponse(await api.handle(matched.route, incoming), isHead, () => incoming.abort())
    const reply = path === undefined ? undefined : api.handleUnmatched(incoming)
    const isOfHost = reply === undefined && (path === undefined || prefix === '')
    if (isOfHost && fallthrough !== undefined) return fallthrough(request, ...host)
    return toResponse(reply ?? api.reject(incoming, 'route.not-found'), isHead)
  }
}

function stripPrefix(path: string, prefix: string): string | undefined {
  if (prefix === '') return path
  if (path === prefix) return '/'
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined
}

function isWebRequest(request: Partial<Request>): boolean {
  return typeof request.url === 'string' && typeof request.headers?.get === 'function'
}

/**
 * Replies to what other frameworks pass: a request and a response of Node.
 *
 * @throws TypeError if nothing can be sent
 */
function refuse(api: MountableApi, response: unknown): Response {
  const reply = api.reject({ headers: {} }, 'host.unsupported')
  if (response instanceof ServerResponse) {
    response.statusCode = reply.status
    for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value)
    response.end(typeof reply.body === 'string' ? reply.body : undefined)
    return toResponse(reply, true)
  }
  throw new TypeError('fetchHandler() needs a web Request: use an adapter of your framework instead')
}
