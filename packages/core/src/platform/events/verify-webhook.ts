import type { webcrypto } from 'node:crypto'
import { BillfoldError } from '../../kernel/errors.ts'
import type { EventDefinitions } from './define-event.ts'
import type { BillfoldEvent } from './event.ts'
import { isEventIn } from './is-event.ts'

/** Request headers, as provided by Node, Express, Koa or the Fetch API. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>

/** Options for `verifyWebhook`. */
export interface VerifyWebhookOptions {
  /** The accepted difference between timestamp and clock in either direction, in seconds. Default: 300. */
  readonly toleranceSeconds?: number
  /** The current time in epoch milliseconds. Default: `Date.now()`. */
  readonly now?: number
  /** The events of additional modules, as in their `events`. Default: none. */
  readonly events?: EventDefinitions
}

/** The maximum number of signatures that are checked per request. */
const maxSignatures = 16

/**
 * Verifies a webhook request as `verifyWebhook` does, and returns its event if its type is in `definitions`.
 * @throws BillfoldError `webhook.invalid`
 * @throws TypeError if a secret is malformed
 */
export async function verifyWebhookFor(
  definitions: EventDefinitions,
  secret: string | readonly string[],
  headers: WebhookHeaders,
  body: string | Uint8Array,
  { toleranceSeconds = 300, now = Date.now() }: Omit<VerifyWebhookOptions, 'events'> = {},
): Promise<BillfoldEvent | undefined> {
  const id = requiredHeader(headers, 'webhook-id')
  const timestamp = requiredHeader(headers, 'webhook-timestamp')
  const signatures = requiredHeader(headers, 'webhook-signature').split(' ').slice(0, maxSignatures)
  const isInTime = /^\d{1,12}$/.test(timestamp) && Math.abs(now / 1000 - Number(timestamp)) <= toleranceSeconds
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const secrets = typeof secret === 'string' ? [secret] : secret
  const keys = await Promise.all(secrets.map(importSecret))
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${text}`)
  if (!isInTime || !(await hasValidSignature(keys, signatures, signed))) throw new BillfoldError('webhook.invalid')
  const event = parseJson(text)
  return isEventIn(definitions, event) ? event : undefined
}

async function hasValidSignature(
  keys: readonly webcrypto.CryptoKey[],
  signatures: readonly string[],
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  for (const signature of signatures) {
    if (!signature.startsWith('v1,')) continue
    const encoded = signature.slice(3)
    const bytes = decodeBase64(encoded)
    // `atob` ignores spaces, missing padding and unused bits.
    if (bytes === undefined || btoa(String.fromCharCode(...bytes)) !== encoded) continue
    // `verify` compares in constant time.
    for (const key of keys) if (await crypto.subtle.verify('HMAC', key, bytes, signed)) return true
  }
  return false
}

/**
 * Imports an endpoint secret as an HMAC key.
 * @throws TypeError if the secret is malformed
 */
function importSecret(secret: string): Promise<webcrypto.CryptoKey> {
  const bytes = decodeBase64(secret.replace(/^whsec_/, ''))
  if (bytes === undefined || bytes.length < 24 || bytes.length > 64)
    throw new TypeError('The webhook secret must be base64 of 24 to 64 bytes, optionally prefixed with whsec_')
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
}

function requiredHeader(headers: WebhookHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : findHeader(headers, name)
  if (typeof value !== 'string') throw new BillfoldError('webhook.invalid')
  return value
}

/** Finds a header by its lower-case name. Field names are case-insensitive (RFC 9110 section 5.1). */
function findHeader(headers: Exclude<WebhookHeaders, Headers>, name: string): unknown {
  const matches = Object.keys(headers).filter((key) => key.toLowerCase() === name)
  return matches.length === 1 ? headers[matches[0] ?? name] : undefined
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new BillfoldError('webhook.invalid', { cause })
  }
}
