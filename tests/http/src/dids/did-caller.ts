import type { Client } from '../client.ts'
import { es256k, type KeyHolder, bodyHash } from './did-auth-token.ts'
import { publicUrl } from './did-host.ts'
import type { ReplyJson } from '../reply-json.ts'

/** What the DID API answered. */
export interface DidAnswer {
  readonly status: number
  readonly body: ReplyJson
}

/** Calls the DID API as a service key. */
export interface DidCaller {
  readonly call: (
    method: string,
    path: string,
    json?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<DidAnswer>
  /** A changing call with a token that somebody outside signs. */
  readonly as: (
    who: KeyHolder,
    act: string,
    json: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<DidAnswer>
  /** A changing call with a token that the key of a wallet held here signs. */
  readonly asWallet: (
    did: string,
    act: string,
    json: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<DidAnswer>
  /** A new wallet. */
  readonly wallet: (wallet?: object, walletConfig?: object) => Promise<DidAnswer['body']>
}

/** A caller of an API that is mounted, or that is asked without HTTP. */
export function didCaller(client: Pick<Client, 'request'>, authorization: () => string): DidCaller {
  const call: DidCaller['call'] = async (method, path, json, headers = {}) => {
    // Node's client gives the body of a DELETE no length by itself.
    const length = json === undefined ? {} : { 'content-length': String(Buffer.byteLength(JSON.stringify(json))) }
    const answer = await client.request(method, path, {
      headers: { authorization: authorization(), ...length, ...headers },
      ...(json !== undefined && { json }),
    })
    return { status: answer.status, body: answer.json }
  }
  const act = (what: string, json: unknown, token: string, headers = {}): Promise<DidAnswer> => {
    const [method = '', path = ''] = what.split(' ')
    return call(method, path, json, { 'x-did-auth': token, ...headers })
  }
  return {
    call,
    as: (who, what, json, headers) =>
      act(
        what,
        json,
        es256k(who.key, { did: who.did, act: what, body: JSON.stringify(json), aud: publicUrl }),
        headers,
      ),
    asWallet: async (did, what, json, headers) => {
      const request = { did, act: what, bod: bodyHash(JSON.stringify(json)) }
      const { status, body } = await call('POST', '/wallet/auth', request, headers)
      if (status !== 200) throw new Error(`no token: ${JSON.stringify(body)}`)
      return act(what, json, body.token, headers)
    },
    wallet: async (wallet, walletConfig) => {
      const { status, body } = await call('POST', '/wallet', { wallet, walletConfig })
      if (status !== 200) throw new Error(`no wallet: ${JSON.stringify(body)}`)
      return body.wallet
    },
  }
}
