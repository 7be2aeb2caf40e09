import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { AdminDid } from './admin-did.ts'
import { acts } from './acts.ts'
import { newConsoleKey } from './console-key.ts'
import { demoCredentials } from './credentials.ts'
import type { ActReply, Exchange } from './exchange.ts'
import { demoFile } from './files.ts'
import { type Acting, asText, type DemoSetup, Refused } from './setup.ts'
import { logger } from '../logger.ts'
import { isFromOwnPage, ownHosts } from './own-page.ts'
import { aboutHost } from './about.ts'
import { ensureConfigurations } from './verification.ts'

const failed = 'the demo failed'

/** The demo before a host's app. */
export interface Demo {
  readonly handler: RequestListener
  /** The console, with the key that it acts by: for whoever started the host, and for nobody else. */
  readonly url: string
}

/** Makes what the demo acts with, where it is not there yet, and puts it before a host's app. */
export async function startDemo(
  app: RequestListener,
  { billfold, settings, adminDid }: Pick<DemoSetup, 'billfold' | 'settings'> & { readonly adminDid: AdminDid },
): Promise<Demo> {
  const credentials = await demoCredentials(billfold, settings, adminDid)
  await ensureConfigurations(billfold)
  const consoleKey = newConsoleKey()
  return {
    handler: withDemo(app, { billfold, settings, credentials, consoleKey }),
    url: `${settings.baseUrl}/#demo=${consoleKey}`,
  }
}

/**
 * Puts the demo before a host's app: the console at `/`, the API browser at `/openapi`, and, under `/demo/acts`, what the
 * console asks the host to do in its place. A host of your own has none of this.
 */
function withDemo(app: RequestListener, setup: DemoSetup): RequestListener {
  return (request, response) => {
    answer(request, response, setup)
      .then((answered) => {
        if (!answered) app(request, response)
      })
      .catch((error: unknown) => {
        logger.error({ error }, failed)
        if (response.headersSent) response.destroy()
        else reply(response, 500, 'application/json', JSON.stringify({ error: failed }))
      })
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, setup: DemoSetup): Promise<boolean> {
  const [pathname = '/'] = (request.url ?? '/').split('?', 1)
  if (request.method === 'POST' && pathname.startsWith('/demo/acts/')) {
    await performAct(pathname.slice('/demo/acts/'.length), request, response, setup)
    return true
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  if (pathname === '/demo/about') {
    reply(response, 200, 'application/json', JSON.stringify(aboutHost(setup.settings)))
    return true
  }
  const file = await demoFile(pathname)
  if (file === undefined) return false
  const elsewhere = file.isPage ? properAddress(request, setup) : undefined
  if (elsewhere === undefined) reply(response, 200, file.type, file.body, file.headers)
  else reply(response, 302, 'text/plain', '', { location: elsewhere })
  return true
}

/** Logins lead back to the host's one address, so pages that were opened under another name of this computer move there. */
function properAddress({ url = '/', headers, socket }: IncomingMessage, { settings }: DemoSetup): string | undefined {
  const proper = new URL(settings.baseUrl)
  if (headers.host === proper.host || !ownHosts(settings, socket.localPort).includes(proper.host)) return undefined
  if (!ownHosts(settings, socket.localPort).includes(headers.host ?? '')) return undefined
  return `${proper.origin}${url}`
}

async function performAct(
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
  setup: DemoSetup,
): Promise<void> {
  const told = (status: number, body: ActReply): void => reply(response, status, 'application/json', asText(body))
  const act = Object.hasOwn(acts, name) ? acts[name] : undefined
  if (!isFromOwnPage(request, setup) || act === undefined) {
    request.resume()
    return told(403, {
      exchanges: [],
      error:
        'The demo acts only for its own page. Open it on the computer of the host, by the link that the host printed',
    })
  }
  const exchanges: Exchange[] = []
  const acting: Acting = { ...setup, note: (exchange) => void exchanges.push(exchange) }
  try {
    told(200, { exchanges, result: (await act(await jsonOf(request), acting)) ?? null })
  } catch (error) {
    if (isForThePage(error)) return told(422, { exchanges, error: error.message })
    logger.error({ error }, failed)
    told(500, { exchanges, error: `${failed}; see the log of the host` })
  }
}

/** What the library and the demo say when they refuse is made to be shown. */
function isForThePage(error: unknown): error is Error {
  const isOfLibrary = error instanceof Error && ['BillfoldError', 'AuthenticationClientError'].includes(error.name)
  return error instanceof Refused || isOfLibrary
}

const mostBytes = 16 * 1024

/** @throws Refused for a body that is too large or no JSON */
async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes: Buffer = chunk
    size += bytes.length
    if (size > mostBytes) throw new Refused('That is too much')
    chunks.push(bytes)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new Refused('That is no JSON')
  }
}

function reply(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  const always = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, ...always, ...headers })
  response.end(body)
}
