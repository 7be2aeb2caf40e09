import { AuthenticationClientError } from './client-error.ts'
import type { Connection } from './connection.ts'
import { type JsonObject, toJsonObject, getString } from './json-object.ts'

/** The status of a session, with all other fields as sent by the server. */
export interface SessionResultReply extends JsonObject {
  readonly status: string
  readonly message: string
}

/**
 * Returns the status of a session: `success`, `failure` or `pending`.
 *
 * @throws AuthenticationClientError with status 404 if the session is unknown, 410 if it has expired
 */
export async function getSessionResult(
  connection: Connection,
  sessionId: string,
  deviceId?: string,
): Promise<SessionResultReply> {
  const path = `/session_result?session=${encodeURIComponent(sessionId)}`
  const data = deviceId === undefined ? {} : { deviceId }
  const body = toJsonObject(await connection.call('POST', path, { data, encrypted: false }))
  return { ...body, status: getString(body, 'status'), message: getString(body, 'message') }
}

/** Options of {@link poll}. */
export interface PollOptions {
  /** Interval in milliseconds, 1,000 by default. A longer `Retry-After` of the server is respected. */
  readonly intervalMs?: number
  /** Timeout in milliseconds, 600,000 by default. */
  readonly timeoutMs?: number
  /** Aborts polling. */
  readonly signal?: AbortSignal
}

/**
 * Calls a function until it returns a value. Replies with status 429 and 503 are retried after their `Retry-After`.
 *
 * @param ask the function; undefined means not yet
 * @param options interval, timeout and abort signal
 * @throws AuthenticationClientError with status 408 after the timeout, and other errors of the server; the reason of the signal
 */
export async function poll<T>(ask: () => Promise<T | undefined>, options: PollOptions = {}): Promise<T> {
  const { intervalMs = 1_000, timeoutMs = 600_000, signal } = options
  const end = Date.now() + timeoutMs
  for (;;) {
    signal?.throwIfAborted()
    let delay = intervalMs
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      if (!(error instanceof AuthenticationClientError) || ![429, 503].includes(error.status)) throw error
      delay = Math.max(intervalMs, (error.retryAfterSeconds ?? 0) * 1000)
    }
    if (Date.now() + delay > end) throw new AuthenticationClientError(408, 'Polling timed out')
    // The signal may have aborted during the call, before `wait` listens to it.
    signal?.throwIfAborted()
    await wait(delay, signal)
  }
}

/** Polls a session until it is no longer pending, see {@link poll}. */
export function awaitSessionResult(
  connection: Connection,
  sessionId: string,
  options: PollOptions = {},
): Promise<SessionResultReply> {
  return poll(async () => {
    const result = await getSessionResult(connection, sessionId)
    return result.status === 'pending' ? undefined : result
  }, options)
}

function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason instanceof Error ? signal.reason : new Error('Aborted'))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
