import { createIncomingRequest, type IncomingRequest, toIncomingBody } from '@billfold/core/http'
import type { Request, Response } from 'express'

/** Converts an Express request. `names` are the parameters of the route. */
export function fromExpressRequest(request: Request, response: Response, names: readonly string[]): IncomingRequest {
  const { url } = request
  const mark = url.indexOf('?')
  const parts = {
    method: request.method,
    path: request.path,
    mount: request.baseUrl,
    params: Object.fromEntries(names.map((name) => [name, String(request.params[name])])),
    query: mark === -1 ? '' : url.slice(mark + 1),
    headers: request.headers,
    // Undefined if the socket is already closed.
    ip: request.ip ?? '',
    origin: () => `${request.protocol}://${request.get('host') ?? ''}`,
    native: { request, response },
    body: toIncomingBody(request, request.body, 'rawBody' in request ? request.rawBody : undefined),
  }
  return createIncomingRequest(parts, response)
}
