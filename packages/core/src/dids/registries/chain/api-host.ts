import type { BroadcastResult, EvmClient } from '../../../custody/chain-clients/index.ts'
import { requestNode, type Fetch } from '../../../custody/chain-clients/request-node.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { didLimits } from '../limits.ts'

/** The hosts that signed transactions may be posted to instead of the registry's own node. */
export interface ApiHosts {
  /** The URLs that callers may choose from. `/transactions/send` is appended: `https://dids.example/api`. */
  readonly urls: readonly string[]
  /**
   * The URL of the node that these hosts send through; it is passed to them, so it must not contain credentials, a
   * query or a fragment.
   */
  readonly rpcUrl: string
  /** Replaces the global `fetch`. */
  readonly fetch?: Fetch
}

/**
 * Checks the URLs of the API hosts.
 *
 * @throws RangeError if a URL is not http or https, or contains credentials, a query or a fragment
 */
export function assertValidApiHosts({ urls, rpcUrl }: ApiHosts): void {
  for (const url of [...urls, rpcUrl])
    if (normalizeUrl(url) === undefined)
      throw new RangeError(
        'apiHosts: `urls` and `rpcUrl` must be http or https URLs without credentials, query or fragment',
      )
}

/**
 * Returns the configured URL that equals `apiUrl`. Callers only choose among configured URLs; a URL from a request is
 * never fetched.
 *
 * @throws BillfoldError `did.api-url-not-allowed`
 */
export function getAllowedApiUrl(hosts: ApiHosts | undefined, apiUrl: string): string {
  const requested = normalizeUrl(apiUrl)
  const allowed = requested === undefined ? undefined : hosts?.urls.find((url) => normalizeUrl(url) === requested)
  if (allowed === undefined) throw new BillfoldError('did.api-url-not-allowed')
  return allowed
}

function normalizeUrl(text: string): string | undefined {
  if (text.length > 2048 || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const extra = url.username + url.password + url.search + url.hash
  return /^https?:$/.test(url.protocol) && extra === '' ? url.href.replace(/\/+$/, '') : undefined
}

/**
 * Creates a client that broadcasts through an API host: `POST {apiUrl}/transactions/send {rpcUrl, signedTxs}`, the
 * transactions in hex with 0x. Only the status of the response is used: the chain alone decides whether a transaction
 * was included.
 */
export function createApiHostClient(client: EvmClient, hosts: ApiHosts, url: string): EvmClient {
  const { rpcUrl, fetch = globalThis.fetch } = hosts
  return {
    ...client,
    timeoutMs: didLimits.apiTimeoutMs,
    broadcast: async (raw): Promise<BroadcastResult> => {
      const json = { rpcUrl, signedTxs: [`0x${Buffer.from(raw).toString('hex')}`] }
      const target = `${url.replace(/\/+$/, '')}/transactions/send`
      const { status } = await requestNode({ url: target, json, timeoutMs: didLimits.apiTimeoutMs, fetch })
      if (status < 200 || status > 299) throw new Error(`The API host responded with status ${status}`)
      return { outcome: 'accepted' }
    },
  }
}
