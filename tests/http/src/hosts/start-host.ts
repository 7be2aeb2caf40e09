import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { MountableApi } from '@billfold/core/http'
import { expressHost } from './express-host.ts'
import { fastifyHost } from './fastify-host.ts'
import { fetchHost } from './fetch-host.ts'
import type { HostBuilder, HostOptions } from './host-builder.ts'
import { koaHost } from './koa-host.ts'
import type { Mounting } from './mountings.ts'

/** A listening host with a mounted API. */
export interface Host {
  readonly port: number
  /** The first errors that reached its error handler, as text. */
  readonly errors: readonly string[]
  readonly close: () => Promise<void>
}

const builders: Readonly<Record<Mounting['framework'], HostBuilder>> = {
  'express 4': expressHost,
  'express 5': expressHost,
  koa: koaHost,
  fetch: fetchHost,
}

/**
 * Only the text of a few errors: an error keeps its request and its body on the heap, and fuzzed hosts get thousands, which
 * looked like a leak.
 */
const maxErrors = 20

/** Starts a host with a mounted API on a free port of this machine. */
export async function startHost(mounting: Mounting, api: MountableApi, options: HostOptions = {}): Promise<Host> {
  const errors: string[] = []
  const noteError = (error: unknown): void => {
    if (errors.length < maxErrors) errors.push(String(error))
  }
  const build = mounting.through === 'fastify' ? fastifyHost : builders[mounting.framework]
  const server = createServer(build(mounting, api, options, noteError))
  // Longer than any pause of a suite: a request on a connection that the host closes at this moment would be lost.
  server.keepAliveTimeout = 600_000
  const port = await listen(server)
  return { port, errors, close: () => close(server) }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(getPort(server.address())))
  })
}

function getPort(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('The server listens on no port')
  return address.port
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
