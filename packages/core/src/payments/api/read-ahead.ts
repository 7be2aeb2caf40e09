import type { BodyGuard, Caller, IncomingRequest } from '../../http/index.ts'
import { apiKeyGuard, authenticateRequest, type GuardDependencies } from './api-key-guard.ts'

/**
 * Starts the reads of an operation that depend on its request alone, together with that of the API key.
 *
 * @param body the body as transmitted, before its schema has validated it
 * @returns starts the other reads, together with that of the user whose key it is; undefined to read nothing ahead
 */
export type StartReading<Rows> = (
  request: IncomingRequest,
  body: unknown,
) => ((userId: string) => Promise<Rows>) | undefined

/** A guard that reads what the operation needs while it authenticates the caller, so that they share round trips. */
export interface ReadAhead<Rows> {
  readonly guard: BodyGuard
  /** Returns what was read for the request of this caller; undefined if nothing was: then the operation reads it. */
  readonly rowsFor: (caller: Caller) => Promise<Rows> | undefined
}

/**
 * Creates a guard like {@link apiKeyGuard} that reads ahead. What it has read is given out to an authenticated caller only. It
 * authenticates once the body is read, also by the key in the header, since the body says what to read.
 */
export function readAheadGuard<Rows>(dependencies: GuardDependencies, start: StartReading<Rows>): ReadAhead<Rows> {
  const rowsByCaller = new WeakMap<Caller, Promise<Rows>>()
  const guard: BodyGuard = {
    ...apiKeyGuard(dependencies),
    admit: async () => undefined,
    admitBody: async (request, body) => {
      let reading: Promise<Rows> | undefined
      const caller = await authenticateRequest(dependencies, request, body, () => {
        const readOthers = start(request, body)
        return (userId) => {
          reading = readOthers?.(userId)
          // Reported when it is awaited, which does not happen if the caller is rejected.
          reading?.catch(() => {})
        }
      })
      if (reading !== undefined) rowsByCaller.set(caller, reading)
      return caller
    },
  }
  return { guard, rowsFor: (caller) => rowsByCaller.get(caller) }
}
