import { isBillfoldError } from '../../kernel/errors.ts'
import type { DeliveryResult, DeliveryRow } from '../events/subscriber.ts'
import { BlockedAddressError, ssrfSafeRequest } from '../http-client/ssrf-safe-request.ts'
import { withTimeout } from '../../kernel/concurrency/async.ts'
import type { Services } from '../services.ts'
import { type WebhookEndpointRow, openEndpointField, getSigningSecrets } from './endpoint.ts'
import { type WebhookOptions, webhookLimits } from './options.ts'
import { signWebhook } from './sign-webhook.ts'
import { parseWebhookUrl } from './webhook-url.ts'

/** The maximum `Retry-After` that is honoured, in milliseconds. */
const maxRetryAfterMs = 60 * 60 * 1000

/**
 * Sends an event to an endpoint once. Any 2xx status means delivered. Never rejects because of the endpoint's response
 * or an unreadable endpoint row.
 */
export async function sendWebhook(
  services: Services,
  options: WebhookOptions,
  endpoint: WebhookEndpointRow,
  { eventId, body }: Pick<DeliveryRow, 'eventId' | 'body'>,
): Promise<DeliveryResult> {
  try {
    // A field that cannot be decrypted is a failure of this endpoint only.
    const url = await openEndpointField(services, endpoint, 'url', endpoint.sealedUrl)
    const secrets = await getSigningSecrets(services, endpoint)
    const timestamp = Math.floor(services.now() / 1000)
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'billfold-webhooks/1',
      ...signWebhook(secrets, { id: eventId, timestamp, body }),
    }
    const response = await withTimeout(webhookLimits.attemptTimeoutMs, async (signal) => {
      const target = await parseWebhookUrl(options, endpoint.tenant, url)
      return post(options, target, headers, body, signal)
    })
    return toResult(response)
  } catch (error) {
    return { delivered: false, failure: toFailure(error) }
  }
}

interface EndpointResponse {
  readonly status: number
  readonly retryAfter: string | undefined
}

async function post(
  options: WebhookOptions,
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<EndpointResponse> {
  if (options.fetch !== undefined) {
    const response = await options.fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
    await response.body?.cancel()
    return { status: response.status, retryAfter: response.headers.get('retry-after') ?? undefined }
  }
  const { resolveDns, ca, allowPrivateAddresses = false } = options
  const { status, headers: responseHeaders } = await ssrfSafeRequest({
    url,
    method: 'POST',
    headers,
    body,
    allowPrivateAddresses,
    ca,
    resolveDns,
    signal,
    maxResponseBytes: webhookLimits.maxResponseBytes,
    oversizedResponse: 'truncate',
  })
  return { status, retryAfter: responseHeaders['retry-after'] }
}

function toResult({ status, retryAfter }: EndpointResponse): DeliveryResult {
  if (status >= 200 && status < 300) return { delivered: true }
  const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : 0
  const retryAfterMs = Math.min(seconds * 1000, maxRetryAfterMs)
  return { delivered: false, failure: `HTTP ${status}`, retryAfterMs, isGone: status === 410 }
}

/** Returns the kind of an error. Its message is not used, because it can contain the URL. */
function toFailure(error: unknown): string {
  if (error instanceof BlockedAddressError) return 'address not public'
  if (isBillfoldError(error)) return error.code
  if (!(error instanceof Error)) return 'unknown'
  const cause = error.cause instanceof Error ? error.cause : error
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
  return code.slice(0, 64)
}
