import { isBillfoldError } from '../errors.ts'
import type { Attempted, DeliveryRow } from '../events/attempt.ts'
import { AddressError, checkedRequest } from '../outgoing/checked-request.ts'
import { withinTime } from '../outbox/attempts.ts'
import type { Services } from '../services.ts'
import { type EndpointRow, openField, secretsOf } from './endpoint.ts'
import { type WebhookOptions, webhookLimits } from './options.ts'
import { webhookHeaders } from './sign.ts'
import { webhookUrl } from './url.ts'

/** The longest time that an answer may ask to be left alone for, in milliseconds. */
const longestRetryAfter = 60 * 60 * 1000

/** Sends an event to an endpoint once: any 2xx means that it has arrived. Never rejects for what the endpoint does, nor for what of it does not open. */
export async function sendWebhook(
  services: Services,
  options: WebhookOptions,
  endpoint: EndpointRow,
  { eventId, body }: Pick<DeliveryRow, 'eventId' | 'body'>,
): Promise<Attempted> {
  try {
    // What does not open is a failure of this endpoint, and of no other.
    const url = await openField(services, endpoint, 'url', endpoint.sealedUrl)
    const secrets = await secretsOf(services, endpoint)
    const timestamp = Math.floor(services.now() / 1000)
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'billfold-webhooks/1',
      ...webhookHeaders(secrets, { id: eventId, timestamp, body }),
    }
    const answer = await withinTime(webhookLimits.attemptTime, async (signal) => {
      const target = await webhookUrl(options, endpoint.tenant, url)
      return post(options, target, headers, body, signal)
    })
    return judged(answer)
  } catch (error) {
    return { arrived: false, failure: kindOf(error) }
  }
}

interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
}

async function post(
  options: WebhookOptions,
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<Answer> {
  if (options.fetch !== undefined) {
    const response = await options.fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
    await response.body?.cancel()
    return { status: response.status, retryAfter: response.headers.get('retry-after') ?? undefined }
  }
  const { resolve, ca, privateAddresses = false } = options
  const { status, headers: answered } = await checkedRequest({
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
  return { status, retryAfter: answered['retry-after'] }
}

function judged({ status, retryAfter }: Answer): Attempted {
  if (status >= 200 && status < 300) return { arrived: true }
  const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : 0
  const pause = Math.min(seconds * 1000, longestRetryAfter)
  return { arrived: false, failure: `HTTP ${status}`, pause, isGone: status === 410 }
}

/** The kind of a failure, never its words, which can quote the URL. */
function kindOf(error: unknown): string {
  if (error instanceof AddressError) return 'address not public'
  if (isBillfoldError(error)) return error.code
  if (!(error instanceof Error)) return 'unknown'
  const cause = error.cause instanceof Error ? error.cause : error
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
  return code.slice(0, 64)
}
