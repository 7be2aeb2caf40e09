import type { CustodyServices } from '../custody/services.ts'
import { z } from 'zod'
import { type AuthenticationOptions, authenticationHttpApi } from '../authentication/api/index.ts'
import { createClientSecureChannel, type ClientKeyPair, generateClientKeyPair } from '../client/index.ts'
import { createMountableApi } from '../http/index.ts'
import { createLicence } from '../identity/licences/licences.ts'
import { memoryRateLimiter } from '../platform/rate-limits/index.ts'
import type { ReplyJson } from './reply-json.ts'

/** The reply of a call; `decrypted` is its decrypted `data`. */
export interface AuthenticationReply {
  readonly status: number
  readonly body: ReplyJson
  readonly decrypted: ReplyJson
}

/** Calls an operation of the authentication API by its id. */
export type AuthenticationCall = (
  operation: string,
  input?: {
    readonly params?: Record<string, string>
    readonly query?: string
    /** Sent encrypted. */
    readonly data?: unknown
    /** Sent unencrypted. */
    readonly plain?: unknown
    readonly uuid?: string
    readonly headers?: Readonly<Record<string, string>>
  },
) => Promise<AuthenticationReply>

/** The key pair and licence of the caller, and the options of the API. */
export interface AuthenticationCallerOptions {
  readonly options?: AuthenticationOptions
  readonly licence?: string
  readonly pair?: ClientKeyPair
}

const encryptedBody = z.object({ data: z.string() })

/** Creates a caller of a mounted authentication API, by default with a licence of level `system`. */
export async function authenticationCaller(
  services: CustodyServices,
  { options = {}, licence, pair = generateClientKeyPair(options.curve) }: AuthenticationCallerOptions = {},
): Promise<AuthenticationCall> {
  const api = createMountableApi(authenticationHttpApi(services, 'default', options), {
    logger: services.logger,
    rateLimiter: memoryRateLimiter(),
  })
  const actor = { tenant: 'default', id: 'test' }
  const licenceKey = licence ?? (await createLicence(services, actor, { tag: 'test', authLevel: 'system' })).licence
  const call = async (operation: string, parts: object): Promise<{ status: number; body: unknown }> => {
    const route = api.routes.find(({ id }) => id === operation)
    if (route === undefined) throw new Error(`Unknown operation: ${operation}`)
    const { method, path } = route
    const signal = new AbortController().signal
    const request = { method, path, mount: '', params: {}, query: '', headers: {}, ip: '192.0.2.1', signal }
    const { status, body } = await api.handle(route, { ...request, body: { kind: 'none' }, ...parts })
    return { status, body: typeof body === 'string' ? parseJson(body) : undefined }
  }
  const { publicKey } = z.object({ publicKey: z.string() }).parse((await call('getPublicKey', {})).body)
  const envelope = await createClientSecureChannel(pair, publicKey)
  return async (operation, { params = {}, query = '', data, plain, uuid = crypto.randomUUID(), headers = {} } = {}) => {
    const requestIdClaims = JSON.stringify({ appid: 'tests', uuid, ts: Math.floor(services.now() / 1000) })
    const encrypted = data === undefined ? plain : { data: await envelope.encrypt(JSON.stringify(data)) }
    const { status, body } = await call(operation, {
      params,
      query,
      headers: {
        publickey: pair.publicKey,
        requestid: await envelope.encrypt(requestIdClaims),
        licensekey: await envelope.encrypt(licenceKey),
        ...(encrypted !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: encrypted === undefined ? { kind: 'none' } : { kind: 'parsed', value: encrypted },
    })
    const encryptedReply = encryptedBody.safeParse(body).data
    const decrypted = encryptedReply === undefined ? undefined : parseJson(await envelope.decrypt(encryptedReply.data))
    return { status, body, decrypted }
  }
}

function parseJson(text: string): unknown {
  return JSON.parse(text)
}
