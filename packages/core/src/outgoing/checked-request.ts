import { lookup } from 'node:dns/promises'
import { type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { isPublicAddress } from './public-address.ts'

/** Where names stand for addresses; the system's resolver by default. */
export type Resolve = (name: string) => Promise<readonly string[]>

/** A request to a server that somebody else has named. */
export interface CheckedRequest {
  readonly url: URL
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Lets the name stand for private, loopback and link-local addresses. */
  readonly privateAddresses: boolean
  /** PEM of the authority that signs the server's certificate, where the public ones do not. */
  readonly ca?: string | undefined
  readonly resolve?: Resolve | undefined
  /** Ends it all: names, connection and answer. */
  readonly signal: AbortSignal
  /** The longest answer, in bytes, and whether a longer one is an error or is cut off. */
  readonly mostBytes: number
  readonly longer: 'refuse' | 'cut'
}

/** What the server said. */
export interface CheckedAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** The name stands for an address that is not of the public internet, or for none. */
export class AddressError extends Error {
  override readonly name = 'AddressError'
}

/**
 * Makes a request without being led anywhere that the host does not mean: the name is resolved once, all of its addresses are
 * checked, and the connection goes to those that were checked, whatever the name stands for by then. Follows no redirect.
 * @throws AddressError; the errors of `node:dns`, `node:http` and TLS
 */
export async function checkedRequest(asked: CheckedRequest): Promise<CheckedAnswer> {
  const addresses = await inTime(checkedAddresses(asked), asked.signal)
  return new Promise((resolve, reject) => send(asked, addresses, resolve, reject))
}

async function checkedAddresses({
  url,
  privateAddresses,
  resolve = systemResolve,
}: CheckedRequest): Promise<readonly string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) === 0 ? await resolve(host) : [host]
  if (addresses.length === 0) throw new AddressError('the name stands for no address')
  if (!privateAddresses && !addresses.every(isPublicAddress))
    throw new AddressError('the name stands for an address that is not public')
  return addresses
}

function send(
  { url, method, headers, body, ca, signal, mostBytes, longer }: CheckedRequest,
  addresses: readonly string[],
  resolve: (answer: CheckedAnswer) => void,
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
      readBounded(response, mostBytes).then(({ text, isCut }) => {
        if (isCut) outgoing.destroy()
        if (isCut && longer === 'refuse') reject(new Error('the answer is too large'))
        else resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
      }, reject)
    },
  )
  outgoing.on('error', reject)
  outgoing.end(body)
}

async function readBounded(response: IncomingMessage, most: number): Promise<{ text: string; isCut: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  const all: AsyncIterable<Buffer> = response
  for await (const chunk of all) {
    length += chunk.length
    if (length > most) return { text: '', isCut: true }
    chunks.push(chunk)
  }
  return { text: Buffer.concat(chunks).toString('utf8'), isCut: false }
}

/** A resolver has no time limit of its own. */
function inTime<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error('it took too long'))
    if (signal.aborted) late()
    signal.addEventListener('abort', late, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', late))
  })
}

async function systemResolve(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address)
}
