import type { MountableApi } from '@billfold/core/http'
import { fetchHandler, forwardedFor } from '@billfold/fetch-adapter'
import { getRequestListener, type Http2Bindings, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { type HostBuilder, type HostOptions, hostReplies } from './host-builder.ts'
import type { Mounting } from './mountings.ts'

type Env = HttpBindings | Http2Bindings
type Answer = (request: Request, env: Env) => Response | Promise<Response>

/** Builds a host that answers web requests, on a server of Node. */
export const fetchHost: HostBuilder = (mounting, api, options, noteError) => {
  const answer = mounting.through === 'hono' ? honoApp(mounting, api, options) : plainApp(mounting, api, options)
  const listener = getRequestListener(async (request, env) => {
    try {
      return await answer(request, env)
    } catch (error) {
      noteError(error)
      return new Response(hostReplies.failed, { status: 418 })
    }
  })
  return (request, response) => void listener(request, response)
}

/** One function for every path of the host. */
function plainApp(mounting: Mounting, api: MountableApi, options: HostOptions): Answer {
  return fetchHandler(api, {
    prefix: mounting.prefix,
    clientAddress: (request, env: Env) => clientAddress(request, env, options),
    fallthrough: answerAsHost,
  }) satisfies Answer
}

function honoApp({ prefix }: Mounting, api: MountableApi, options: HostOptions): Answer {
  const handler = fetchHandler(api, {
    prefix,
    clientAddress: (request, env: Env) => clientAddress(request, env, options),
  })
  const router = new Hono<{ Bindings: Env }>().all('/id/*', ({ req, env }) => handler(req.raw, env))
  const app = new Hono<{ Bindings: Env }>().route('/outer', router)
  app.all('*', ({ req }) => answerAsHost(req.raw))
  app.onError((error) => {
    throw error
  })
  return (request, env) => app.fetch(request, env)
}

function answerAsHost(request: Request): Response {
  const { pathname } = new URL(request.url)
  if (pathname === '/host/fails') throw new Error('the host failed')
  return pathname === '/host/ok' ? new Response(hostReplies.ok) : new Response(hostReplies.missing, { status: 404 })
}

function clientAddress(request: Request, { incoming }: Env, { trustProxy }: HostOptions): string | undefined {
  const forwarded = trustProxy === true ? forwardedFor(request, 1) : undefined
  return forwarded ?? incoming.socket.remoteAddress
}
