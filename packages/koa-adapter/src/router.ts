import { METHODS, ServerResponse } from 'node:http'
import { type MountableApi, parameterNames, type Route } from '@billfold/core/http'
import Router, { type RouterContext } from '@koa/router'
import type { Next } from 'koa'
import { stripMountPath, fromKoaContext } from './incoming-request.ts'
import { sendKoaResponse } from './send-response.ts'

/** Options of {@link koaRouter}. */
export interface KoaRouterOptions {
  /** The prefix of all routes: `/id`. Alternatively use koa-mount or nest the router. */
  readonly prefix?: string
  /**
   * Passes requests for unknown paths on to the host (true), or replies 404 in the format of the API (false). The default is
   * true if mounted at the root and false under a prefix.
   */
  readonly fallthrough?: boolean
}

/**
 * Creates a router (@koa/router) with the routes of an API. Mount it with `app.use(router.routes())`, before or after a body
 * parser, with a prefix, under koa-mount, or nested in another router. Errors of the API do not reach the host's error
 * handling.
 *
 * @param api an API of `createBillfold`
 * @param options the prefix, and whether unknown paths fall through
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 * import { koaRouter } from '@billfold/koa-adapter'
 * import Koa from 'koa'
 *
 * const billfold = createBillfold({ storage: memoryStorage(), keyring: environmentKeyring() })
 * new Koa().use(koaRouter(billfold.custody, { prefix: '/custody' }).routes()).listen(3000)
 * ```
 */
export function koaRouter(api: MountableApi, options: KoaRouterOptions = {}): Router {
  const { prefix } = options
  const router = new Router({ sensitive: true, ...(prefix === undefined ? {} : { prefix }) })
  for (const route of api.routes) register(router, api, route)
  router.register('/{*billfoldPath}', METHODS, async (context: RouterContext, next: Next) => {
    const unmatched = fromKoaContext(context, [], `/${context.captures?.at(-1) ?? ''}`)
    const reply = api.handleUnmatched(unmatched)
    const fallthrough = options.fallthrough ?? unmatched.mount === ''
    if (reply !== undefined) sendKoaResponse(context, reply)
    else if (fallthrough) await next()
    else sendKoaResponse(context, api.reject(unmatched, 'route.not-found'))
  })
  refuseOtherHosts(router, api)
  return router
}

/** The router itself fails on what another framework passes, before it reaches a route. */
function refuseOtherHosts(router: Router, api: MountableApi): void {
  const routes = router.routes.bind(router)
  router.routes = () => {
    const dispatch = routes()
    const guarded: typeof dispatch = async (context, next) => {
      if (isKoaContext(context)) await dispatch(context, next)
      else refuse(api, next)
    }
    if (dispatch.router !== undefined) guarded.router = dispatch.router
    return guarded
  }
}

/** What a Koa application passes to its middleware; another framework passes a request of its own. */
function isKoaContext(context: object): boolean {
  return 'req' in context && 'request' in context && 'cookies' in context
}

/**
 * Replies to what other frameworks pass: a request and a response.
 *
 * @throws TypeError if nothing can be sent
 */
function refuse(api: MountableApi, response: unknown): void {
  const reply = api.reject({ headers: {} }, 'host.unsupported')
  if (!(response instanceof ServerResponse)) throw new TypeError('koaRouter().routes() needs a Koa application')
  response.statusCode = reply.status
  for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value)
  response.end(typeof reply.body === 'string' ? reply.body : undefined)
}

function register(router: Router, api: MountableApi, route: Route): void {
  const names = parameterNames(route.path)
  const segments = route.path.split('/').length - 1
  router.register(route.path, [route.method], async (context: RouterContext) => {
    sendKoaResponse(
      context,
      await api.handle(route, fromKoaContext(context, names, stripMountPath(context.path, segments))),
    )
  })
}
