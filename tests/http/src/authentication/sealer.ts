import {
  createClientSecureChannel,
  type ClientSecureChannel,
  type ClientKeyPair,
  generateClientKeyPair,
} from '@billfold/core/client'
import type { Answer, Client, Sent } from '../client.ts'

/** What of a call is not as it should be, or just not the usual. */
export interface Unusual {
  readonly licence?: string | undefined
  readonly uuid?: string
  /** Seconds since 1970. */
  readonly ts?: unknown
  /** In place of all that the request id says. */
  readonly stamp?: string
  readonly token?: string
  /** Headers on top of the others; undefined takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** A caller that can do everything that an honest client does, and all that it does not. */
export interface Sealer {
  readonly pair: ClientKeyPair
  readonly envelope: ClientSecureChannel
  readonly headers: (unusual?: Unusual) => Promise<Record<string, string>>
  /** Sends `data` encrypted, or, as `plain`, just so. */
  readonly send: (
    method: string,
    path: string,
    sent?: Unusual & { readonly data?: unknown; readonly plain?: unknown },
  ) => Promise<Answer & { readonly opened: unknown }>
}

/** What can send requests. */
export type Asker = Pick<Client, 'request'>

/** A caller with a key pair of its own and a licence. */
export async function sealer(
  asker: Asker,
  { licence, pair }: { readonly licence?: string; readonly pair?: ClientKeyPair } = {},
): Promise<Sealer> {
  const { publicKey } = (await asker.request('GET', '/publickeys')).json as { publicKey: string }
  const { EC_CURVE_NAME } = (await asker.request('GET', '/environment')).json as {
    EC_CURVE_NAME: ClientKeyPair['curve']
  }
  const own = pair ?? generateClientKeyPair(EC_CURVE_NAME)
  const envelope = await createClientSecureChannel(own, publicKey)
  const headers: Sealer['headers'] = async (unusual = {}) => {
    const uuid = unusual.uuid ?? crypto.randomUUID()
    const { ts = Math.floor(Date.now() / 1000) } = unusual
    const brought = 'licence' in unusual ? unusual.licence : licence
    const all = {
      publickey: own.publicKey,
      requestid: await envelope.encrypt(unusual.stamp ?? JSON.stringify({ appid: 'tests', uuid, ts })),
      licensekey: brought === undefined ? undefined : await envelope.encrypt(brought),
      authorization: unusual.token === undefined ? undefined : `Bearer ${unusual.token}`,
      ...unusual.headers,
    }
    return Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    )
  }
  return {
    pair: own,
    envelope,
    headers,
    send: async (method, path, { data, plain, ...unusual } = {}) => {
      const body: Sent =
        data !== undefined
          ? { json: { data: await envelope.encrypt(JSON.stringify(data)) } }
          : plain !== undefined
            ? { json: plain }
            : {}
      const answer = await asker.request(method, path, { headers: await headers(unusual), ...body })
      const sealed = (answer.json as { data?: unknown } | undefined)?.data
      const opened: unknown = typeof sealed === 'string' ? JSON.parse(await envelope.decrypt(sealed)) : undefined
      return { ...answer, opened }
    },
  }
}
