import { fetchHandler } from '@billfold/fetch-adapter'
import { getRequestListener } from '@hono/node-server'
import { fastify, type FastifyRequest } from 'fastify'
import { type HostBuilder, hostReplies } from './host-builder.ts'

/** Builds the Fastify app of a host with a mounted API. */
export const fastifyHost: HostBuilder = ({ prefix }, api, options, noteError) => {
  const app = fastify({ trustProxy: options.trustProxy === true })
  const handler = fetchHandler(api, { prefix, clientAddress: (_request, request: FastifyRequest) => request.ip })
  app.get('/host/ok', async () => hostReplies.ok)
  app.get('/host/fails', async () => {
    throw new Error('the host failed')
  })
  app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => {
      reply.hijack()
      await getRequestListener((webRequest) => handler(webRequest, request))(request.raw, reply.raw)
    })
    scope.all(`${prefix}/*`, () => {})
  })
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).send(hostReplies.missing))
  app.setErrorHandler(async (error, _request, reply) => {
    noteError(error)
    return reply.code(418).send(hostReplies.failed)
  })
  const ready = app.ready()
  return (request, response) => void ready.then(() => app.routing(request, response))
}
