import type { CustodyServices } from '../custody/services.ts'
import { z } from 'zod'
import { type CustodyOptions, custodyApi } from '../custody/api/index.ts'
import { type MountableApi, createMountableApi } from '../http/index.ts'
import { memoryRateLimiter } from '../platform/rate-limits/index.ts'
import { createServiceKey } from '../identity/service-keys/service-keys.ts'
import type { ReplyJson } from './reply-json.ts'

/** The parsed reply of the custody API. */
export interface CustodyReply {
  readonly status: number
  readonly result: ReplyJson
  readonly codes: readonly string[]
  /** The place of the page, of a list. */
  readonly pagination: ReplyJson
}

const responseFormat = z.object({
  result: z.unknown().optional(),
  pagination: z.unknown().optional(),
  errors: z.array(z.object({ code: z.string() })).default([]),
})

/** Calls an operation by its id; `method` is sent in the Signing-Method header. */
export type CustodyCall = (
  operation: string,
  input?: { params?: Record<string, string>; query?: string; body?: object; method?: string },
) => Promise<CustodyReply>

/** Creates a caller of a mounted custody API, with a service key of a tenant. */
export async function custodyCaller(
  services: CustodyServices,
  tenant = 'default',
  options: CustodyOptions = {},
  scopes: readonly string[] = ['custody'],
): Promise<CustodyCall> {
  const api: MountableApi = createMountableApi(custodyApi(services, tenant, options), {
    logger: services.logger,
    rateLimiter: memoryRateLimiter(),
  })
  const { keyId, keySecret } = await createServiceKey(services, { tenant, id: 'test' }, { tag: 't', scopes })
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
  return async (operation, { params = {}, query = '', body, method } = {}) => {
    const route = api.routes.find(({ id }) => id === operation)
    if (route === undefined) throw new Error(`Unknown operation: ${operation}`)
    const reply = await api.handle(route, {
      method: route.method,
      path: route.path,
      mount: '',
      params,
      query,
      headers: {
        authorization,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(method !== undefined && { 'signing-method': method }),
      },
      ip: '127.0.0.1',
      body: body === undefined ? { kind: 'none' } : { kind: 'parsed', value: body },
      signal: new AbortController().signal,
    })
    if (typeof reply.body !== 'string') throw new Error('The reply is not JSON')
    const { result, pagination, errors } = responseFormat.parse(JSON.parse(reply.body))
    return { status: reply.status, result, pagination, codes: errors.map(({ code }) => code) }
  }
}
