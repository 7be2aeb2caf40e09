import type { RequestListener } from 'node:http'
import type { MountableApi } from '@billfold/core/http'
import type { Mounting } from './mountings.ts'

/** How a host is set up beside its mounting. */
export interface HostOptions {
  /** Whether the host believes the `X-Forwarded-For` of whoever connects. */
  readonly trustProxy?: boolean
  /** Bytes that the host's parsers take; 100,000 unless said otherwise. */
  readonly parserLimit?: number
  /** Whether the host's parsers leave text and bytes as they are, instead of parsing JSON. */
  readonly unparsedBody?: 'text' | 'bytes'
}

/** What the host itself answers, beside the API: `/host/ok`, `/host/fails`, and every path that nobody has. */
export const hostReplies = { ok: 'host: ok', missing: 'host: no such page', failed: 'host: failed' } as const

/** What the two kinds of host have in common. */
export type HostBuilder = (
  mounting: Mounting,
  api: MountableApi,
  options: HostOptions,
  errors: unknown[],
) => RequestListener
