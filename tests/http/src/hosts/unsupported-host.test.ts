import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBillfold, localKeyring, type Logger, memoryStorage, newKey, silentLogger } from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import { koaRouter } from '@billfold/koa-adapter'
import express from 'express'
import Koa from 'koa'
import { expect, test } from 'vitest'

function createHost(): { readonly logged: string[]; readonly api: ReturnType<typeof createBillfold>['custody'] } {
  const logged: string[] = []
  const logger: Logger = { ...silentLogger, error: (_fields, message) => void logged.push(message) }
  const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
  return { logged, api: createBillfold({ storage: memoryStorage(), keyring, logger }).custody }
}

async function getChains(
  listener: (...parameters: Parameters<RequestListener>) => unknown,
): Promise<{ status: number; text: string }> {
  const server = createServer((request, response) => void listener(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/api/chains`)
  const answer = { status: response.status, text: await response.text() }
  server.close()
  await once(server, 'close')
  return answer
}

const instruction = expect.stringContaining('use expressRouter() with `app.use()` of an Express 4 or 5 application')

test('expressRouter() called by a Node server replies 501 and logs what to do', async () => {
  const { api, logged } = createHost()
  const router = expressRouter(api)
  const listener: RequestListener = (request, response) => {
    // As Connect and its like do.
    Reflect.apply(router, undefined, [
      request,
      response,
      (error: unknown) => response.writeHead(599).end(String(error)),
    ])
  }
  const { status, text } = await getChains(listener)
  expect([status, logged]).toEqual([501, [instruction]])
  expect(JSON.parse(text)).toMatchObject({ success: false, errors: [{ code: 'host.unsupported' }] })
})

test('expressRouter() in a Koa application replies 501 and logs what to do', async () => {
  const { api, logged } = createHost()
  const router = expressRouter(api)
  const app = new Koa().use(async (context, next) => {
    context.respond = false
    Reflect.apply(router, undefined, [context.req, context.res, next])
  })
  expect([(await getChains(app.callback())).status, logged]).toEqual([501, [instruction]])
})

test('koaRouter() in an Express application replies 501 and logs what to do', async () => {
  const { api, logged } = createHost()
  const middleware: unknown = koaRouter(api).routes()
  const app = express()
  Reflect.apply(app.use, app, [middleware])
  expect([(await getChains(app)).status, logged]).toEqual([501, [instruction]])
})

test.each(['/api/chains', '/unknown'])('the adapters in their own frameworks do not refuse %s', async (path) => {
  const { api, logged } = createHost()
  const app = express().use('/custody', expressRouter(api))
  const koa = new Koa().use(koaRouter(api, { prefix: '/custody' }).routes())
  for (const listener of [app, koa.callback()]) {
    const { status } = await getChains((request, response) => {
      request.url = `/custody${path}`
      void listener(request, response)
    })
    expect(status).not.toBe(501)
  }
  expect(logged).toEqual([])
})
