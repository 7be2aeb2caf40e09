import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { kmsKeyring, localKeyring, newKey } from '../../kernel/crypto/index.ts'
import { type TokenIssueOptions, createTokenIssuer } from './token-issuer.ts'

const keys = { '2026a': newKey(), '2026b': newKey() }
const keyring = localKeyring({ keys, currentKeyId: '2026b' })
const noon = Date.UTC(2026, 0, 1, 12)
let clock = noon
const now = (): number => clock
const issuer = createTokenIssuer({ keyring, issuer: 'billfold', now })
const request: TokenIssueOptions = {
  type: 'service',
  audience: 'custody',
  tenant: 't1',
  subject: 'key-1',
  lifetimeSeconds: 60,
}
const verifyOptions = { type: 'service', audience: 'custody' }
const invalid = { code: 'token.invalid', status: 401 }

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const decoded = (token: string, index: number): Record<string, unknown> =>
  z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString()))

/** Builds a token with the issuer's own key and an arbitrary header and payload. */
async function forged(
  header: Record<string, unknown>,
  payload: Record<string, unknown>,
  keyId = '2026b',
): Promise<string> {
  const key = await keyring.derive(keyId, 'token:service')
  const input = `${part({ alg: 'HS256', typ: 'service', kid: '2026b', ...header })}.${part({ ...goodPayload(), ...payload })}`
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`
}

function goodPayload(): Record<string, unknown> {
  const iat = Math.floor(noon / 1000)
  return { iss: 'billfold', sub: 'key-1', aud: 'custody', tenant: 't1', jti: 'id', iat, nbf: iat, exp: iat + 60 }
}

describe('a token', () => {
  test('returns its claims when it is verified', async () => {
    clock = noon
    const token = await issuer.issue({ ...request, claims: { scope: 'custody', list: [1, 2] } })
    expect(decoded(token, 0)).toEqual({ alg: 'HS256', typ: 'service', kid: '2026b' })
    expect(decoded(token, 1)).toMatchObject({
      iss: 'billfold',
      aud: 'custody',
      tenant: 't1',
      sub: 'key-1',
      exp: noon / 1000 + 60,
    })
    const { id, ...verified } = await issuer.verify(token, { ...verifyOptions, tenant: 't1' })
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(verified).toEqual({
      type: 'service',
      audience: 'custody',
      tenant: 't1',
      subject: 'key-1',
      issuedAt: noon,
      expiresAt: noon + 60_000,
      claims: { scope: 'custody', list: [1, 2] },
    })
  })

  test('has a unique id', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => issuer.issue(request)))
    expect(new Set(tokens.map((token) => decoded(token, 1)['jti'])).size).toBe(20)
  })

  test('is accepted if built by hand like the rejected ones below', async () => {
    clock = noon
    expect(await issuer.verify(await forged({}, {}), verifyOptions)).toMatchObject({ id: 'id', subject: 'key-1' })
  })

  test('is accepted until it expires', async () => {
    clock = noon
    const token = await issuer.issue(request)
    clock = noon + 59_999
    expect(await issuer.verify(token, verifyOptions)).toMatchObject({ subject: 'key-1' })
    clock = noon + 60_000
    await expect(issuer.verify(token, verifyOptions)).rejects.toMatchObject({ code: 'token.expired', status: 401 })
    clock = noon
  })

  test('is accepted with a clock skew of 5 seconds, not more', async () => {
    clock = noon
    const token = await issuer.issue(request)
    clock = noon - 5000
    expect(await issuer.verify(token, verifyOptions)).toMatchObject({ subject: 'key-1' })
    clock = noon - 6000
    await expect(issuer.verify(token, verifyOptions)).rejects.toMatchObject(invalid)
    clock = noon
  })

  test('of an older key is accepted until that key is removed from the keyring', async () => {
    const before = createTokenIssuer({
      keyring: localKeyring({ keys, currentKeyId: '2026a' }),
      issuer: 'billfold',
      now,
    })
    const token = await before.issue(request)
    expect(decoded(token, 0)['kid']).toBe('2026a')
    expect(await issuer.verify(token, verifyOptions)).toMatchObject({ subject: 'key-1' })
    const after = localKeyring({ keys: { '2026b': keys['2026b'] }, currentKeyId: '2026b' })
    await expect(
      createTokenIssuer({ keyring: after, issuer: 'billfold', now }).verify(token, verifyOptions),
    ).rejects.toMatchObject(invalid)
  })
})

describe('a token is rejected', () => {
  test.each([
    ['of another type', { type: 'user', audience: 'custody' }],
    ['of the same type in other letters', { type: 'SERVICE', audience: 'custody' }],
    ['for another audience', { type: 'service', audience: 'dids' }],
    ['for another tenant', { ...verifyOptions, tenant: 't2' }],
    ['for a tenant without a name', { ...verifyOptions, tenant: '' }],
  ])('if one %s is required', async (_, other) => {
    clock = noon
    await expect(issuer.verify(await issuer.issue(request), other)).rejects.toMatchObject(invalid)
  })

  test('if it was issued by another issuer with the same keyring', async () => {
    const other = createTokenIssuer({ keyring, issuer: 'other', now })
    await expect(issuer.verify(await other.issue(request), verifyOptions)).rejects.toMatchObject(invalid)
  })

  test('if it was signed with another key of the same id', async () => {
    const other = localKeyring({ keys: { '2026b': newKey() }, currentKeyId: '2026b' })
    const token = await createTokenIssuer({ keyring: other, issuer: 'billfold', now }).issue(request)
    await expect(issuer.verify(token, verifyOptions)).rejects.toMatchObject(invalid)
  })

  test('if it was signed with the key of another token type', async () => {
    const token = await issuer.issue({ ...request, type: 'user' })
    const [, payload, signature] = token.split('.')
    const header = part({ alg: 'HS256', typ: 'service', kid: '2026b' })
    await expect(issuer.verify(`${header}.${payload}.${signature}`, verifyOptions)).rejects.toMatchObject(invalid)
    const key = await keyring.derive('2026b', 'token:user')
    const resigned = await new SignJWT(goodPayload())
      .setProtectedHeader({ alg: 'HS256', typ: 'service', kid: '2026b' })
      .sign(key)
    await expect(issuer.verify(resigned, verifyOptions)).rejects.toMatchObject(invalid)
  })

  test.each([
    ['alg none', { alg: 'none' }],
    ['alg None', { alg: 'None' }],
    ['another algorithm of the same key', { alg: 'HS512' }],
    ['an asymmetric algorithm', { alg: 'RS256' }],
    ['a kid that is not in the keyring', { kid: 'constructor' }],
    ['a kid that is no key id', { kid: '../../etc/passwd' }],
    ['a kid that is no string', { kid: ['2026b'] }],
    ['the kid of another key', { kid: '2026a' }],
    ['no kid', { kid: undefined }],
    ['no typ', { typ: undefined }],
    ['the typ in other letters', { typ: 'Service' }],
    ['the typ as a media type', { typ: 'application/service' }],
    ['a critical extension', { crit: ['x'], x: 1 }],
    ['an unencoded payload', { crit: ['b64'], b64: false }],
  ])('with %s in its header, even if signed', async (_, header) => {
    clock = noon
    await expect(issuer.verify(await forged(header, {}), verifyOptions)).rejects.toMatchObject(invalid)
  })

  test('if alg is none and it has no signature', async () => {
    const token = `${part({ alg: 'none', typ: 'service', kid: '2026b' })}.${part(goodPayload())}.`
    await expect(issuer.verify(token, verifyOptions)).rejects.toMatchObject(invalid)
  })

  const seconds = Math.floor(noon / 1000)
  test.each([
    ['no exp', { exp: undefined }],
    ['an exp that is a string', { exp: String(seconds + 60) }],
    ['an exp that is no whole number', { exp: seconds + 60.5 }],
    ['no nbf', { nbf: undefined }],
    ['an nbf to come', { nbf: seconds + 1 }],
    ['no iat', { iat: undefined }],
    ['an iat to come', { iat: seconds + 6 }],
    ['no jti', { jti: undefined }],
    ['no sub', { sub: undefined }],
    ['a sub that is no string', { sub: { $ne: '' } }],
    ['no tenant', { tenant: undefined }],
    ['a list of tenants', { tenant: ['t1'] }],
    ['no aud', { aud: undefined }],
    ['a list of audiences', { aud: ['custody', 'dids'] }],
    ['no iss', { iss: undefined }],
    ['another iss', { iss: 'other' }],
  ])('with %s in its payload, even if signed', async (_, payload) => {
    clock = noon
    await expect(issuer.verify(await forged({}, payload), verifyOptions)).rejects.toMatchObject(invalid)
  })

  test('as expired only if it is authentic', async () => {
    clock = noon
    const expired = { exp: seconds - 1 }
    await expect(issuer.verify(await forged({}, expired), verifyOptions)).rejects.toMatchObject({
      code: 'token.expired',
    })
    await expect(issuer.verify(`${await forged({}, expired)}A`, verifyOptions)).rejects.toMatchObject(invalid)
    await expect(issuer.verify(await forged({}, { ...expired, aud: 'dids' }), verifyOptions)).rejects.toMatchObject(
      invalid,
    )
  })

  test('if any character was changed', async () => {
    clock = noon
    const token = await issuer.issue(request)
    // Skips the last character: two of its bits are ignored by base64url decoders.
    for (let index = 0; index < token.length - 1; index++) {
      const changed = `${token.slice(0, index)}${token[index] === 'A' ? 'B' : 'A'}${token.slice(index + 1)}`
      await expect(issuer.verify(changed, verifyOptions), `character ${index}`).rejects.toMatchObject(invalid)
    }
  })

  test('if it is not a token', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.array(fc.base64String(), { maxLength: 5 }).map((parts) => parts.join('.')),
        ),
        async (token) => {
          await expect(issuer.verify(token, verifyOptions)).rejects.toMatchObject(invalid)
        },
      ),
    )
  })

  test('if it is longer than 8 KiB, before parsing', async () => {
    clock = noon
    const long = await forged({}, { more: 'a'.repeat(8192) })
    await expect(issuer.verify(long, verifyOptions)).rejects.toMatchObject(invalid)
    await expect(issuer.verify('.'.repeat(10_000_000), verifyOptions)).rejects.toMatchObject(invalid)
  })
})

describe('issuing', () => {
  test.each([
    ['no time', { lifetimeSeconds: 0 }],
    ['a negative time', { lifetimeSeconds: -1 }],
    ['half a second', { lifetimeSeconds: 0.5 }],
    ['more than 366 days', { lifetimeSeconds: 366 * 86_400 + 1 }],
    ['for ever', { lifetimeSeconds: Number.POSITIVE_INFINITY }],
    ['a type with capitals', { type: 'Service' }],
    ['a type without a name', { type: '' }],
    ['a claim that the issuer sets', { claims: { tenant: 't2' } }],
    ['an exp among the claims', { claims: { exp: 9_999_999_999 } }],
    ['claims that are too large', { claims: { more: 'a'.repeat(8192) } }],
  ])('refuses %s', async (_, change) => {
    await expect(issuer.issue({ ...request, ...change })).rejects.toThrow(RangeError)
  })

  test('reports an unavailable keyring, not an invalid token', async () => {
    const down = kmsKeyring({
      keys: { '2026b': 'AAAA' },
      currentKeyId: '2026b',
      unwrap: async () => {
        throw new Error('down')
      },
    })
    const token = await issuer.issue(request)
    const other = createTokenIssuer({ keyring: down, issuer: 'billfold', now })
    await expect(other.verify(token, verifyOptions)).rejects.toMatchObject({ code: 'keyring.unavailable', status: 503 })
    await expect(other.issue(request)).rejects.toMatchObject({ code: 'keyring.unavailable' })
  })
})
