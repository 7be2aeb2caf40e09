/**
 * Returns the address of the client according to the proxies in front of the host: each proxy appends to `X-Forwarded-For` the
 * address that it was called from, so that only the last entries are theirs. Whatever a caller claims stands before them, and is
 * ignored. Use it only if the host cannot be reached past its proxies.
 *
 * @param request the request
 * @param proxies the number of proxies in front of the host, at least 1
 * @returns the address; undefined if the header is missing
 * @throws RangeError if `proxies` is not a positive integer
 *
 * @example
 * ```ts
 * import { forwardedFor } from '@billfold/fetch-adapter'
 *
 * const headers = { 'x-forwarded-for': '198.51.100.7, 203.0.113.9' }
 * forwardedFor(new Request('https://wallet.example', { headers }), 1) // '203.0.113.9'
 * ```
 */
export function forwardedFor(request: Pick<Request, 'headers'>, proxies: number): string | undefined {
  if (!Number.isInteger(proxies) || proxies < 1)
    throw new RangeError(`proxies must be a positive integer, not ${proxies}`)
  const addresses = (request.headers.get('x-forwarded-for') ?? '').split(',').map((address) => address.trim())
  const address = addresses.at(-Math.min(proxies, addresses.length))
  return address === '' ? undefined : address
}
