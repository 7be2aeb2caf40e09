import type { RequestListener } from 'node:http'
import { koaRouter } from '@billfold/koa-adapter'
import Koa from 'koa'
import type { HostBillfold } from './credentials.ts'

/** Creates the host as a Koa app. */
export function createKoaApp(billfold: HostBillfold): RequestListener {
  const app = new Koa()
  app.use(koaRouter(billfold.custody, { prefix: '/custody' }).routes())
  app.use(koaRouter(billfold.authentication, { prefix: '/walletapi' }).routes())
  app.use(koaRouter(billfold.onboarding, { prefix: '/onboarding' }).routes())
  app.use(koaRouter(billfold.dids, { prefix: '/dids' }).routes())
  app.use(koaRouter(billfold.payments, { prefix: '/payments' }).routes())
  app.use(koaRouter(billfold.credentials.wellKnown).routes())
  app.use(koaRouter(billfold.credentials.issuer, { prefix: '/issuer' }).routes())
  app.use(koaRouter(billfold.credentials.holder, { prefix: '/holder' }).routes())
  app.use(async (context) => {
    if (context.path !== '/health') return
    const health = await billfold.health()
    context.status = health.status === 'ok' ? 200 : 503
    context.body = health
  })
  const handle = app.callback()
  return (request, response) => void handle(request, response)
}
