import { type ClientEnvelope, clientEnvelope } from './envelope.ts'
import { AuthenticationClientError } from './client-error.ts'
import { type Curve, isCurve } from './curve.ts'
import { isFields, textIn } from './fields.ts'
import { type KeyPair, newKeyPair } from './key-pair.ts'

/** What a client is made of. */
export interface ConnectionOptions {
  /** Where the API is mounted: `https://login.example/walletapi`. */
  readonly url: string
  /** The licence of a relying party. Never give one to a browser. */
  readonly licence?: string
  /** The key pair to call with; a new one unless it is given. */
  readonly keyPair?: KeyPair
  /** The system's public key, where it was learnt in another way; else it is asked for. */
  readonly systemPublicKey?: string
  /** What the application calls itself: `billfold`. */
  readonly appId?: string
  readonly fetch?: typeof fetch
}

/** What one call brings beside its path. */
export interface Call {
  /** What `data` holds. */
  readonly data?: unknown
  /** Whether `data` is encrypted: yes, unless told otherwise. */
  readonly encrypted?: boolean
  /** The bearer token that the step before gave. */
  readonly token?: string
  /** The same for each try of one step, so that it is taken once: a new one unless it is given. */
  readonly requestId?: string
  readonly signal?: AbortSignal
}

/** A caller of the API: a key pair, and what it shares with the system's. */
export interface Connection {
  readonly url: string
  readonly keyPair: KeyPair
  readonly envelope: ClientEnvelope
  /** The headers of a call: `publickey`, `requestid`, and `licensekey` and `authorization` where there is something to put in them. */
  readonly headers: (call?: Pick<Call, 'token' | 'requestId'>) => Promise<Readonly<Record<string, string>>>
  /**
   * Calls a route and gives its body, with `data` decrypted where it is encrypted.
   * @throws AuthenticationClientError
   */
  readonly call: (method: string, path: string, call?: Call) => Promise<unknown>
}

/**
 * Connects to the API: asks for its curve, its clock and its public key, and makes a key pair for it.
 * @throws AuthenticationClientError when it does not answer as such an API does
 *
 * @example
 * ```ts
 * import { connect, loginUrl, newSession, poll, sessionResponse } from '@billfold/core/client'
 *
 * const licence = process.env['BILLFOLD_LICENCE'] ?? ''
 * const shop = await connect({ url: 'https://login.example/walletapi', licence })
 * const session = { origin: 'https://shop.example', scopes: 'wallet', authtype: 'face', dvcID: 'login' }
 * const { sessionId, url } = await newSession(shop, session)
 * console.log('send the browser to', loginUrl(shop, url))
 * console.log(await poll(() => sessionResponse(shop, sessionId)))
 * ```
 */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const ask = options.fetch ?? fetch
  const url = options.url.replace(/\/+$/, '')
  const [environment, keys] = await Promise.all([
    get(ask, `${url}/environment`),
    options.systemPublicKey === undefined ? get(ask, `${url}/publickeys`) : { publicKey: options.systemPublicKey },
  ])
  const keyPair = options.keyPair ?? newKeyPair(curveIn(environment))
  const envelope = await clientEnvelope(keyPair, textIn(keys, 'publicKey'))
  const offset = clockOffset(environment)
  const headers: Connection['headers'] = async ({ token, requestId = globalThis.crypto.randomUUID() } = {}) => {
    const ts = Math.floor((Date.now() + offset) / 1000)
    const stamp = JSON.stringify({ appid: options.appId ?? 'billfold', uuid: requestId, ts })
    return {
      publickey: keyPair.publicKey,
      requestid: await envelope.encrypt(stamp),
      ...(options.licence !== undefined && { licensekey: await envelope.encrypt(options.licence) }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    }
  }
  return {
    url,
    keyPair,
    envelope,
    headers,
    call: async (method, path, call = {}) => {
      const response = await ask(`${url}${path}`, {
        method,
        headers: {
          ...(await headers(call)),
          ...(call.data !== undefined && { 'content-type': 'application/json' }),
        },
        ...(call.data !== undefined && { body: JSON.stringify({ data: await sealed(envelope, call) }) }),
        ...(call.signal !== undefined && { signal: call.signal }),
      })
      return opened(envelope, await bodyOf(response))
    },
  }
}

function sealed(envelope: ClientEnvelope, { data, encrypted = true }: Call): unknown {
  return encrypted ? envelope.encrypt(JSON.stringify(data)) : data
}

/** A body with its `data` decrypted, where that is text under our key. */
async function opened(envelope: ClientEnvelope, body: unknown): Promise<unknown> {
  if (!isFields(body) || typeof body['data'] !== 'string') return body
  return { ...body, data: parsed(await envelope.decrypt(body['data'])) }
}

async function get(ask: typeof fetch, url: string): Promise<unknown> {
  return bodyOf(await ask(url))
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text()
  const body = parsed(text)
  if (response.ok) return body
  const message = isFields(body) && typeof body['message'] === 'string' ? body['message'] : response.statusText
  const after = Number(response.headers.get('retry-after') ?? Number.NaN)
  throw new AuthenticationClientError(response.status, message, Number.isFinite(after) ? after : undefined)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function curveIn(environment: unknown): Curve {
  const name = isFields(environment) ? environment['EC_CURVE_NAME'] : undefined
  if (!isCurve(name)) throw new AuthenticationClientError(200, 'The server names no curve that this client knows')
  return name
}

/** How far the server's clock is ahead of ours, in milliseconds: zero where it does not say, or is as good as right. */
function clockOffset(environment: unknown): number {
  const ts = isFields(environment) ? environment['ts'] : undefined
  if (typeof ts !== 'number') return 0
  const offset = ts * 1000 - Date.now()
  return Math.abs(offset) < 5_000 ? 0 : offset
}
