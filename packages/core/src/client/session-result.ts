import { AuthenticationClientError } from './client-error.ts'
import type { Connection } from './connection.ts'
import { type Fields, fieldsOf, textIn } from './fields.ts'

/** How a session stands. Further fields are as the server sends them. */
export interface SessionResult extends Fields {
  readonly status: string
  readonly message: string
}

/** How a session stands: `success`, `failure` or `pending`. @throws AuthenticationClientError 404 unknown, 410 expired */
export async function sessionResult(
  connection: Connection,
  sessionId: string,
  deviceId?: string,
): Promise<SessionResult> {
  const path = `/session_result?session=${encodeURIComponent(sessionId)}`
  const data = deviceId === undefined ? {} : { deviceId }
  const body = fieldsOf(await connection.call('POST', path, { data, encrypted: false }))
  return { ...body, status: textIn(body, 'status'), message: textIn(body, 'message') }
}

/** How long and how often to ask. */
export interface Patience {
  /** Milliseconds between two questions: 1,000. Longer where the server asks for it. */
  readonly every?: number
  /** Milliseconds after which it is given up: 600,000. */
  readonly atMost?: number
  readonly signal?: AbortSignal
}

/**
 * Asks again and again until there is an answer. What the server cannot answer now (429, 503) is asked again, as late as it says.
 * @throws AuthenticationClientError 408 when it took too long, and what the server refuses; the signal's reason
 */
export async function poll<T>(ask: () => Promise<T | undefined>, patience: Patience = {}): Promise<T> {
  const { every = 1_000, atMost = 600_000, signal } = patience
  const end = Date.now() + atMost
  for (;;) {
    signal?.throwIfAborted()
    let pause = every
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      if (!(error instanceof AuthenticationClientError) || ![429, 503].includes(error.status)) throw error
      pause = Math.max(every, (error.retryAfterSeconds ?? 0) * 1000)
    }
    if (Date.now() + pause > end) throw new AuthenticationClientError(408, 'There was no answer in time')
    // Told to stop while it asked: nobody would hear of that any more.
    signal?.throwIfAborted()
    await wait(pause, signal)
  }
}

/** The result of a session, once it is no longer pending: see {@link poll}. */
export function awaitSessionResult(
  connection: Connection,
  sessionId: string,
  patience: Patience = {},
): Promise<SessionResult> {
  return poll(async () => {
    const result = await sessionResult(connection, sessionId)
    return result.status === 'pending' ? undefined : result
  }, patience)
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
