import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { AdminDid } from './admin-did.ts'
import { demoActions } from './actions.ts'
import { createConsoleKey } from './console-key.ts'
import { loadOrCreateCredentials } from './credentials.ts'
import type { ActionReply, RecordedCall } from './exchange.ts'
import { loadDemoFile } from './files.ts'
import { type ActionContext, toJson, type DemoContext, DemoError } from './context.ts'
import { logger } from '../logger.ts'
import { isConsoleRequest, localHosts } from './same-origin-guard.ts'
import { getHostInfo } from './host-info.ts'
import { ensureConfigurations } from './verification.ts'

const failureMessage = 'demo request failed'

/** The demo in front of the host's app. */
export interface Demo {
  readonly handler: RequestListener
  /** URL of the console with its key. Secret: print it for the operator only. */
  readonly url: string
}

/** Creates credentials and verification configurations if missing, and puts the demo in front of the host's app. */
export async function startDemo(
  app: RequestListener,
  {
    billfold,
    settings,
    adminDid,
    shop,
  }: Pick<DemoContext, 'billfold' | 'settings'> & { readonly adminDid: AdminDid; readonly shop: RequestListener },
): Promise<Demo> {
  const credentials = await loadOrCreateCredentials(billfold, settings, adminDid)
  await ensureConfigurations(billfold)
  const consoleKey = createConsoleKey()
  return {
    handler: withShop(shop, withDemo(app, { billfold, settings, credentials, consoleKey })),
    url: `${settings.baseUrl}/#demo=${consoleKey}`,
  }
}

/** Puts the other site of the console in front, below `/shop`. */
function withShop(shop: RequestListener, app: RequestListener): RequestListener {
  return (request, response) => {
    if (/^\/shop(?:[/?]|$)/.test(request.url ?? '')) shop(request, response)
    else app(request, response)
  }
}

/**
 * Puts the demo in front of the host's app: the console at `/`, Swagger UI at `/openapi`, and the actions of the console under
 * `/demo/actions`. A real host has none of this.
 */
function withDemo(app: RequestListener, setup: DemoContext): RequestListener {
  return (request, response) => {
    serveDemo(request, response, setup)
      .then((handled) => {
        if (!handled) app(request, response)
      })
      .catch((error: unknown) => {
        logger.error({ error }, failureMessage)
        if (response.headersSent) response.destroy()
        else reply(response, 500, 'application/json', JSON.stringify({ error: failureMessage }))
      })
  }
}

async function serveDemo(request: IncomingMessage, response: ServerResponse, setup: DemoContext): Promise<boolean> {
  const [pathname = '/'] = (request.url ?? '/').split('?', 1)
  if (request.method === 'POST' && pathname.startsWith('/demo/actions/')) {
    await runAction(pathname.slice('/demo/actions/'.length), request, response, setup)
    return true
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  if (pathname === '/demo/about') {
    reply(response, 200, 'application/json', JSON.stringify(getHostInfo(setup.settings)))
    return true
  }
  const file = await loadDemoFile(pathname)
  if (file === undefined) return false
  const redirect = file.isPage ? canonicalUrl(request, setup) : undefined
  if (redirect === undefined) reply(response, 200, file.type, file.body, file.headers)
  else reply(response, 302, 'text/plain', '', { location: redirect })
  return true
}

/** Logins redirect back to `baseUrl`, so pages opened under another local host name are redirected there first. */
function canonicalUrl({ url = '/', headers, socket }: IncomingMessage, { settings }: DemoContext): string | undefined {
  const canonical = new URL(settings.baseUrl)
  if (headers.host === canonical.host || !localHosts(settings, socket.localPort).includes(canonical.host))
    return undefined
  if (!localHosts(settings, socket.localPort).includes(headers.host ?? '')) return undefined
  return `${canonical.origin}${url}`
}

async function runAction(
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
  setup: DemoContext,
): Promise<void> {
  const send = (status: number, body: ActionReply): void => reply(response, status, 'application/json', toJson(body))
  const action = Object.hasOwn(demoActions, name) ? demoActions[name] : undefined
  if (!isConsoleRequest(request, setup) || action === undefined) {
    request.resume()
    return send(403, {
      exchanges: [],
      error:
        'Actions require the console key. Open the console on the computer of the host, with the link that the host printed',
    })
  }
  const exchanges: RecordedCall[] = []
  const context: ActionContext = { ...setup, record: (exchange) => void exchanges.push(exchange) }
  try {
    send(200, { exchanges, result: (await action(await readJson(request), context)) ?? null })
  } catch (error) {
    if (isSafeToShow(error)) return send(422, { exchanges, error: error.message })
    logger.error({ error }, failureMessage)
    send(500, { exchanges, error: `${failureMessage}; see the log of the host` })
  }
}

/** Returns true for errors of the library and of the demo, whose messages are safe to show. */
function isSafeToShow(error: unknown): error is Error {
  const isOfLibrary = error instanceof Error && ['BillfoldError', 'AuthenticationClientError'].includes(error.name)
  return error instanceof DemoError || isOfLibrary
}

const maxBodyBytes = 16 * 1024

/** Reads a JSON body. @throws DemoError if it is too large or not JSON */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes: Buffer = chunk
    size += bytes.length
    if (size > maxBodyBytes) throw new DemoError(`The body exceeds ${maxBodyBytes} bytes`)
    chunks.push(bytes)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new DemoError('The body is not JSON')
  }
}

function reply(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  const commonHeaders = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  }
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, ...commonHeaders, ...headers })
  response.end(body)
}
