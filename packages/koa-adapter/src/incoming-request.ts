import { createIncomingRequest, type IncomingRequest, toIncomingBody } from '@billfold/core/http'
import type { RouterContext } from '@koa/router'

/** Converts a Koa request. `names` are the parameters of the route; `path` is the path below the mount. */
export function fromKoaContext(context: RouterContext, names: readonly string[], path: string): IncomingRequest {
  const { request } = context
  const parts = {
    method: context.method,
    path,
    mount: parseMount(context.originalUrl, path),
    params: Object.fromEntries(names.map((name) => [name, String(context.params[name])])),
    query: context.querystring,
    headers: context.headers,
    ip: context.ip,
    // Koa's `origin` is the Origin header.
    origin: () => `${context.protocol}://${context.host}`,
    native: context,
    body: toIncomingBody(
      context.req,
      'body' in request ? request.body : undefined,
      'rawBody' in request ? request.rawBody : undefined,
    ),
  }
  return createIncomingRequest(parts, context.res)
}

/** Strips the mount path: returns the last `segments` segments of a path. */
export function stripMountPath(path: string, segments: number): string {
  let start = path.endsWith('/') ? path.length - 1 : path.length
  for (let segment = 0; segment < segments; segment++) start = path.lastIndexOf('/', start - 1)
  return path.slice(Math.max(0, start))
}

function parseMount(originalUrl: string, path: string): string {
  // Requests to proxies contain absolute URLs.
  const url = originalUrl.startsWith('/') ? originalUrl : originalUrl.replace(/^\w+:\/\/[^/?]*/, '')
  const mark = url.indexOf('?')
  const original = mark === -1 ? url : url.slice(0, mark)
  if (original.endsWith(path)) return original.slice(0, original.length - path.length)
  return path === '/' ? original : ''
}
