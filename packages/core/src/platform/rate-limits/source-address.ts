import { isIPv6 } from 'node:net'

/**
 * Normalizes a client address for rate limiting. IPv4 addresses are used as they are. IPv6 addresses are reduced to
 * their /64 prefix, because one subscriber usually controls a whole /64. Other text is used as it is, an empty one as
 * `unknown`.
 */
export function toSourceAddress(ip: string): string {
  const address = ip.replace(/%.*$/, '').toLowerCase()
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  if (!isIPv6(address)) return address === '' ? 'unknown' : address
  const [head = '', tail] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups =
    tail === undefined
      ? before
      : [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after]
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
