import { createHash } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import {
  type AuthenticationOptions,
  createBillfold,
  createPasswordHasher,
  localKeyring,
  memoryStorage,
  newKey,
} from '@billfold/core'
import { scriptedVerifier } from '@billfold/core/biometrics'
import { expressRouter } from '@billfold/express-adapter'
import { koaRouter } from '@billfold/koa-adapter'
import { passkeys, type PasskeysOptions } from '@billfold/passkeys'
import { type CustodyResult, custodyResultSchema } from '@billfold/test-authenticator'
import { build } from 'esbuild'
import express from 'express'
import Koa from 'koa'

/** The frameworks that a host can use. */
export type Framework = 'express' | 'koa'

/** A reply of the custody API. */
export interface CustodyReply {
  readonly status: number
  readonly result: CustodyResult
  readonly codes: readonly string[]
}

/** A host at `http://localhost` with the custody API, and a page that has the client functions for passkeys. */
export interface PasskeyHost {
  readonly origin: string
  readonly billfold: ReturnType<typeof createPasskeyBillfold>
  readonly custody: (method: string, path: string, body?: unknown, signingMethod?: string) => Promise<CustodyReply>
  /** Creates a session and returns the link to its page. */
  readonly createSession: (input: SessionInput) => Promise<SessionLink>
  readonly close: () => void
}

/** What a session is created with. */
export interface SessionInput {
  readonly userId?: string
  readonly configuration: string
  /** The language of the page. */
  readonly lang?: string
}

/** A session of the authentication API. */
export interface SessionLink {
  readonly sessionId: string
  readonly url: string
}

const page = `<!doctype html><html lang="en"><title>Passkeys</title><main><h1>Passkeys</h1>
<label>Name <input autocomplete="username webauthn"></label></main><script src="/client.js"></script></html>`

function createPasskeyBillfold(
  origin: string,
  options: Partial<PasskeysOptions>,
  authentication: AuthenticationOptions,
) {
  return createBillfold({
    storage: memoryStorage(),
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    modules: [passkeys({ rpId: 'localhost', rpName: 'Test', origins: [origin], ...options })],
    authentication: { publicUrl: `${origin}/walletapi`, verifier: scriptedVerifier(), ...authentication },
    passwordHasher: createPasswordHasher({ cost: { logN: 4, r: 1, p: 1 } }),
  })
}

/** Starts the host with one of the frameworks. */
export async function startPasskeyHost(
  framework: Framework,
  options: Partial<PasskeysOptions> = {},
  authentication: AuthenticationOptions = {},
): Promise<PasskeyHost> {
  const script = await bundleClient()
  let listener: RequestListener = () => {}
  const server = createServer((request, response) => listener(request, response))
  const origin = `http://localhost:${await listen(server)}`
  const billfold = createPasskeyBillfold(origin, options, authentication)
  listener = framework === 'express' ? expressApp(billfold, script) : koaApp(billfold, script)
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'test', scopes: ['custody'] })
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
  return {
    origin,
    billfold,
    custody: async (method, path, body, signingMethod) => {
      const signed: Record<string, string> = signingMethod === undefined ? {} : { 'signing-method': signingMethod }
      const response = await fetch(`${origin}/custody${path}`, {
        method,
        headers: { authorization, 'content-type': 'application/json', ...signed },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const { result, errors = [] } = Object(await response.json())
      return {
        status: response.status,
        result: custodyResultSchema.parse(result),
        codes: errors.map(({ code }: { code: string }) => code),
      }
    },
    createSession: async ({ lang, ...input }) => {
      const { sessionId } = await billfold.authentication.sessions.create(input)
      const session = Buffer.from(`${origin}/walletapi/sessions/session/${sessionId}`).toString('base64url')
      const language = lang === undefined ? '' : `&lang=${lang}`
      return { sessionId, url: `${origin}/walletapi/v2/authenticate?session=${session}${language}` }
    },
    close: () => void server.close(),
  }
}

function expressApp(billfold: ReturnType<typeof createPasskeyBillfold>, script: string): RequestListener {
  const app = express()
  app.use('/custody', expressRouter(billfold.custody))
  app.use('/walletapi', expressRouter(billfold.authentication))
  app.get('/', (_, response) => void response.type('html').send(page))
  app.get('/client.js', (_, response) => void response.type('js').send(script))
  return app
}

function koaApp(billfold: ReturnType<typeof createPasskeyBillfold>, script: string): RequestListener {
  const app = new Koa()
  app.use(koaRouter(billfold.custody, { prefix: '/custody' }).routes())
  app.use(koaRouter(billfold.authentication, { prefix: '/walletapi' }).routes())
  app.use((context) => {
    context.type = context.path === '/client.js' ? 'js' : 'html'
    context.body = context.path === '/client.js' ? script : page
  })
  const callback = app.callback()
  return (request, response) => void callback(request, response)
}

/** Bundles the functions for browsers, as a page would. */
async function bundleClient(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: "import * as client from '@billfold/core/client'; globalThis.client = client",
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    conditions: ['billfold-source'],
  })
  return outputFiles[0]?.text ?? ''
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

/** The digest of a request's body, for a challenge. */
export function digestBody(body: unknown): string {
  return createHash('sha256')
    .update(body === undefined ? '' : JSON.stringify(body))
    .digest('base64url')
}
