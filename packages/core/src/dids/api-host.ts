import type { BroadcastAnswer, EvmClient } from '../chain-clients/index.ts'
import { askNode, type Fetch } from '../chain-clients/bounded-fetch.ts'
import { BillfoldError } from '../errors.ts'
import { didLimits } from './limits.ts'

/** The hosts that signed transactions may be posted to, and what they are told. */
export interface ApiHosts {
  /** The URLs that callers may name, each with the path that `/transactions/send` is below: `https://dids.example/api`. */
  readonly urls: readonly string[]
  /** The node that these hosts are to send through: a URL without a user, a password, a query or a fragment. */
  readonly rpcUrl: string
  readonly fetch?: Fetch
}

/** @throws RangeError for hosts whose URLs are not http or https, or carry credentials */
export function checkApiHosts({ urls, rpcUrl }: ApiHosts): void {
  for (const url of [...urls, rpcUrl])
    if (normal(url) === undefined)
      throw new RangeError('apiHosts takes http and https URLs without credentials or queries')
}

/**
 * The URL as the host has written it, when it is one of those that the host allows. Callers choose among the host's own
 * URLs; nothing that they write is ever fetched.
 * @throws BillfoldError `did.api-url-not-allowed`
 */
export function allowedUrl(hosts: ApiHosts | undefined, apiUrl: string): string {
  const asked = normal(apiUrl)
  const allowed = asked === undefined ? undefined : hosts?.urls.find((url) => normal(url) === asked)
  if (allowed === undefined) throw new BillfoldError('did.api-url-not-allowed')
  return allowed
}

function normal(text: string): string | undefined {
  if (text.length > 2048 || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const extra = url.username + url.password + url.search + url.hash
  return /^https?:$/.test(url.protocol) && extra === '' ? url.href.replace(/\/+$/, '') : undefined
}

/**
 * A client that hands signed transactions to an API host: `POST {apiUrl}/transactions/send {rpcUrl, signedTxs}`, the
 * transactions in hex with 0x. What the host answers is not looked at but for its status: whether a transaction is in the
 * chain, only the chain can tell.
 */
export function throughApiHost(client: EvmClient, hosts: ApiHosts, url: string): EvmClient {
  const { rpcUrl, fetch = globalThis.fetch } = hosts
  return {
    ...client,
    timeoutMs: didLimits.apiMilliseconds,
    broadcast: async (raw): Promise<BroadcastAnswer> => {
      const json = { rpcUrl, signedTxs: [`0x${Buffer.from(raw).toString('hex')}`] }
      const target = `${url.replace(/\/+$/, '')}/transactions/send`
      const { status } = await askNode({ url: target, json, timeoutMs: didLimits.apiMilliseconds, fetch })
      if (status < 200 || status > 299) throw new Error(`The API host answered with status ${status}`)
      return { outcome: 'accepted' }
    },
  }
}
