import { describe, expect, it } from 'vitest'
import { isPublicAddress } from './public-address.ts'

describe('isPublicAddress', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '172.15.0.1',
    '172.32.0.1',
    '192.167.1.1',
    '223.255.255.254',
    '2606:4700::1111',
    '2a00::1',
  ])('returns true for %s', (address) => expect(isPublicAddress(address)).toBe(true))

  const ipv4 = `0.0.0.0 127.0.0.1 127.255.255.254 10.1.2.3 172.16.0.1 172.31.255.255 192.168.0.1 169.254.169.254 100.64.0.1
    192.0.0.170 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255`
  const ipv6 = `:: ::1 fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 ff02::1 2001:db8::1 2001::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8
    ::ffff:7f00:1 ::127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::`
  it.each(`${ipv4} ${ipv6} localhost 127.1 0x7f000001 2130706433 [::1]`.split(/\s+/))(
    'returns false for %s',
    (address) => expect(isPublicAddress(address)).toBe(false),
  )

  it.each(['', '1.1.1.1 ', ' 1.1.1.1'])('returns false for "%s"', (address) =>
    expect(isPublicAddress(address)).toBe(false),
  )
})
