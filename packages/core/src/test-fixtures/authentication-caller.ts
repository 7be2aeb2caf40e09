import { z } from 'zod'
import { type AuthenticationOptions, authenticationApi } from '../apis/authentication/index.ts'
import { clientEnvelope, type KeyPair, newKeyPair } from '../client/index.ts'
import { mountable } from '../http/index.ts'
import { createLicence } from '../licences/licences.ts'
import { memoryRateLimiter } from '../rate-limits/index.ts'
import type { Services } from '../services.ts'
import type { ReplyJson } from './reply-json.ts'

/** What a call answered; `opened` is its `data`, decrypted. */
export interface AuthenticationOutcome {
  readonly status: number
  readonly body: ReplyJson
  readonly opened: ReplyJson
}

/** Calls an operation of the authentication API by its name. */
export type AuthenticationCall = (
  operation: string,
  sent?: {
    readonly params?: Record<string, string>
    readonly query?: string
    /** Sent encrypted. */
    readonly data?: unknown
    /** Sent as it is. */
    readonly plain?: unknown
    readonly uuid?: string
    readonly headers?: Readonly<Record<string, string>>
  },
) => Promise<AuthenticationOutcome>

/** Who calls: with which key pair, which licence, and how the API is set up. */
export interface CallerSettings {
  readonly options?: AuthenticationOptions
  readonly licence?: string
  readonly pair?: KeyPair
}

const sealedShape = z.object({ data: z.string() })

/** Calls the API as a mounted one is called, with a licence of level `system` unless another is given. */
export async function authenticationCaller(
  services: Services,
  { options = {}, licence, pair = newKeyPair(options.curve) }: CallerSettings = {},
): Promise<AuthenticationCall> {
  const api = mountable(authenticationApi(services, 'default', options), {
    logger: services.logger,
    limiter: memoryRateLimiter(),
  })
  const actor = { tenant: 'default', id: 'test' }
  const own = licence ?? (await createLicence(services, actor, { tag: 'test', authLevel: 'system' })).licence
  const call = async (operation: string, parts: object): Promise<{ status: number; body: unknown }> => {
    const route = api.routes.find(({ id }) => id === operation)
    if (route === undefined) throw new Error(`there is no operation ${operation}`)
    const { method, path } = route
    const signal = new AbortController().signal
    const request = { method, path, mount: '', params: {}, query: '', headers: {}, ip: '192.0.2.1', signal }
    const { status, body } = await api.handle(route, { ...request, body: { kind: 'none' }, ...parts })
    return { status, body: typeof body === 'string' ? parsed(body) : undefined }
  }
  const { publicKey } = z.object({ publicKey: z.string() }).parse((await call('getPublicKey', {})).body)
  const envelope = await clientEnvelope(pair, publicKey)
  return async (operation, { params = {}, query = '', data, plain, uuid = crypto.randomUUID(), headers = {} } = {}) => {
    const stamp = JSON.stringify({ appid: 'tests', uuid, ts: Math.floor(services.now() / 1000) })
    const sealed = data === undefined ? plain : { data: await envelope.encrypt(JSON.stringify(data)) }
    const { status, body } = await call(operation, {
      params,
      query,
      headers: {
        publickey: pair.publicKey,
        requestid: await envelope.encrypt(stamp),
        licensekey: await envelope.encrypt(own),
        ...(sealed !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: sealed === undefined ? { kind: 'none' } : { kind: 'parsed', value: sealed },
    })
    const sealedReply = sealedShape.safeParse(body).data
    const opened = sealedReply === undefined ? undefined : parsed(await envelope.decrypt(sealedReply.data))
    return { status, body, opened }
  }
}

function parsed(text: string): unknown {
  return JSON.parse(text)
}
