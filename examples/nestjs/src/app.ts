import 'reflect-metadata'
import type { OpenBillfold } from './billfold.ts'
import { BILLFOLD, billfoldModule } from './billfold-module.ts'
import { mountBillfold } from './mount.ts'
import { Controller, Get, Inject, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'

/** A controller of the team's own, which calls Billfold in-process. */
@Controller('status')
class StatusController {
  readonly #open: OpenBillfold

  constructor(@Inject(BILLFOLD) open: OpenBillfold) {
    this.#open = open
  }

  @Get()
  async status(): Promise<{ readonly billfold: string }> {
    const { status } = await this.#open.billfold.health()
    return { billfold: status }
  }
}

/** What the team's app consists of. */
@Module({ controllers: [StatusController] })
class AppModule {}

/** The app, ready to listen. */
export async function createApp(folder: string): Promise<NestExpressApplication> {
  const module = { module: AppModule, imports: [billfoldModule(folder)] }
  const app = await NestFactory.create<NestExpressApplication>(module, { logger: ['error', 'warn'] })
  app.setGlobalPrefix('api')
  app.enableShutdownHooks()
  mountBillfold(app)
  return app
}
