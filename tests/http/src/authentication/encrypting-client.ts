import type { RequestDriver } from '../request-driver.ts'
import {
  createClientSecureChannel,
  type ClientSecureChannel,
  type ClientKeyPair,
  generateClientKeyPair,
} from '@billfold/core/client'
import type { HttpReply, RequestContent } from '../request-driver.ts'

/** What of a call is not as it should be, or just not the usual. */
export interface RequestOverrides {
  readonly licence?: string | undefined
  readonly uuid?: string
  /** Seconds since 1970. */
  readonly ts?: unknown
  /** In place of all that the request id says. */
  readonly requestId?: string
  readonly token?: string
  /** Headers on top of the others; undefined takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** A caller that can do everything that an honest client does, and all that it does not. */
export interface EncryptingClient {
  readonly keyPair: ClientKeyPair
  readonly channel: ClientSecureChannel
  readonly headers: (unusual?: RequestOverrides) => Promise<Record<string, string>>
  /** Sends `data` encrypted, or, as `plain`, just so. */
  readonly send: (
    method: string,
    path: string,
    sent?: RequestOverrides & { readonly data?: unknown; readonly plain?: unknown },
  ) => Promise<HttpReply & { readonly opened: unknown }>
}

/** A caller with a key pair of its own and a licence. */
export async function createEncryptingClient(
  asker: RequestDriver,
  { licence, pair }: { readonly licence?: string; readonly pair?: ClientKeyPair } = {},
): Promise<EncryptingClient> {
  const { publicKey } = (await asker.request('GET', '/publickeys')).json as { publicKey: string }
  const { EC_CURVE_NAME } = (await asker.request('GET', '/environment')).json as {
    EC_CURVE_NAME: ClientKeyPair['curve']
  }
  const own = pair ?? generateClientKeyPair(EC_CURVE_NAME)
  const channel = await createClientSecureChannel(own, publicKey)
  const headers: EncryptingClient['headers'] = async (unusual = {}) => {
    const uuid = unusual.uuid ?? crypto.randomUUID()
    const { ts = Math.floor(Date.now() / 1000) } = unusual
    const brought = 'licence' in unusual ? unusual.licence : licence
    const all = {
      publickey: own.publicKey,
      requestid: await channel.encrypt(unusual.requestId ?? JSON.stringify({ appid: 'tests', uuid, ts })),
      licensekey: brought === undefined ? undefined : await channel.encrypt(brought),
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
      const answer = await asker.request(method, path, { headers: await headers(unusual), ...body })
      const sealed = (answer.json as { data?: unknown } | undefined)?.data
      const opened: unknown = typeof sealed === 'string' ? JSON.parse(await channel.decrypt(sealed)) : undefined
      return { ...answer, opened }
    },
  }
}
