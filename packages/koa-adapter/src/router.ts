import { METHODS } from 'node:http'
import { type MountableApi, parameterNames, type Route } from '@billfold/core/http'
import Router, { type RouterContext } from '@koa/router'
import type { Next } from 'koa'
import { belowMount, incoming } from './incoming.ts'
import { send } from './send.ts'

/** How an API is put on a router. */
export interface KoaRouterOptions {
  /** Where the routes begin: `/id`. Mounting under koa-mount, or in a router of the host, does the same. */
  readonly prefix?: string
  /**
   * What becomes of a path that no route has: `answer` it as the API answers errors, or `pass` it on to the host. Unless
   * said otherwise it is answered under a prefix and passed on at the root.
   */
  readonly unknownPaths?: 'answer' | 'pass'
}

/**
 * A router of @koa/router with the routes of an API. Mount it with `app.use(router.routes())`, before or after a body
 * parser, under a prefix, under koa-mount, or nested in a router of the host. Nothing that the API throws reaches the
 * host's error handling.
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
    const unrouted = incoming(context, [], `/${context.captures?.at(-1) ?? ''}`)
    const answer = api.answerUnrouted(unrouted)
    const answered = options.unknownPaths ?? (unrouted.mount === '' ? 'pass' : 'answer')
    if (answer !== undefined) send(context, answer)
    else if (answered === 'answer') send(context, api.refuse(unrouted, 'route.not-found'))
    else await next()
  })
  return router
}

function register(router: Router, api: MountableApi, route: Route): void {
  const names = parameterNames(route.path)
  const segments = route.path.split('/').length - 1
  router.register(route.path, [route.method], async (context: RouterContext) => {
    send(context, await api.handle(route, incoming(context, names, belowMount(context.path, segments))))
  })
}
