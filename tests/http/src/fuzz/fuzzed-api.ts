import type { MountableApi } from '@billfold/core/http'
import type { RequestDriver } from '../request-driver.ts'

/** What the clients of a fuzzed API know. It is JSON, since they run in another process than the host. */
export interface FuzzedAccess {
  /** Headers that authenticate; each request carries one of these sets. */
  readonly headers: readonly Readonly<Record<string, string>>[]
  /** The same for the routes that require a service key, if they differ. */
  readonly serviceHeaders?: Readonly<Record<string, string>>
  /** Valid values by field of a body, a query or a path. */
  readonly fields: Readonly<Record<string, readonly string[]>>
  /** Valid bodies by operation id; fields of `fields` in them are replaced. */
  readonly bodies?: Readonly<Record<string, readonly unknown[]>>
  /** A licence and enrolled users, for requests that are encrypted. */
  readonly secureChannel?: {
    readonly licence: string
    readonly users: readonly { readonly id: string; readonly person: string }[]
  }
  /** The key of an admin and the DIDs of wallets, for requests that are signed. */
  readonly didAuth?: {
    readonly did: string
    readonly privateKey: string
    readonly wallets: readonly string[]
    readonly authorization: string
  }
}

/** A status of 500 and more that is documented for what a host does not configure, of all paths or of one. */
export interface ExpectedStatus {
  readonly status: number
  readonly path?: string
}

/** An API to send hostile requests to, with users and objects of its own. */
export interface FuzzedApi {
  readonly api: MountableApi
  readonly expected: readonly ExpectedStatus[]
  /** Creates users and objects. */
  readonly prepare: (driver: RequestDriver) => Promise<FuzzedAccess>
  /** Compares what is stored after the run: the ledger, the files. Returns what is wrong. */
  readonly check: () => Promise<FuzzedCheck>
  readonly drop: () => Promise<void>
}

/** The result of a check of what is stored. */
export interface FuzzedCheck {
  readonly summary: string
  readonly findings: readonly string[]
}

/** The check of an API without any. */
export async function checkNothing(): Promise<FuzzedCheck> {
  return { summary: '', findings: [] }
}

/** Limits that admit every request, since all come from one address. */
export const unlimited = {
  consume: async () => ({ allowed: true, retryAfterSeconds: 1 }),
  peek: async () => ({ allowed: true, retryAfterSeconds: 1 }),
}
