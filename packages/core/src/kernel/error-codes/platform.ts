import type { ErrorTable } from './error-table.ts'

/** The error codes of tokens. */
export const tokenErrors = {
  'token.invalid': { status: 401, message: 'Invalid token' },
  'token.expired': { status: 401, message: 'The token has expired' },
} as const satisfies ErrorTable

/** The error codes of rate limits. */
export const rateLimitErrors = {
  'rate.limited': { status: 429, message: 'Too many requests, try again later' },
  'rate-limiter.unavailable': { status: 503, message: 'Requests cannot be counted at the moment, try again later' },
} as const satisfies ErrorTable

/** The error codes of replay protection. */
export const replayProtectionErrors = {
  'request.replayed': { status: 409, message: 'This request was already used' },
  'request-id.outside-window': { status: 401, message: 'The request id timestamp is outside the allowed window' },
} as const satisfies ErrorTable

/** The error codes of idempotency keys. */
export const idempotencyErrors = {
  'idempotency-key.reused': { status: 422, message: 'The idempotency key was used for a different request' },
  'idempotency-key.in-progress': {
    status: 409,
    message: 'A request with this idempotency key is in progress, try again later',
  },
  'idempotency-key.outcome-unknown': {
    status: 409,
    message: 'A request with this idempotency key was started and its outcome is unknown: check the current state',
  },
  'idempotency-key.reply-withheld': {
    status: 409,
    message:
      'A request with this idempotency key was executed, and its reply is not given again: check the current state',
  },
} as const satisfies ErrorTable

/** The error codes of the secure channel. */
export const secureChannelErrors = {
  'channel.invalid': { status: 400, message: 'The request cannot be decrypted' },
  'channel.invalid-key': { status: 400, message: 'Invalid public key for the secure channel' },
  'channel.required': { status: 400, message: 'The data must be encrypted' },
} as const satisfies ErrorTable

/** The error codes of the audit log. */
export const auditErrors = {
  'audit.chain-untrusted': {
    status: 500,
    message: 'The newest link of the audit log cannot be verified with any key of the keyring: run a verification',
  },
} as const satisfies ErrorTable

/** The error codes of webhooks. */
export const webhookErrors = {
  'webhook.not-found': { status: 404, message: 'Webhook endpoint not found' },
  'webhook.url-not-allowed': { status: 400, message: 'This URL is not allowed as a webhook endpoint' },
  'webhook.limit-reached': { status: 400, message: 'Limit of webhook endpoints reached for this tenant' },
  'webhook.events-disabled': { status: 501, message: 'Events are disabled; the host option events is false' },
  'webhook.invalid': { status: 400, message: 'Invalid webhook signature, or timestamp outside the allowed window' },
} as const satisfies ErrorTable
