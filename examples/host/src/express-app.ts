import type { RequestListener } from 'node:http'
import { expressRouter } from '@billfold/express-adapter'
import express from 'express'
import type { HostBillfold } from './credentials.ts'

/** Creates the host as an Express app. */
export function createExpressApp(billfold: HostBillfold): RequestListener {
  const app = express()
  app.disable('x-powered-by')
  app.use('/custody', expressRouter(billfold.custody))
  app.use('/walletapi', expressRouter(billfold.authentication))
  app.use('/onboarding', expressRouter(billfold.onboarding))
  app.use('/dids', expressRouter(billfold.dids))
  app.use('/payments', expressRouter(billfold.payments))
  app.use(expressRouter(billfold.credentials.wellKnown))
  app.use('/issuer', expressRouter(billfold.credentials.issuer))
  app.use('/holder', expressRouter(billfold.credentials.holder))
  app.get('/health', async (_request, response) => {
    const health = await billfold.health()
    response.status(health.status === 'ok' ? 200 : 503).json(health)
  })
  return app
}
