import { sessionScopes } from '../../sessions/session-claims.ts'
import { z } from 'zod'
import { type RequestContext, type Route, route } from '../../../http/index.ts'
import { checkReads } from '../../../platform/health.ts'
import type { AuthenticationContext } from '../context.ts'
import type { CallerOptions } from '../options.ts'

const healthBody = z.object({ status: z.string(), publicKey: z.string(), code: z.string(), version: z.string() })
const publicKeyBody = z.object({ publicKey: z.string() })
const wellKnownBody = z.object({
  auth_endpoint: z.string(),
  enrollment_check_endpoint: z.string(),
  public_key: z.string(),
  purpose_supported: z.array(z.string()),
  scopes_supported: z.array(z.string()),
})
const environmentBody = z.looseObject({
  EC_CURVE_NAME: z.enum(['secp256k1', 'prime256v1']),
  allowed_time_span: z.number(),
  name: z.string(),
})

/** Timeout for loading the system key, in milliseconds. */
const systemKeyTimeout = 5_000

/** The public routes that describe the service: health, public key, directory and environment. */
export function serviceRoutes(authentication: AuthenticationContext): readonly Route[] {
  return [
    healthRoute(authentication),
    publicKeyRoute(authentication, 'getPublicKey', '/publickeys'),
    // Clients ask each service of the directory for its key. All of ours have the same.
    publicKeyRoute(authentication, 'getSessionsPublicKey', '/sessions/publickeys'),
    ...directoryRoutes(authentication),
    environmentRoute(authentication),
  ]
}

function publicKeyRoute({ guards, channels }: AuthenticationContext, id: string, path: string): Route {
  return route({
    id,
    method: 'GET',
    guard: guards.public,
    path,
    summary: 'The public key that callers encrypt to',
    replies: { 200: { description: 'Base64 of X and Y, 64 bytes', schema: publicKeyBody } },
    handler: async (_, { caller }) => ({
      status: 200,
      body: { publicKey: (await channels(caller.tenant)).publicKey },
    }),
  })
}

/** The names that the vendor's helpers look up. Those without a service of ours get the URL of the mount, which answers 404. */
const directoryNames = [
  'wallet',
  'walletapi',
  'licenses',
  'adminconsole',
  'events',
  'webauthn',
  'vcs',
  'oauth2',
  'docuverify',
] as const

function directoryRoute({ guards, options }: AuthenticationContext, id: string, path: string): Route {
  return route({
    id,
    method: 'GET',
    guard: guards.public,
    path,
    summary: 'The service directory',
    replies: { 200: { description: 'URLs by name', schema: z.record(z.string(), z.string()) } },
    handler: async (_, context) => {
      const base = toAbsoluteBaseUrl(options, context)
      const own = Object.fromEntries(directoryNames.map((name) => [name, base]))
      return { status: 200, body: { ...own, sessions: `${base}/sessions`, ...options.services } }
    },
  })
}

/** Clients fetch the URLs of the directory, so they must be absolute: the public URL, or that of the request. */
function toAbsoluteBaseUrl({ publicUrl }: CallerOptions, { url, mount }: RequestContext): string {
  return publicUrl ?? url ?? mount
}

function directoryRoutes(authentication: AuthenticationContext): readonly Route[] {
  const { guards, channels, options } = authentication
  const publicGet = { method: 'GET', guard: guards.public } as const
  return [
    directoryRoute(authentication, 'getServiceDirectory', '/sd'),
    directoryRoute(authentication, 'getServiceDirectoryOfHost', '/caas/sd'),
    route({
      ...publicGet,
      id: 'getWellKnown',
      path: '/.well-known',
      summary: 'The endpoints and capabilities of the service',
      replies: { 200: { description: 'The configuration', schema: wellKnownBody } },
      handler: async (_, context) => ({
        status: 200,
        body: {
          auth_endpoint: `${toAbsoluteBaseUrl(options, context)}/v2/authenticate`,
          enrollment_check_endpoint: `${toAbsoluteBaseUrl(options, context)}/check_enrollment`,
          public_key: (await channels(context.caller.tenant)).publicKey,
          purpose_supported: options.purposesSupported ?? ['authenticate', 'enroll'],
          scopes_supported: options.scopesSupported ?? sessionScopes,
        },
      }),
    }),
  ]
}

function environmentRoute({ services, guards, options, allowedTimeSpan }: AuthenticationContext): Route {
  return route({
    id: 'getEnvironment',
    method: 'GET',
    path: '/environment',
    summary: 'The settings required by callers',
    guard: guards.public,
    replies: { 200: { description: 'The environment', schema: environmentBody } },
    handler: async () => ({
      status: 200,
      body: {
        name: 'billfold',
        ...options.environment,
        EC_CURVE_NAME: options.curve ?? 'secp256k1',
        allowed_time_span: allowedTimeSpan,
        // The server's time, so that clients can correct their clocks for request ids.
        ts: Math.floor(services.now() / 1000),
      },
    }),
  })
}

function healthRoute(authentication: AuthenticationContext): Route {
  const { services, guards, options } = authentication
  const { build } = options
  const version = [build?.tag, build?.commit ?? 'unknown', build?.time ?? 0].filter((part) => part !== undefined)
  return route({
    id: 'getHealth',
    method: 'GET',
    path: '/healthz',
    summary: 'The health of the service',
    guard: guards.public,
    replies: {
      200: { description: 'The service is healthy', schema: healthBody },
      503: { description: 'The storage is unavailable', schema: healthBody },
    },
    handler: async (_, { caller }) => {
      const { status } = await checkReads(services)
      const publicKey = status === 'ok' ? await findPublicKeyInTime(authentication, caller.tenant) : undefined
      const code = publicKey === undefined ? 503 : 200
      const summary = code === 200 ? 'all services operational' : 'storage unavailable'
      const body = { status: summary, publicKey: publicKey ?? '', code: String(code), version: version.join('.') }
      return { status: code, body }
    },
  })
}

/** Returns the public key, or undefined after a timeout or an error: a health probe must get a reply even if storage hangs. */
async function findPublicKeyInTime(
  { channels, services }: AuthenticationContext,
  tenant: string,
): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, systemKeyTimeout, undefined)
  })
  try {
    return (await Promise.race([channels(tenant), timeout]))?.publicKey
  } catch (cause) {
    services.logger.error({ cause }, 'system key unavailable')
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
