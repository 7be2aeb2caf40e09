import { expressRouter } from '@billfold/express-adapter'
import type { NestExpressApplication } from '@nestjs/platform-express'
import type { BillfoldInstance } from './billfold.ts'
import { BILLFOLD } from './billfold-module.ts'

/**
 * Mounts the five APIs in a Nest app. Call it between `NestFactory.create()` and `listen()`, so that they run before Nest's body parsers and
 * routes. Nest's global prefix, pipes, guards, interceptors and exception filters apply to controllers only.
 */
export function mountBillfold(app: NestExpressApplication): void {
  const { billfold } = app.get<BillfoldInstance>(BILLFOLD)
  app.use('/custody', expressRouter(billfold.custody))
  app.use('/walletapi', expressRouter(billfold.authentication))
  app.use('/onboarding', expressRouter(billfold.onboarding))
  app.use('/dids', expressRouter(billfold.dids))
  app.use('/payments', expressRouter(billfold.payments))
}
