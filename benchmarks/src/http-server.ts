import { createServer, type RequestListener } from 'node:http'
import { newId, silentLogger } from '@billfold/core'
import { type Api, createMountableApi, route } from '@billfold/core/http'
import { memoryRateLimiter } from '@billfold/core/rate-limits'
import { expressRouter } from '@billfold/express-adapter'
import { koaRouter } from '@billfold/koa-adapter'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import express from 'express'
import Koa from 'koa'
import { z } from 'zod'

// The same route in four servers: a POST with a validated JSON body and a JSON reply, with the same headers. Run by http.ts as
// `node http-server.js <which>`. Sends its address, and its CPU time on every message.

const limit = 10_000

const signatureRequest = z.object({
  pincode: z.string().min(4).max(8),
  signatureRequest: z.object({
    type: z.enum(['MESSAGE', 'EIP712']),
    secretType: z.enum(['ETHEREUM', 'MATIC']),
    walletId: z.uuid(),
    data: z.string().max(5000),
  }),
})

type SignatureRequest = z.output<typeof signatureRequest>

function createReply({ signatureRequest: { type, walletId, data } }: SignatureRequest, requestId: string): object {
  return { success: true, result: { type, walletId, length: data.length, requestId, r: '0x12', s: '0x34', v: '0x1b' } }
}

function parseRequestId(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && /^[\w.:/+=@-]{1,128}$/.test(header) ? header : newId()
}

function api(): Api {
  return {
    name: 'benchmark',
    title: 'Benchmark',
    errorReply: ({ status, code }) => ({ status, body: { success: false, errors: [{ code }] } }),
    routes: [
      route({
        id: 'sign',
        method: 'POST',
        path: '/signatures',
        summary: 'Signs a message',
        guard: {
          name: 'public',
          security: [],
          schemes: {},
          admit: async () => ({ kind: 'anonymous', tenant: 'main', id: 'anonymous', scopes: new Set() }),
        },
        body: { encoding: 'json', schema: signatureRequest, limit },
        replies: { 200: { description: 'The signature' } },
        handler: async ({ body }, { requestId }) => ({ status: 200, body: createReply(body, requestId) }),
      }),
    ],
  }
}

function mounted() {
  return createMountableApi(api(), { logger: silentLogger, rateLimiter: memoryRateLimiter() })
}

/** Express without its additional headers, which the API does not send either. */
function expressApp(): express.Express {
  return express().disable('etag').disable('x-powered-by')
}

function expressNative(): RequestListener {
  const router = express.Router()
  router.post('/signatures', express.json({ limit }), async (request, response) => {
    const requestId = parseRequestId(request.headers['x-request-id'])
    response.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-request-id': requestId })
    const parsed = signatureRequest.safeParse(request.body)
    if (parsed.success) response.json(createReply(parsed.data, requestId))
    else response.status(400).json({ success: false, errors: parsed.error.issues })
  })
  return expressApp().use('/id', router)
}

function expressAdapted(): RequestListener {
  return expressApp().use('/id', expressRouter(mounted()))
}

function koaNative(): RequestListener {
  const router = new Router({ prefix: '/id' })
  router.post('/signatures', bodyParser({ enableTypes: ['json'], jsonLimit: limit }), async (context) => {
    const requestId = parseRequestId(context.headers['x-request-id'])
    context.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-request-id': requestId })
    const parsed = signatureRequest.safeParse(context.request.body)
    if (parsed.success) {
      context.body = createReply(parsed.data, requestId)
    } else {
      context.status = 400
      context.body = { success: false, errors: parsed.error.issues }
    }
  })
  return koaListener(router)
}

function koaAdapted(): RequestListener {
  return koaListener(koaRouter(mounted(), { prefix: '/id' }))
}

function koaListener(router: Router): RequestListener {
  const handle = new Koa().use(router.routes()).callback()
  return (request, response) => void handle(request, response)
}

const servers: Readonly<Record<string, () => RequestListener>> = {
  expressNative,
  expressAdapted,
  koaNative,
  koaAdapted,
}

const server = createServer(servers[process.argv[2] ?? '']?.())
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
process.on('message', () => process.send?.(process.cpuUsage()))
