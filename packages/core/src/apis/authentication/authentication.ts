import type { SystemEnvelopes } from '../../envelope/index.ts'
import type { Services } from '../../services.ts'
import type { Guards } from './guards.ts'
import type { CallerOptions } from './options.ts'

/** What the routes of this API share. */
export interface Authentication {
  readonly services: Services
  readonly options: CallerOptions
  /** The tenant of `createBillfold`, which in-process calls are for. */
  readonly tenant: string
  readonly envelopes: SystemEnvelopes
  readonly guards: Guards
  /** How far the time in a request id may be from ours, in seconds. */
  readonly allowedTimeSpan: number
}
