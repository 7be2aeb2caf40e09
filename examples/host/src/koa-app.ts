import type { RequestListener } from 'node:http'
import type { Billfold } from '@billfold/core'
import { koaRouter } from '@billfold/koa-adapter'
import Koa from 'koa'
import { demoFile } from './demo-files.ts'
import { frontPage } from './front-page.ts'
import type { Settings } from './settings.ts'

/** The host as a Koa app. */
export function koaApp(billfold: Billfold, settings: Settings): RequestListener {
  const app = new Koa()
  app.use(koaRouter(billfold.custody, { prefix: '/custody' }).routes())
  app.use(koaRouter(billfold.onboarding, { prefix: '/onboarding' }).routes())
  app.use(koaRouter(billfold.dids, { prefix: '/dids' }).routes())
  app.use(koaRouter(billfold.payments, { prefix: '/payments' }).routes())
  app.use(koaRouter(billfold.authentication, { prefix: '/walletapi' }).routes())
  app.use(async (context) => {
    const page = await demoFile(context.path)
    if (page !== undefined) {
      context.type = page.type
      context.body = page.body
    } else if (context.path === '/') {
      context.type = 'html'
      context.body = frontPage(settings)
    } else if (context.path === '/health') {
      const health = await billfold.health()
      context.status = health.status === 'ok' ? 200 : 503
      context.body = health
    }
  })
  const handle = app.callback()
  return (request, response) => void handle(request, response)
}
