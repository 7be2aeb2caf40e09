import type { SystemEnvelopes } from '../../envelope/index.ts'
import type { Services } from '../../services.ts'
import type { SessionSetup } from '../../sessions/setup.ts'
import type { FaceOptions } from './face-options.ts'
import type { Guards } from './guards.ts'
import type { CallerOptions } from './options.ts'

/** The context shared by all routes of this API. */
export interface Authentication {
  readonly services: Services
  readonly options: CallerOptions
  /** The tenant of `createBillfold`, used by calls of the host. */
  readonly tenant: string
  readonly envelopes: SystemEnvelopes
  readonly guards: Guards
  /** The maximum difference between the time in a request id and the server's clock, in seconds. */
  readonly allowedTimeSpan: number
}

/** The context shared by the face, PIN and session routes. */
export interface FaceApi {
  readonly authentication: Authentication
  readonly setup: SessionSetup
  readonly options: FaceOptions
}

/** Returns the base URL of this API as clients reach it: the public URL, or the path it is mounted at. */
export function baseUrl({ authentication }: FaceApi, mount: string): string {
  return authentication.options.publicUrl ?? mount
}
