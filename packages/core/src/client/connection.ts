import { type ClientSecureChannel, createClientSecureChannel } from './secure-channel.ts'
import { AuthenticationClientError } from './client-error.ts'
import { type ClientCurve, isClientCurve } from './curve.ts'
import { isJsonObject, getString } from './json-object.ts'
import { type ClientKeyPair, generateClientKeyPair } from './key-pair.ts'

/** Options of {@link connect}. */
export interface ConnectionOptions {
  /** The URL that the API is mounted at: `https://login.example/walletapi`. */
  readonly url: string
  /** The licence of a relying party. Never use one in a browser. */
  readonly licence?: string
  /** The key pair of the client; a new one by default. */
  readonly keyPair?: ClientKeyPair
  /** The system's public key (base64 of X ‖ Y), if known; fetched by default. */
  readonly systemPublicKey?: string
  /** The application id sent with every call; `billfold` by default. */
  readonly appId?: string
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof fetch
}

/** Options of one call. */
export interface ClientCall {
  /** The value of the `data` field. */
  readonly data?: unknown
  /** Encrypts `data`; true by default. */
  readonly encrypted?: boolean
  /** The bearer token returned by the previous step. */
  readonly token?: string
  /** The request id; a new one by default. Use the same for all retries of a step, so that it takes effect once. */
  readonly requestId?: string
  readonly signal?: AbortSignal
}

/** A connection to the API: a key pair, and the secure channel with the system. */
export interface Connection {
  readonly url: string
  readonly keyPair: ClientKeyPair
  readonly channel: ClientSecureChannel
  /** Creates the headers of a call: `publickey`, `requestid` and, if available, `licensekey` and `authorization`. */
  readonly headers: (call?: Pick<ClientCall, 'token' | 'requestId'>) => Promise<Readonly<Record<string, string>>>
  /**
   * Calls a route. Returns its body with `data` decrypted.
   * @throws AuthenticationClientError if the server rejects the call
   */
  readonly call: (method: string, path: string, call?: ClientCall) => Promise<unknown>
}

/**
 * Connects to an authentication API: fetches its curve, clock and public key, and generates a key pair.
 *
 * @param options the URL of the API, and the licence and key pair of the client
 * @throws AuthenticationClientError if the server does not implement the API
 *
 * @example
 * ```ts
 * import { connect, getSessionResponse, loginUrl, poll, requestSession } from '@billfold/core/client'
 *
 * const licence = process.env['BILLFOLD_LICENCE'] ?? ''
 * const shop = await connect({ url: 'https://login.example/walletapi', licence })
 * const session = { origin: 'https://shop.example', scopes: 'wallet', authtype: 'face', dvcID: 'login' }
 * const { sessionId, url } = await requestSession(shop, session)
 * console.log('send the browser to', loginUrl(shop, url))
 * console.log(await poll(() => getSessionResponse(shop, sessionId)))
 * ```
 */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const send = options.fetch ?? fetch
  const url = options.url.replace(/\/+$/, '')
  const [environment, keys] = await Promise.all([
    get(send, `${url}/environment`),
    options.systemPublicKey === undefined ? get(send, `${url}/publickeys`) : { publicKey: options.systemPublicKey },
  ])
  const keyPair = options.keyPair ?? generateClientKeyPair(parseCurve(environment))
  const channel = await createClientSecureChannel(keyPair, getString(keys, 'publicKey'))
  const offset = clockOffset(environment)
  const headers: Connection['headers'] = async ({ token, requestId = globalThis.crypto.randomUUID() } = {}) => {
    const ts = Math.floor((Date.now() + offset) / 1000)
    const requestIdClaims = JSON.stringify({ appid: options.appId ?? 'billfold', uuid: requestId, ts })
    return {
      publickey: keyPair.publicKey,
      requestid: await channel.encrypt(requestIdClaims),
      ...(options.licence !== undefined && { licensekey: await channel.encrypt(options.licence) }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    }
  }
  return {
    url,
    keyPair,
    channel,
    headers,
    call: async (method, path, call = {}) => {
      const response = await send(`${url}${path}`, {
        method,
        headers: {
          ...(await headers(call)),
          ...(call.data !== undefined && { 'content-type': 'application/json' }),
        },
        ...(call.data !== undefined && { body: JSON.stringify({ data: await encodeData(channel, call) }) }),
        ...(call.signal !== undefined && { signal: call.signal }),
      })
      return decryptData(channel, await parseReply(response))
    },
  }
}

function encodeData(envelope: ClientSecureChannel, { data, encrypted = true }: ClientCall): unknown {
  return encrypted ? envelope.encrypt(JSON.stringify(data)) : data
}

/** Decrypts the `data` field of a body if it is a string. */
async function decryptData(envelope: ClientSecureChannel, body: unknown): Promise<unknown> {
  if (!isJsonObject(body) || typeof body['data'] !== 'string') return body
  return { ...body, data: parseJson(await envelope.decrypt(body['data'])) }
}

async function get(send: typeof fetch, url: string): Promise<unknown> {
  return parseReply(await send(url))
}

async function parseReply(response: Response): Promise<unknown> {
  const text = await response.text()
  const body = parseJson(text)
  if (response.ok) return body
  const message = isJsonObject(body) && typeof body['message'] === 'string' ? body['message'] : response.statusText
  const after = Number(response.headers.get('retry-after') ?? Number.NaN)
  throw new AuthenticationClientError(response.status, message, Number.isFinite(after) ? after : undefined)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function parseCurve(environment: unknown): ClientCurve {
  const name = isJsonObject(environment) ? environment['EC_CURVE_NAME'] : undefined
  if (!isClientCurve(name)) throw new AuthenticationClientError(200, `Unsupported curve: ${String(name)}`)
  return name
}

/** Computes how far the server's clock is ahead, in milliseconds. Zero if unknown or less than five seconds. */
function clockOffset(environment: unknown): number {
  const ts = isJsonObject(environment) ? environment['ts'] : undefined
  if (typeof ts !== 'number') return 0
  const offset = ts * 1000 - Date.now()
  return Math.abs(offset) < 5_000 ? 0 : offset
}
