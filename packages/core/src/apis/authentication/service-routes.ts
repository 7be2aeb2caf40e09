import { knownScopes } from '../../sessions/scoped-data.ts'
import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { health } from '../../operations/health.ts'
import type { Authentication } from './authentication.ts'

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

/** How long the system key may take to be found when the storage answers, in milliseconds. */
const patience = 5_000

/** What the service says about itself to anybody. */
export function serviceRoutes(authentication: Authentication): readonly Route[] {
  const { guards, envelopes } = authentication
  return [
    healthRoute(authentication),
    route({
      method: 'GET',
      guard: guards.open,
      id: 'getPublicKey',
      path: '/publickeys',
      summary: "The system's public key: what callers encrypt to",
      replies: { 200: { description: 'Base64 of X and Y, 64 bytes', schema: publicKeyBody } },
      handler: async (_, { caller }) => ({
        status: 200,
        body: { publicKey: (await envelopes(caller.tenant)).publicKey },
      }),
    }),
    ...directoryRoutes(authentication),
    environmentRoute(authentication),
  ]
}

/** What there is, and where. */
function directoryRoutes({ guards, envelopes, options }: Authentication): readonly Route[] {
  const open = { method: 'GET', guard: guards.open } as const
  const at = (mount: string): string => options.publicUrl ?? mount
  return [
    route({
      ...open,
      id: 'getServiceDirectory',
      path: '/sd',
      summary: 'The service directory',
      replies: { 200: { description: 'URLs by name', schema: z.record(z.string(), z.string()) } },
      handler: async (_, { mount }) => ({
        status: 200,
        body: { wallet: at(mount), sessions: `${at(mount)}/sessions`, ...options.services },
      }),
    }),
    route({
      ...open,
      id: 'getWellKnown',
      path: '/.well-known',
      summary: 'What this service offers, and where',
      replies: { 200: { description: 'The configuration', schema: wellKnownBody } },
      handler: async (_, { caller, mount }) => ({
        status: 200,
        body: {
          auth_endpoint: `${at(mount)}/v2/authenticate`,
          enrollment_check_endpoint: `${at(mount)}/check_enrollment`,
          public_key: (await envelopes(caller.tenant)).publicKey,
          purpose_supported: options.purposesSupported ?? ['authenticate', 'enroll'],
          scopes_supported: options.scopesSupported ?? knownScopes,
        },
      }),
    }),
  ]
}

function environmentRoute({ services, guards, options, allowedTimeSpan }: Authentication): Route {
  return route({
    id: 'getEnvironment',
    method: 'GET',
    path: '/environment',
    summary: 'The settings that callers need',
    guard: guards.open,
    replies: { 200: { description: 'The environment', schema: environmentBody } },
    handler: async () => ({
      status: 200,
      body: {
        name: 'billfold',
        ...options.environment,
        EC_CURVE_NAME: options.curve ?? 'secp256k1',
        allowed_time_span: allowedTimeSpan,
        // By the clock of whoever checks request ids, for clients whose own is wrong.
        ts: Math.floor(services.now() / 1000),
      },
    }),
  })
}

function healthRoute(authentication: Authentication): Route {
  const { services, guards, options } = authentication
  const { build } = options
  const version = [build?.tag, build?.commit ?? 'unknown', build?.time ?? 0].filter((part) => part !== undefined)
  return route({
    id: 'getHealth',
    method: 'GET',
    path: '/healthz',
    summary: 'Whether the service works',
    guard: guards.open,
    replies: {
      200: { description: 'It works', schema: healthBody },
      503: { description: 'The storage does not answer', schema: healthBody },
    },
    handler: async (_, { caller }) => {
      const { status } = await health(services)
      const publicKey = status === 'ok' ? await publicKeyInTime(authentication, caller.tenant) : undefined
      const code = publicKey === undefined ? 503 : 200
      const told = code === 200 ? 'all services operational' : 'the storage does not answer'
      const body = { status: told, publicKey: publicKey ?? '', code: String(code), version: version.join('.') }
      return { status: code, body }
    },
  })
}

/** The public key, or undefined when it cannot be had in time: a probe is answered, whatever hangs. */
async function publicKeyInTime({ envelopes, services }: Authentication, tenant: string): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patience, undefined)
  })
  try {
    return (await Promise.race([envelopes(tenant), tooLate]))?.publicKey
  } catch (cause) {
    services.logger.error({ cause }, 'the system key cannot be read')
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
