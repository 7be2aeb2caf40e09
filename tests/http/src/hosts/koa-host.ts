import type { MountableApi } from '@billfold/core/http'
import { koaRouter } from '@billfold/koa-adapter'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa from 'koa'
import koaMount from 'koa-mount'
import { type HostBuilder, type HostOptions, hostReplies } from './host-builder.ts'
import type { Mounting } from './mountings.ts'

/** Builds the Koa app of a host with a mounted API. */
export const koaHost: HostBuilder = (mounting, api, options, noteError) => {
  const app = new Koa({ proxy: options.trustProxy === true })
  app.on('error', noteError)
  app.use(async (context, next) => {
    try {
      await next()
    } catch (error) {
      noteError(error)
      context.status = 418
      context.body = hostReplies.failed
    }
  })
  if (mounting.parser) app.use(parser(options))
  app.use(async (context, next) => {
    if (context.path === '/host/fails') throw new Error('the host failed')
    if (context.path === '/host/ok') context.body = hostReplies.ok
    else await next()
  })
  mount(app, mounting, api)
  app.use((context) => {
    context.status = 404
    context.body = hostReplies.missing
  })
  const handle = app.callback()
  return (request, response) => void handle(request, response)
}

function mount(app: Koa, { through, prefix }: Mounting, api: MountableApi): void {
  if (through === 'koa-mount') {
    app.use(koaMount(prefix, koaRouter(api).routes()))
  } else if (through === 'sub-router') {
    const outer = new Router({ prefix: '/outer' })
    outer.use('/id', koaRouter(api).routes())
    app.use(outer.routes())
  } else {
    app.use(koaRouter(api, prefix === '' ? {} : { prefix }).routes())
  }
}

function parser({ parserLimit: limit = 100_000, unparsedBody }: HostOptions): Koa.Middleware {
  if (unparsedBody !== undefined) {
    return bodyParser({ enableTypes: ['text'], extendTypes: { text: ['application/json'] }, textLimit: limit })
  }
  return bodyParser({ enableTypes: ['json', 'form'], jsonLimit: limit, formLimit: limit })
}
