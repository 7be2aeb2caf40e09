import type { ApiName, Framework } from './choices.ts'

/** The code of a framework: what it imports, how it mounts an API, and how it starts and stops. */
interface ServerCode {
  readonly imports: string
  readonly app: string
  readonly mount: (api: ApiName) => string
  readonly start: string
  /** Stops taking requests, and resolves when the running ones are answered. */
  readonly close: string
}

const closeServer = `await new Promise((resolve) => {
    server.close(resolve)
    server.closeIdleConnections()
  })`

const servers: Readonly<Record<Framework, ServerCode>> = {
  express: {
    imports: `import { expressRouter } from '@billfold/express-adapter'
import express from 'express'`,
    app: `const app = express()
app.get('/health', async (request, response) => {
  const health = await billfold.health()
  response.status(health.status === 'ok' ? 200 : 503).json(health)
})`,
    mount: (api) => `app.use('/${api}', expressRouter(billfold.${api}))`,
    start: `// Express 5 hands an error, such as a port that is taken, to the callback.
const server = app.listen(port, host, (error) => {
  if (error) throw error
  announce()
})`,
    close: closeServer,
  },
  koa: {
    imports: `import { koaRouter } from '@billfold/koa-adapter'
import Koa from 'koa'`,
    app: `const app = new Koa()
app.use(async (context, next) => {
  if (context.path !== '/health') return next()
  context.body = await billfold.health()
  context.status = context.body.status === 'ok' ? 200 : 503
})`,
    mount: (api) => `app.use(koaRouter(billfold.${api}, { prefix: '/${api}' }).routes())`,
    start: 'const server = app.listen(port, host, announce)',
    close: closeServer,
  },
  hono: {
    imports: `import { fetchHandler } from '@billfold/fetch-adapter'
import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'`,
    app: `const app = new Hono()
app.get('/health', async (context) => {
  const health = await billfold.health()
  return context.json(health, health.status === 'ok' ? 200 : 503)
})

function mount(api, prefix) {
  const clientAddress = (request, context) => getConnInfo(context).remote.address
  const handle = fetchHandler(api, { prefix, clientAddress })
  app.all(\`\${prefix}/*\`, (context) => handle(context.req.raw, context))
}`,
    mount: (api) => `mount(billfold.${api}, '/${api}')`,
    start: 'const server = serve({ fetch: app.fetch, port, hostname: host }, announce)',
    close: closeServer,
  },
  fastify: {
    imports: `import { fetchHandler } from '@billfold/fetch-adapter'
import { getRequestListener } from '@hono/node-server'
import { fastify } from 'fastify'`,
    app: `const app = fastify()
app.get('/health', async (request, reply) => {
  const health = await billfold.health()
  return reply.code(health.status === 'ok' ? 200 : 503).send(health)
})

async function mount(api, prefix) {
  const handle = fetchHandler(api, { prefix, clientAddress: (webRequest, request) => request.ip })
  await app.register(async (scope) => {
    // Before Fastify reads a body, so that the routes read theirs, each with its own limit.
    scope.addHook('onRequest', async (request, reply) => {
      reply.hijack()
      await getRequestListener((webRequest) => handle(webRequest, request))(request.raw, reply.raw)
    })
    scope.all(\`\${prefix}/*\`, () => {})
  })
}`,
    mount: (api) => `await mount(billfold.${api}, '/${api}')`,
    start: `await app.listen({ port, host })
announce()`,
    close: 'await app.close()',
  },
}

/** The file that mounts the APIs, listens, runs the periodic work and stops on a signal. */
export function serverFile(framework: Framework, apis: readonly ApiName[]): string {
  const { imports, app, mount, start, close } = servers[framework]
  return `${imports}
import { billfold } from './billfold.mjs'
import { db, storage } from './database.mjs'

await storage.verify() // ends here, with the cure, if the database or its tables do not fit

${app}
${apis.map(mount).join('\n')}

const port = Number(process.env.PORT ?? 3000)
const host = process.env.HOST ?? '127.0.0.1'
// The documents that describe every route, for people and generators.
const announce = () => {
  for (const path of ${pathList(apis)}) console.log(\`http://\${host}:\${port}\${path}\`)
}
${start}

// Deletes what has expired, reconciles and delivers. Any number of processes may run it.
const maintenance = setInterval(() => {
  billfold.maintain().catch((error) => console.error('maintenance failed', error))
}, 5 * 60_000)

async function stop() {
  clearInterval(maintenance)
  ${close}
  await db.destroy()
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop())
`
}

function pathList(apis: readonly ApiName[]): string {
  return `[${apis.map((api) => `'/${api}/openapi.json'`).join(', ')}]`
}
