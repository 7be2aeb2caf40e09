import type { webcrypto } from 'node:crypto'
import { BillfoldError } from '../errors.ts'
import { type BillfoldEvent, isBillfoldEvent } from './event.ts'

/** The headers of a request, as Node, Express, Koa or the Fetch API have them. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>

/** How a receiver checks a webhook. */
export interface VerifyWebhookOptions {
  /** How many seconds the timestamp may be away from now, in either direction: 300. */
  readonly toleranceSeconds?: number
  /** Milliseconds since 1970: `Date.now()`. */
  readonly now?: number
}

/** Most signatures of one request that are looked at. */
const mostSignatures = 16

/**
 * Checks a webhook as a receiver, by the Standard Webhooks specification (HMAC-SHA256), and gives its event. `body` is the raw
 * body as it came: a body that was parsed and written again has another signature. Runs wherever there is Web Crypto.
 *
 * @returns the event; undefined for one whose kind or version this version of Billfold does not know: answer it with 204
 * @throws BillfoldError `webhook.invalid` for a missing header, a timestamp too far from now, a wrong signature, or a body that is not JSON
 * @throws TypeError for a secret that is not base64 of 24 to 64 bytes, with or without `whsec_` before it
 */
export async function verifyWebhook(
  secret: string | readonly string[],
  headers: WebhookHeaders,
  body: string | Uint8Array,
  { toleranceSeconds = 300, now = Date.now() }: VerifyWebhookOptions = {},
): Promise<BillfoldEvent | undefined> {
  const id = headerOf(headers, 'webhook-id')
  const timestamp = headerOf(headers, 'webhook-timestamp')
  const signatures = headerOf(headers, 'webhook-signature').split(' ').slice(0, mostSignatures)
  const isInTime = /^\d{1,12}$/.test(timestamp) && Math.abs(now / 1000 - Number(timestamp)) <= toleranceSeconds
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const secrets = typeof secret === 'string' ? [secret] : secret
  const keys = await Promise.all(secrets.map(webhookKey))
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${text}`)
  if (!isInTime || !(await isSignedByOne(keys, signatures, signed))) throw new BillfoldError('webhook.invalid')
  const event = parsed(text)
  return isBillfoldEvent(event) ? event : undefined
}

async function isSignedByOne(
  keys: readonly webcrypto.CryptoKey[],
  signatures: readonly string[],
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  for (const signature of signatures) {
    if (!signature.startsWith('v1,')) continue
    const bytes = base64Bytes(signature.slice(3))
    if (bytes === undefined) continue
    // `verify` compares in constant time.
    for (const key of keys) if (await crypto.subtle.verify('HMAC', key, bytes, signed)) return true
  }
  return false
}

/** The key that a secret of an endpoint stands for. @throws TypeError for a text that is none */
function webhookKey(secret: string): Promise<webcrypto.CryptoKey> {
  const bytes = base64Bytes(secret.replace(/^whsec_/, ''))
  if (bytes === undefined || bytes.length < 24 || bytes.length > 64)
    throw new TypeError('A webhook secret is base64 of 24 to 64 bytes')
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name]
  if (typeof value !== 'string') throw new BillfoldError('webhook.invalid')
  return value
}

function base64Bytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new BillfoldError('webhook.invalid', { cause })
  }
}
