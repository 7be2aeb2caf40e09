import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { base64ToBytes } from './client/base64.ts'
import { bitcoinChain, bitcoinChains } from './custody/wallets/chains/bitcoin.ts'
import { parseDidAuthToken } from './dids/did-wallets/did-auth/token.ts'
import { parseBasicCredentials } from './identity/api/service-guard.ts'
import { parseSelfie } from './identity/biometrics/selfie.ts'
import { isCanonicalJws, parseBase64, parseBase64url } from './kernel/base64.ts'
import { isBillfoldError } from './kernel/errors.ts'
import { verifyWebhook } from './events.ts'
import { signWebhook } from './platform/webhooks/sign-webhook.ts'
import { outcomeCode } from './test-fixtures/outcome-code.ts'
import { testServices } from './test-fixtures/services.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Texts that a lenient decoder takes for the same bytes. */
function listVariants(text: string): readonly string[] {
  const last = text.charAt(text.length - 1)
  const next = alphabet.charAt(alphabet.indexOf(last) + 1)
  return [
    `${text}=`,
    `${text}==`,
    `${text}\n`,
    ` ${text}`,
    `${text}!`,
    ...(next === '' ? [] : [text.slice(0, -1) + next]),
  ]
}

test('of the texts of one byte string, base64url accepts one', () => {
  const bytes = Uint8Array.of(1, 2, 3, 4)
  const text = Buffer.from(bytes).toString('base64url')
  expect(parseBase64url(text)).toEqual(Buffer.from(bytes))
  const variants = listVariants(text)
  expect(variants.filter((variant) => Buffer.from(variant, 'base64url').equals(bytes))).toEqual(variants)
  expect(variants.filter((variant) => parseBase64url(variant) !== undefined)).toEqual([])
})

test('base64 may be padded and in either alphabet, but has no unused bits, spaces or other characters', () => {
  for (const text of ['AQ==', 'AQ', '-_-_', '+/+/']) expect(parseBase64(text)).toBeInstanceOf(Uint8Array)
  for (const text of ['AR==', 'AQ=', 'A Q==', 'A', '-/-/', 'AQ===', 'AQ=A'])
    expect(parseBase64(text), text).toBeUndefined()
  for (const text of ['AR==', 'A Q==']) expect(() => base64ToBytes(text)).toThrow(TypeError)
})

test('a token is rejected in any text but its own', async () => {
  const { tokens } = testServices()
  const kind = { type: 'test', audience: 'here' }
  const token = await tokens.issue({ ...kind, tenant: 't', subject: 's', lifetimeSeconds: 60 })
  expect(await tokens.verify(token, kind)).toMatchObject({ subject: 's' })
  const [head = '', body = '', tail = ''] = token.split('.')
  const changed = [
    ...listVariants(tail).map((part) => [head, body, part]),
    ...listVariants(head).map((part) => [part, body, tail]),
    [head, `${body}=`, tail],
    [head, body, tail, ''],
  ].map((parts) => parts.join('.'))
  for (const variant of changed) expect(await outcomeCode(tokens.verify(variant, kind)), variant).toBe('token.invalid')
})

test('a DID token is malformed in any text but its own', () => {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { aud: 'a', iss: 'did:ethr:0x1', exp: 1, jti: 'j', act: 'POST /wallet', bod: 'b' }
  const parts = [encode({ alg: 'ES256K', typ: 'JWT', kid: 'k' }), encode(claims)]
  const signature = Buffer.alloc(64, 7).toString('base64url')
  expect(isCanonicalJws([...parts, signature].join('.'))).toBe(true)
  for (const variant of listVariants(signature))
    expect(parseDidAuthToken([...parts, variant].join('.'))).toBeUndefined()
})

test('a webhook signature is invalid in any text but its own', async () => {
  const secret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`
  const now = 1_700_000_000_000
  const headers = signWebhook([secret], { id: 'm', timestamp: now / 1000, body: '{}' })
  const verify = (signature: string): Promise<unknown> =>
    outcomeCode(verifyWebhook(secret, { ...headers, 'webhook-signature': signature }, '{}', { now }))
  const signature = headers['webhook-signature']
  expect(await verify(signature)).toBe('done')
  const unpadded = signature.slice(0, -1)
  for (const variant of [unpadded, `${signature}=`, `${listVariants(unpadded).at(-1) ?? ''}=`])
    expect(await verify(variant), variant).toBe('webhook.invalid')
})

test('Basic credentials, selfies and Bitcoin signatures with unused bits are malformed', () => {
  expect(parseBasicCredentials('Basic YTpi')).toEqual({ id: 'a', secret: 'b' })
  expect(parseBasicCredentials('Basic YTpiYw==')).toEqual({ id: 'a', secret: 'bc' })
  expect(parseBasicCredentials('Basic YTpiYx==')).toBeUndefined()
  const rejected = (() => {
    try {
      return parseSelfie('/9j/4AAQSkZJRh==')
    } catch (error) {
      return isBillfoldError(error, 'selfie.invalid')
    }
  })()
  expect(rejected).toBe(true)
  const [settings] = bitcoinChains
  if (settings === undefined) throw new Error('no chain')
  const chain = bitcoinChain(settings)
  const privateKey = new Uint8Array(32).fill(1)
  const { address } = chain.toChainKey(privateKey)
  const request = { type: 'MESSAGE', data: 'hello' } as const
  const { encoded = '' } = chain.sign(request, privateKey)
  const unused = `${encoded.slice(0, -2)}${alphabet.charAt(alphabet.indexOf(encoded.charAt(86)) + 1)}=`
  expect(Buffer.from(unused, 'base64')).toEqual(Buffer.from(encoded, 'base64'))
  expect([encoded, unused].map((text) => chain.verify(request, text, address))).toEqual([true, false])
})

/** Files that decode base64 in another way, each with the reason. */
const otherDecoders: Readonly<Record<string, string>> = {
  'authentication/api/routes/session-routes.ts': 'compares a stored key with that of the caller by its bytes',
  'authentication/sessions/face-step/pending-enrolment.ts': 'reads what it has sealed itself',
  'dids/did-wallets/did-auth/token.ts': 'decodes the parts of a token that isCanonicalJws has accepted',
  'kernel/base64.ts': 'is the decoder',
  'kernel/crypto/keyring.ts': 'encodes the bytes again, and compares',
  'kernel/crypto/phc.ts': 'encodes the bytes again, and compares',
  'payments/credentials/password-salt.ts': 'decodes a hash that it has computed itself',
  'platform/idempotency/stored-reply.ts': 'decodes a hash that it has computed itself',
  'platform/webhooks/sign-webhook.ts': 'decodes a secret that was created here',
  'platform/events/verify-webhook.ts': 'runs without Node, encodes the bytes again, and compares',
  'client/base64.ts': 'runs in browsers, encodes the bytes again, and compares',
}

test('no other file decodes base64', () => {
  const root = new URL('.', import.meta.url)
  const decoding = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('test-fixtures/'))
    .filter((name) =>
      readFileSync(new URL(name, root), 'utf8')
        .split('\n')
        .some(
          (line) =>
            !line.trimStart().startsWith('*') &&
            /\batob\(|Buffer\.from\([^()]*(?:\([^()]*\)[^()]*)*, 'base64(?:url)?'\)/.test(line),
        ),
    )
  expect(decoding.toSorted()).toEqual(Object.keys(otherDecoders).toSorted())
})
