import type { RequestListener } from 'node:http'
import type { MountableApi } from '@billfold/core/http'
import type { Mounting } from './mountings.ts'

/** The options of a host. */
export interface HostOptions {
  /** True if the host trusts `X-Forwarded-For`. */
  readonly trustProxy?: boolean
  /** The limit of the host's body parsers in bytes; 100,000 by default. */
  readonly parserLimit?: number
  /** The body parsers return text or bytes instead of parsed JSON. */
  readonly unparsedBody?: 'text' | 'bytes'
}

/** The replies of the host itself: `/host/ok`, an unknown path, and `/host/fails`. */
export const hostReplies = { ok: 'host: ok', missing: 'host: no such page', failed: 'host: failed' } as const

/** Builds a host of a framework. It notes the errors that reach its error handler. */
export type HostBuilder = (
  mounting: Mounting,
  api: MountableApi,
  options: HostOptions,
  noteError: (error: unknown) => void,
) => RequestListener
