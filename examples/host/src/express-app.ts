import type { RequestListener } from 'node:http'
import type { Billfold } from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import express from 'express'
import { demoFile } from './demo-files.ts'
import { frontPage } from './front-page.ts'
import type { Settings } from './settings.ts'

/** The host as an Express app. */
export function expressApp(billfold: Billfold, settings: Settings): RequestListener {
  const app = express()
  app.disable('x-powered-by')
  app.get('/', (_request, response) => {
    response.type('html').send(frontPage(settings))
  })
  app.get('/health', async (_request, response) => {
    const health = await billfold.health()
    response.status(health.status === 'ok' ? 200 : 503).json(health)
  })
  app.use('/custody', expressRouter(billfold.custody))
  app.use('/dids', expressRouter(billfold.dids))
  app.use('/onboarding', expressRouter(billfold.onboarding))
  app.use(async (request, response, next) => {
    const page = await demoFile(request.path)
    if (page === undefined) next()
    else response.type(page.type).send(page.body)
  })
  app.use('/payments', expressRouter(billfold.payments))
  app.use('/walletapi', expressRouter(billfold.authentication))
  return app
}
