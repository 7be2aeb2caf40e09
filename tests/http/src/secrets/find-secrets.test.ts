import { describe, expect, test } from 'vitest'
import { findInRows, Secrets } from './find-secrets.ts'

const secret = 'zq7-secret-4x'
const token = Buffer.from('secret bytes of a token').toString('base64url')
const key = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'

const secrets = new Secrets()
for (const [name, value] of Object.entries({ secret, token, key })) secrets.add(name, value)

describe('the search for secrets', () => {
  test.each([
    ['as it is', `before ${secret} after`],
    ['in other case', secret.toUpperCase()],
    ['in hex', `x${Buffer.from(secret).toString('hex')}x`],
    ...['', 'a', 'ab'].map((before): [string, string] => [
      `in base64 after ${before.length} bytes`,
      Buffer.from(`${before}${secret} and more`).toString('base64'),
    ]),
  ])('finds a text %s', (_name, text) => {
    expect(secrets.findIn(text)).toEqual(['secret'])
  })

  test('finds the bytes of a token and of a key in hex, in base64 and in rows', () => {
    expect(secrets.findIn(Buffer.from(token, 'base64url').toString('hex'))).toEqual(['token'])
    expect(secrets.findIn(Buffer.from(key, 'hex').toString('base64url'))).toEqual(['key'])
    const rows = [{ id: 'a', sealed: Buffer.from(key, 'hex'), note: null }]
    expect(findInRows(secrets, 'things', rows)).toEqual(['things.sealed: key'])
  })

  test('finds nothing in other text, and takes no empty secret', () => {
    expect(secrets.findIn('zq7-secret-5x')).toEqual([])
    expect(() => secrets.add('none', undefined)).toThrow('none is no secret')
  })
})
