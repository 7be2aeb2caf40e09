import type { RequestDriver } from '../request-driver.ts'
import { type DidKey, hashBody, signEs256k } from './sign-did-auth.ts'
import { publicUrl } from './did-host.ts'
import type { JsonValue } from '../json-value.ts'

/** A reply of the DID API. */
export interface DidReply {
  readonly status: number
  readonly body: JsonValue
}

/** A client of the DID API with a service key. */
export interface DidClient {
  readonly call: (
    method: string,
    path: string,
    json?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<DidReply>
  /** Calls a modifying route with a token signed by an external key. */
  readonly callWithKey: (
    who: DidKey,
    callAuthorized: string,
    json: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<DidReply>
  /** Calls a modifying route with a token signed by the key of a wallet of the host. */
  readonly callAsWallet: (
    did: string,
    callAuthorized: string,
    json: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<DidReply>
  /** Creates a wallet. */
  readonly createWallet: (wallet?: object, walletConfig?: object) => Promise<DidReply['body']>
}

/** Creates a client over a driver. */
export function createDidClient(client: RequestDriver, authorization: () => string): DidClient {
  const call: DidClient['call'] = async (method, path, json, headers = {}) => {
    const answer = await client.request(method, path, {
      headers: { authorization: authorization(), ...headers },
      ...(json !== undefined && { json }),
    })
    return { status: answer.status, body: answer.json }
  }
  const callAuthorized = (what: string, json: unknown, token: string, headers = {}): Promise<DidReply> => {
    const [method = '', path = ''] = what.split(' ')
    return call(method, path, json, { 'x-did-auth': token, ...headers })
  }
  return {
    call,
    callWithKey: (who, what, json, headers) =>
      callAuthorized(
        what,
        json,
        signEs256k(who.key, { did: who.did, act: what, body: JSON.stringify(json), aud: publicUrl }),
        headers,
      ),
    callAsWallet: async (did, what, json, headers) => {
      const request = { did, act: what, bod: hashBody(JSON.stringify(json)) }
      const { status, body } = await call('POST', '/wallet/auth', request, headers)
      if (status !== 200) throw new Error(`no token: ${JSON.stringify(body)}`)
      return callAuthorized(what, json, body.token, headers)
    },
    createWallet: async (wallet, walletConfig) => {
      const { status, body } = await call('POST', '/wallet', { wallet, walletConfig })
      if (status !== 200) throw new Error(`no wallet: ${JSON.stringify(body)}`)
      return body.wallet
    },
  }
}
