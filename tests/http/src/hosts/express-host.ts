import type { MountableApi } from '@billfold/core/http'
import { expressRouter, retainRawBody } from '@billfold/express-adapter'
import express5, { type Express, type NextFunction, type Request, type Response } from 'express'
import express4 from 'express4'
import { type HostBuilder, type HostOptions, hostReplies } from './host-builder.ts'
import type { Mounting } from './mountings.ts'

/** Builds the Express app of a host with a mounted API. */
export const expressHost: HostBuilder = (mounting, api, options, noteError) => {
  const express = mounting.framework === 'express 4' ? express4 : express5
  const app = express()
  app.set('trust proxy', options.trustProxy === true)
  if (mounting.parser) useParsers(app, express, options)
  app.get('/host/ok', (_request: Request, response: Response) => {
    response.send(hostReplies.ok)
  })
  app.get('/host/fails', () => {
    throw new Error('the host failed')
  })
  mount(app, express, mounting, api)
  app.use((_request: Request, response: Response) => {
    response.status(404).send(hostReplies.missing)
  })
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    noteError(error)
    response.status(418).send(hostReplies.failed)
  })
  return app
}

function mount(app: Express, express: typeof express5, mounting: Mounting, api: MountableApi): void {
  const router = expressRouter(api, { router: express.Router({ caseSensitive: true }) })
  if (mounting.through === 'sub-router') {
    const outer = express.Router()
    outer.use('/id', router)
    app.use('/outer', outer)
  } else if (mounting.prefix === '') {
    app.use(router)
  } else {
    app.use(mounting.prefix, router)
  }
}

function useParsers(app: Express, express: typeof express5, options: HostOptions): void {
  const settings = { limit: options.parserLimit ?? 100_000, verify: retainRawBody }
  if (options.unparsedBody === 'text') app.use(express.text({ ...settings, type: () => true }))
  else if (options.unparsedBody === 'bytes') app.use(express.raw({ ...settings, type: () => true }))
  else app.use(express.json(settings), express.urlencoded({ ...settings, extended: true }))
}
