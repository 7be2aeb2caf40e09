import fc from 'fast-check'
import { createSiweMessage, parseSiweMessage } from 'viem/siwe'
import { describe, expect, it } from 'vitest'
import { parseSignInMessage, type SignInMessage, formatSignInMessage } from './sign-in-message.ts'

const address = '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2'

const messages: fc.Arbitrary<SignInMessage> = fc.record({
  domain: fc.constantFrom('example.com', 'login.example.org:8443', 'localhost:3000'),
  address: fc.constant(address),
  statement: fc.option(fc.stringMatching(/^[ -~]{0,60}[!-~]$/), { nil: undefined }),
  uri: fc.constantFrom('https://example.com/login', 'http://localhost:3000/'),
  chainId: fc.integer({ min: 1, max: 1_000_000 }),
  nonce: fc.stringMatching(/^[0-9a-f]{64}$/),
  issuedAt: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  expiresAt: fc.option(fc.integer({ min: 0, max: 4_000_000_000_000 }), { nil: undefined }),
})

const date = (at: number | undefined): Date | undefined => (at === undefined ? undefined : new Date(at))

describe('a Sign-In with Ethereum message', () => {
  it('is formatted and parsed identically by viem', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const text = formatSignInMessage(message)
        const viemMessage = {
          domain: message.domain,
          address,
          uri: message.uri,
          version: '1',
          chainId: message.chainId,
          nonce: message.nonce,
          issuedAt: date(message.issuedAt),
          ...(message.statement !== undefined && { statement: message.statement }),
          ...(message.expiresAt !== undefined && { expirationTime: date(message.expiresAt) }),
        } as const
        expect(text).toBe(createSiweMessage(viemMessage))
        expect(parseSiweMessage(text)).toMatchObject(viemMessage)
        expect(parseSignInMessage(text)).toEqual({ ...message, notBefore: undefined })
      }),
    )
  })

  const valid = formatSignInMessage({
    domain: 'example.com',
    address,
    statement: 'Sign in.',
    uri: 'https://example.com/login',
    chainId: 1,
    nonce: 'abcdefgh',
    issuedAt: 0,
  })

  it.each([
    ['another version', valid.replace('Version: 1', 'Version: 2')],
    ['a leading line', `\n${valid}`],
    ['a trailing line', `${valid}\n`],
    ['two statements', valid.replace('Sign in.', 'Sign in.\nAnd more.')],
    ['no nonce', valid.replace(/\nNonce: .*/, '')],
    ['a nonce with punctuation', valid.replace('abcdefgh', 'abcd-efgh')],
    ['lines in another order', valid.replace('Version: 1\nChain ID: 1', 'Chain ID: 1\nVersion: 1')],
    ['chain id 0', valid.replace('Chain ID: 1', 'Chain ID: 0')],
    ['an invalid time', valid.replace('1970-01-01', '1970-99-99')],
    ['31 February', valid.replace('1970-01-01', '1970-02-31')],
    ['an address in lower case', valid.replace(address, address.toLowerCase())],
    ['an address with a wrong checksum', valid.replace(address, address.replace('aaA', 'AAA'))],
    ['a URI without a scheme', valid.replace('https://example.com/login', '//example.com/login')],
    ['a URI with an incomplete percent-encoding', valid.replace('/login', '/log%2')],
    ['a resource that is no URI', `${valid}\nResources:\n- example`],
    ['more than 4 KiB', `${valid}\nResources:${'\n- https://example.com/a'.repeat(180)}`],
    ['carriage returns', valid.replaceAll('\n', '\r\n')],
    ['no content', ''],
    ['excessive length', `${valid}\nResources:${'\n- a'.repeat(10_000)}`],
  ])('is rejected with %s', (_what, text) => {
    expect(parseSignInMessage(text)).toBeUndefined()
  })

  it('is accepted with every field of the standard', () => {
    const full = `${valid}\nExpiration Time: 2030-01-01T00:00:00Z\nNot Before: 1970-01-01T00:00:00+01:00\nRequest ID: x\nResources:\n- https://a.example\n- https://b.example`
    expect(parseSignInMessage(full)).toMatchObject({ expiresAt: Date.UTC(2030, 0), notBefore: -3_600_000 })
  })

  it('is accepted with a long statement and resource, as of one-click sign-in (ERC-5573), and times in lower case', () => {
    const statement = 'I further authorize the stated URI to perform the following actions. '.repeat(9).trim()
    const resource = `urn:recap:${'eyJhdHQi'.repeat(130)}`
    const text = `${valid.replace('Sign in.', statement).replace('1970-01-01T00:00:00.000Z', '1970-01-01t00:00:00z')}\nResources:\n- ${resource}`
    expect(parseSignInMessage(text)).toMatchObject({ statement, issuedAt: 0 })
  })
})
