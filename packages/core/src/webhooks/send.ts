import { isBillfoldError } from '../errors.ts'
import type { Attempted, DeliveryRow } from '../events/attempt.ts'
import { AddressError, checkedRequest } from '../outgoing/checked-request.ts'
import { withinTime } from '../outbox/attempts.ts'
import type { Services } from '../services.ts'
import { type EndpointRow, openField, secretsOf } from './endpoint.ts'
import { type WebhookOptions, webhookLimits } from './options.ts'
import { webhookHeaders } from './sign.ts'
import { webhookUrl } from './url.ts'

/** The maximum `Retry-After` that is honoured, in milliseconds. */
const maxRetryAfterMs = 60 * 60 * 1000

/**
 * Sends an event to an endpoint once. Any 2xx status means delivered. Never rejects because of the endpoint's response
 * or an unreadable endpoint row.
 */
export async function sendWebhook(
  services: Services,
  options: WebhookOptions,
  endpoint: EndpointRow,
  { eventId, body }: Pick<DeliveryRow, 'eventId' | 'body'>,
): Promise<Attempted> {
  try {
    // A field that cannot be decrypted is a failure of this endpoint only.
    const url = await openField(services, endpoint, 'url', endpoint.sealedUrl)
    const secrets = await secretsOf(services, endpoint)
    const timestamp = Math.floor(services.now() / 1000)
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'billfold-webhooks/1',
      ...webhookHeaders(secrets, { id: eventId, timestamp, body }),
    }
    const response = await withinTime(webhookLimits.attemptTime, async (signal) => {
      const target = await webhookUrl(options, endpoint.tenant, url)
      return post(options, target, headers, body, signal)
    })
    return toResult(response)
  } catch (error) {
    return { arrived: false, failure: toFailure(error) }
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
  const { resolve, ca, privateAddresses = false } = options
  const { status, headers: responseHeaders } = await checkedRequest({
    url,
    method: 'POST',
    headers,
    body,
    privateAddresses,
    ca,
    resolve,
    signal,
    mostBytes: webhookLimits.answerBytes,
    longer: 'cut',
  })
  return { status, retryAfter: responseHeaders['retry-after'] }
}

function toResult({ status, retryAfter }: EndpointResponse): Attempted {
  if (status >= 200 && status < 300) return { arrived: true }
  const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : 0
  const pause = Math.min(seconds * 1000, maxRetryAfterMs)
  return { arrived: false, failure: `HTTP ${status}`, pause, isGone: status === 410 }
}

/** Returns the kind of an error. Its message is not used, because it can contain the URL. */
function toFailure(error: unknown): string {
  if (error instanceof AddressError) return 'address not public'
  if (isBillfoldError(error)) return error.code
  if (!(error instanceof Error)) return 'unknown'
  const cause = error.cause instanceof Error ? error.cause : error
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
  return code.slice(0, 64)
}
