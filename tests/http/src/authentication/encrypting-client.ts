import type { HttpReply, RequestContent, RequestDriver } from '../request-driver.ts'
import {
  createClientSecureChannel,
  type ClientSecureChannel,
  type ClientKeyPair,
  generateClientKeyPair,
} from '@billfold/core/client'

/** Overrides of a valid request, for invalid and unusual ones. */
export interface RequestOverrides {
  readonly licence?: string | undefined
  readonly uuid?: string
  /** Seconds since 1970. */
  readonly ts?: unknown
  /** The plaintext of the request id header. */
  readonly requestId?: string
  readonly token?: string
  /** Additional headers; undefined removes a header. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** A client of the secure channel that can send invalid requests too. */
export interface EncryptingClient {
  readonly keyPair: ClientKeyPair
  readonly channel: ClientSecureChannel
  readonly headers: (unusual?: RequestOverrides) => Promise<Record<string, string>>
  /** Sends `data` encrypted, or `plain` unencrypted. */
  readonly send: (
    method: string,
    path: string,
    sent?: RequestOverrides & { readonly data?: unknown; readonly plain?: unknown },
  ) => Promise<HttpReply & { readonly decrypted: unknown }>
}

/** Creates a client with its own key pair, and a licence if given. */
export async function createEncryptingClient(
  driver: RequestDriver,
  { licence, pair }: { readonly licence?: string; readonly pair?: ClientKeyPair } = {},
): Promise<EncryptingClient> {
  const { publicKey } = (await driver.request('GET', '/publickeys')).json as { publicKey: string }
  const { EC_CURVE_NAME } = (await driver.request('GET', '/environment')).json as {
    EC_CURVE_NAME: ClientKeyPair['curve']
  }
  const own = pair ?? generateClientKeyPair(EC_CURVE_NAME)
  const channel = await createClientSecureChannel(own, publicKey)
  const headers: EncryptingClient['headers'] = async (unusual = {}) => {
    const uuid = unusual.uuid ?? crypto.randomUUID()
    const { ts = Math.floor(Date.now() / 1000) } = unusual
    const presented = 'licence' in unusual ? unusual.licence : licence
    const all = {
      publickey: own.publicKey,
      requestid: await channel.encrypt(unusual.requestId ?? JSON.stringify({ appid: 'tests', uuid, ts })),
      licensekey: presented === undefined ? undefined : await channel.encrypt(presented),
      authorization: unusual.token === undefined ? undefined : `Bearer ${unusual.token}`,
      ...unusual.headers,
    }
    return Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    )
  }
  return {
    keyPair: own,
    channel,
    headers,
    send: async (method, path, { data, plain, ...unusual } = {}) => {
      const body: RequestContent =
        data !== undefined
          ? { json: { data: await channel.encrypt(JSON.stringify(data)) } }
          : plain !== undefined
            ? { json: plain }
            : {}
      const answer = await driver.request(method, path, { headers: await headers(unusual), ...body })
      const sealed = (answer.json as { data?: unknown } | undefined)?.data
      const decrypted: unknown = typeof sealed === 'string' ? JSON.parse(await channel.decrypt(sealed)) : undefined
      return { ...answer, decrypted }
    },
  }
}
