import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { generateWebhookSecret } from '../webhooks/endpoint.ts'
import { signWebhook } from '../webhooks/sign-webhook.ts'
import { verifyWebhook } from '../../events.ts'

const secret = generateWebhookSecret()
const event = {
  id: '0190-1',
  type: 'user.erased',
  version: 1,
  tenant: 'default',
  timestamp: '2026-11-21T10:00:00.000Z',
  data: { userId: 'u1' },
}
const body = JSON.stringify(event)
const now = Date.now()
const timestamp = Math.floor(now / 1000)
const headersBy = (...secrets: readonly string[]) => signWebhook(secrets, { id: event.id, timestamp, body })
const headers = headersBy(secret)

describe('verifyWebhook', () => {
  test('accepts a request signed by this library', async () => {
    expect(await verifyWebhook(secret, headers, body)).toEqual(event)
    const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]))
    expect(await verifyWebhook(secret, upper, body)).toEqual(event)
    expect(await outcomeCode(verifyWebhook(secret, { ...upper, ...headers }, body))).toBe('webhook.invalid')
    expect(await verifyWebhook(secret.slice(6), new Headers(headers), new TextEncoder().encode(body))).toEqual(event)
  })

  test('is compatible with an independent implementation in both directions', async () => {
    const independent = new Webhook(secret)
    const signature = independent.sign(event.id, new Date(timestamp * 1000), body)
    expect(await verifyWebhook(secret, { ...headers, 'webhook-signature': signature }, body)).toEqual(event)
    expect(independent.verify(body, headers)).toEqual(event)
  })

  test('accepts either secret during a rotation', async () => {
    const [older, other] = [generateWebhookSecret(), generateWebhookSecret()]
    const both = headersBy(secret, older)
    expect(await verifyWebhook(secret, both, body)).toEqual(event)
    expect(await verifyWebhook(older, both, body)).toEqual(event)
    expect(await verifyWebhook([other, older], both, body)).toEqual(event)
    expect(await outcomeCode(verifyWebhook(other, both, body))).toBe('webhook.invalid')
  })

  test('rejects a request that was changed, is too old or in the future', async () => {
    const changed = body.replace('u1', 'u2')
    expect(await outcomeCode(verifyWebhook(secret, headers, changed))).toBe('webhook.invalid')
    expect(await outcomeCode(verifyWebhook(secret, { ...headers, 'webhook-id': 'x' }, body))).toBe('webhook.invalid')
    const moved = { ...headers, 'webhook-timestamp': String(timestamp + 1) }
    expect(await outcomeCode(verifyWebhook(secret, moved, body))).toBe('webhook.invalid')
    for (const off of [301_000, -301_000])
      expect(await outcomeCode(verifyWebhook(secret, headers, body, { now: now + off }))).toBe('webhook.invalid')
    expect(await verifyWebhook(secret, headers, body, { now: now + 301_000, toleranceSeconds: 400 })).toEqual(event)
  })

  test.each([
    ['no signature', { 'webhook-signature': undefined }],
    ['no id', { 'webhook-id': undefined }],
    ['no timestamp', { 'webhook-timestamp': undefined }],
    ['a timestamp that is not a number', { 'webhook-timestamp': 'NaN' }],
    ['a signature of another version', { 'webhook-signature': headers['webhook-signature'].replace('v1', 'v1a') }],
    ['a signature that is not base64', { 'webhook-signature': 'v1,???' }],
    ['an empty signature', { 'webhook-signature': 'v1,' }],
    ['a truncated signature', { 'webhook-signature': headers['webhook-signature'].slice(0, -8) }],
  ])('rejects a request with %s', async (_, change) => {
    expect(await outcomeCode(verifyWebhook(secret, { ...headers, ...change }, body))).toBe('webhook.invalid')
  })

  test('returns undefined for an unknown type or version', async () => {
    for (const change of [{ type: 'user.cloned' }, { version: 2 }, { type: 'constructor' }]) {
      const text = JSON.stringify({ ...event, ...change })
      const signed = signWebhook([secret], { id: event.id, timestamp, body: text })
      expect(await verifyWebhook(secret, signed, text)).toBeUndefined()
    }
    const more = JSON.stringify({ ...event, data: { ...event.data, since: 'later' } })
    const signed = signWebhook([secret], { id: event.id, timestamp, body: more })
    expect(await verifyWebhook(secret, signed, more)).toMatchObject(event)
  })

  test('throws a TypeError for a malformed secret', async () => {
    await expect(verifyWebhook('whsec_short', headers, body)).rejects.toThrow(TypeError)
    await expect(verifyWebhook('', headers, body)).rejects.toThrow(TypeError)
  })
})
