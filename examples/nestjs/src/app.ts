import 'reflect-metadata'
import type { BillfoldInstance } from './billfold.ts'
import { BILLFOLD, billfoldModule } from './billfold-module.ts'
import { mountBillfold } from './mount.ts'
import { Controller, Get, Inject, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'

/** A controller of the app that calls Billfold in process. */
@Controller('status')
class StatusController {
  readonly #instance: BillfoldInstance

  constructor(@Inject(BILLFOLD) instance: BillfoldInstance) {
    this.#instance = instance
  }

  @Get()
  async status(): Promise<{ readonly billfold: string }> {
    const { status } = await this.#instance.billfold.health()
    return { billfold: status }
  }
}

/** The root module of the app. */
@Module({ controllers: [StatusController] })
class AppModule {}

/** Creates the app, ready to listen. */
export async function createApp(folder: string): Promise<NestExpressApplication> {
  const module = { module: AppModule, imports: [billfoldModule(folder)] }
  const app = await NestFactory.create<NestExpressApplication>(module, { logger: ['error', 'warn'] })
  app.setGlobalPrefix('api')
  app.enableShutdownHooks()
  mountBillfold(app)
  return app
}
