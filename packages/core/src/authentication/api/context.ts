import type { IdentityServices } from '../../identity/services.ts'
import type { SystemChannels } from '../../platform/secure-channel/index.ts'
import type { SessionContext } from '../sessions/session-context.ts'
import type { FaceOptions } from './face-options.ts'
import type { AuthenticationGuards } from './callers/guards.ts'
import type { CallerOptions } from './options.ts'

/** The context shared by all routes of this API. */
export interface AuthenticationContext {
  readonly services: IdentityServices
  readonly options: CallerOptions
  /** The tenant of `createBillfold`, used by calls of the host. */
  readonly tenant: string
  readonly channels: SystemChannels
  readonly guards: AuthenticationGuards
  /** The maximum difference between the time in a request id and the server's clock, in seconds. */
  readonly allowedTimeSpan: number
}

/** The context shared by the face, PIN and session routes. */
export interface SessionRoutesContext {
  readonly authentication: AuthenticationContext
  readonly sessionContext: SessionContext
  readonly options: FaceOptions
}

/** Returns the base URL of this API as clients reach it: the public URL, or the path it is mounted at. */
export function resolveBaseUrl({ authentication }: SessionRoutesContext, mount: string): string {
  return authentication.options.publicUrl ?? mount
}
