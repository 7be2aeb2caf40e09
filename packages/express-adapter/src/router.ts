import { type MountableApi, parameterNames, type Route } from '@billfold/core/http'
import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import { fromExpressRequest } from './incoming-request.ts'
import { sendExpressResponse } from './send-response.ts'

/** Options of {@link expressRouter}. */
export interface ExpressRouterOptions {
  /**
   * Passes requests for unknown paths on to the host (true), or replies 404 in the format of the API (false). The default is
   * true if mounted at the root and false under a prefix.
   */
  readonly fallthrough?: boolean
  /** A router to register the routes on, for another copy of Express or your own settings. A new one by default. */
  readonly router?: Router
}

/**
 * Creates an Express router (4.19 or 5) with the routes of an API. Mount it with `app.use(router)` or `app.use('/id', router)`,
 * before or after a body parser. Errors of the API do not reach the host's error handlers, and vice versa.
 *
 * @param api an API of `createBillfold`
 * @param options whether unknown paths fall through, and the router to use
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 * import { expressRouter } from '@billfold/express-adapter'
 * import express from 'express'
 *
 * const billfold = createBillfold({ storage: memoryStorage(), keyring: environmentKeyring() })
 * express().use('/custody', expressRouter(billfold.custody)).listen(3000)
 * ```
 */
export function expressRouter(api: MountableApi, options: ExpressRouterOptions = {}): Router {
  const router = options.router ?? express.Router({ caseSensitive: true })
  router.use((request: Request, response: Response, next: NextFunction) => {
    if (isExpressRequest(request)) next()
    else sendExpressResponse(request, response, api.reject(request, 'host.unsupported'))
  })
  for (const route of api.routes) register(router, api, route)
  router.use((request: Request, response: Response, next: NextFunction) => {
    const unmatched = fromExpressRequest(request, response, [])
    const reply = api.handleUnmatched(unmatched)
    const fallthrough = options.fallthrough ?? request.baseUrl === ''
    if (reply !== undefined) sendExpressResponse(request, response, reply)
    else if (fallthrough) next()
    else sendExpressResponse(request, response, api.reject(unmatched, 'route.not-found'))
  })
  // Reached only by errors of this router itself, for malformed percent-encoding in a parameter.
  router.use((_error: unknown, request: Request, response: Response, _next: NextFunction) => {
    sendExpressResponse(request, response, api.reject(fromExpressRequest(request, response, []), 'input.invalid'))
  })
  return router
}

/** An Express application adds these to the request; Connect, a Node server or another framework that calls the router does not. */
function isExpressRequest(request: Partial<Request>): boolean {
  return typeof request.get === 'function' && typeof request.protocol === 'string'
}

function register(router: Router, api: MountableApi, route: Route): void {
  const names = parameterNames(route.path)
  const method = lowerCase(route.method)
  router[method](route.path, (request: Request, response: Response) => {
    void api
      .handle(route, fromExpressRequest(request, response, names))
      .then((reply) => sendExpressResponse(request, response, reply))
  })
}

const methods = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const

function lowerCase<M extends Route['method']>(method: M): (typeof methods)[M] {
  return methods[method]
}
