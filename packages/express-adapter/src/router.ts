import { type MountableApi, parameterNames, type Route } from '@billfold/core/http'
import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import { incoming } from './incoming.ts'
import { send } from './send.ts'

/** How an API is put on a router. */
export interface ExpressRouterOptions {
  /**
   * What becomes of a path that no route has: `answer` it as the API answers errors, or `pass` it on to the host. Unless
   * said otherwise it is answered under a prefix and passed on at the root.
   */
  readonly unknownPaths?: 'answer' | 'pass'
  /** A router to register the routes on, instead of a new one: for another copy of Express, or for settings of your own. */
  readonly router?: Router
}

/**
 * An Express router (4.19 or 5) with the routes of an API. Mount it with `app.use(router)` or `app.use('/id', router)`,
 * before or after a body parser. Neither the API's errors reach the host's error handlers, nor the host's errors the API.
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
  for (const route of api.routes) register(router, api, route)
  router.use((request: Request, response: Response, next: NextFunction) => {
    const unrouted = incoming(request, response, [])
    const answer = api.answerUnrouted(unrouted)
    const answered = options.unknownPaths ?? (request.baseUrl === '' ? 'pass' : 'answer')
    if (answer !== undefined) send(request, response, answer)
    else if (answered === 'answer') send(request, response, api.refuse(unrouted, 'route.not-found'))
    else next()
  })
  // Only what this router itself throws gets here: a parameter that is not well-formed percent-encoding.
  router.use((_error: unknown, request: Request, response: Response, _next: NextFunction) => {
    send(request, response, api.refuse(incoming(request, response, []), 'input.invalid'))
  })
  return router
}

function register(router: Router, api: MountableApi, route: Route): void {
  const names = parameterNames(route.path)
  const method = lowerCase(route.method)
  router[method](route.path, (request: Request, response: Response) => {
    void api.handle(route, incoming(request, response, names)).then((answer) => send(request, response, answer))
  })
}

const methods = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const

function lowerCase<M extends Route['method']>(method: M): (typeof methods)[M] {
  return methods[method]
}
