import { lookup } from 'node:dns/promises'
import { type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { isPublicAddress } from './public-address.ts'

/** Resolves a hostname to its IP addresses. */
export type DnsResolver = (name: string) => Promise<readonly string[]>

/** A request to a server that is named by an untrusted party. */
export interface SsrfSafeRequest {
  readonly url: URL
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Allows hostnames that resolve to private, loopback or link-local addresses. */
  readonly allowPrivateAddresses: boolean
  /** PEM of an additional certificate authority for the server's certificate. */
  readonly ca?: string | undefined
  readonly resolveDns?: DnsResolver | undefined
  /** Aborts name resolution, connection and response. */
  readonly signal: AbortSignal
  /** The maximum response size in bytes, and whether a larger response is an error or truncated. */
  readonly maxResponseBytes: number
  readonly oversizedResponse: 'reject' | 'truncate'
}

/** The server's response. */
export interface SsrfSafeResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Thrown if the hostname resolves to a non-public address, or to none. */
export class BlockedAddressError extends Error {
  override readonly name = 'BlockedAddressError'
}

/**
 * Sends an HTTP request with protection against server-side request forgery (SSRF). Resolves the hostname once, checks
 * all of its addresses, and connects to a checked address only, which prevents DNS rebinding. Does not follow
 * redirects.
 * @throws BlockedAddressError if an address is not public; the errors of `node:dns`, `node:http` and TLS
 */
export async function ssrfSafeRequest(options: SsrfSafeRequest): Promise<SsrfSafeResponse> {
  const addresses = await rejectOnAbort(resolveAllowedAddresses(options), options.signal)
  return new Promise((resolve, reject) => send(options, addresses, resolve, reject))
}

async function resolveAllowedAddresses({
  url,
  allowPrivateAddresses,
  resolveDns = resolveWithSystem,
}: SsrfSafeRequest): Promise<readonly string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) === 0 ? await resolveDns(host) : [host]
  if (addresses.length === 0) throw new BlockedAddressError('the hostname resolves to no address')
  if (!allowPrivateAddresses && !addresses.every(isPublicAddress))
    throw new BlockedAddressError('the hostname resolves to an address that is not public')
  return addresses
}

function send(
  { url, method, headers, body, ca, signal, maxResponseBytes, oversizedResponse }: SsrfSafeRequest,
  addresses: readonly string[],
  resolve: (answer: SsrfSafeResponse) => void,
  reject: (error: Error) => void,
): void {
  const found = addresses.map((address) => ({ address, family: isIP(address) }))
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  const outgoing = request(
    url,
    {
      method,
      signal,
      agent: false,
      headers: body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      ...(ca !== undefined && { ca }),
      lookup: (_, { all }, callback) => {
        const [{ address, family } = { address: '', family: 0 }] = found
        if (all === true) callback(null, found)
        else callback(null, address, family)
      },
    },
    (response) => {
      readBounded(response, maxResponseBytes).then(({ text, isTruncated }) => {
        if (isTruncated) outgoing.destroy()
        if (isTruncated && oversizedResponse === 'reject') reject(new Error('the response is too large'))
        else resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
      }, reject)
    },
  )
  outgoing.on('error', reject)
  outgoing.end(body)
}

async function readBounded(
  response: IncomingMessage,
  maxBytes: number,
): Promise<{ text: string; isTruncated: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  const all: AsyncIterable<Buffer> = response
  for await (const chunk of all) {
    length += chunk.length
    if (length > maxBytes) return { text: '', isTruncated: true }
    chunks.push(chunk)
  }
  return { text: Buffer.concat(chunks).toString('utf8'), isTruncated: false }
}

/** Name resolution has no timeout of its own. */
function rejectOnAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('the request timed out'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

async function resolveWithSystem(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address)
}
