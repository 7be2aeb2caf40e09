import { createHmac } from 'node:crypto'

/** The signed parts of a webhook: message id, time of the attempt in epoch seconds, and the body as sent. */
export interface SignedMessage {
  readonly id: string
  readonly timestamp: number
  readonly body: string
}

/** Returns the headers of the Standard Webhooks specification, with one HMAC-SHA256 signature per secret. */
export function signWebhook(
  secrets: readonly string[],
  { id, timestamp, body }: SignedMessage,
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') }
}
