import type { EnvelopeCurve } from '../../envelope/index.ts'
import type { IncomingRequest } from '../../http/index.ts'

/** A community of users within a tenant. */
export interface Community {
  readonly id: string
  readonly name?: string
  /** The name that clients know it by, compared and never looked up. */
  readonly dns?: string
}

/** What a host decides about callers, keys and the routes that describe the service. */
export interface CallerOptions {
  /** The curve of the envelope: `secp256k1`. */
  readonly curve?: EnvelopeCurve
  /** How far the time in a request id may be from ours, in seconds: 60. */
  readonly allowedTimeSpan?: number
  /** Takes plain `data` where it must else be encrypted: no. */
  readonly allowPlaintext?: boolean
  /** Which tenant a request is for, from what the host knows about it (its host name, its mount): the tenant of `createBillfold`. */
  readonly tenantOf?: (request: IncomingRequest) => string
  /** The communities of each tenant; by default one, `default`. */
  readonly communities?: readonly Community[]
  /** Where the API is mounted, as clients reach it, without a slash at its end: `https://login.example/walletapi`. */
  readonly publicUrl?: string
  /** Further services for `GET /sd`: their URLs by name. */
  readonly services?: Readonly<Record<string, string>>
  /** What `GET /environment` tells beside what it must: nothing secret. */
  readonly environment?: Readonly<Record<string, string | number | boolean>>
  readonly scopesSupported?: readonly string[]
  readonly purposesSupported?: readonly string[]
  /** Which build this is: `<tag>.<commit>.<time>` in `GET /healthz`. */
  readonly build?: { readonly tag?: string; readonly commit: string /** Seconds since 1970. */; readonly time: number }
  /** Answers `GET /servicekeys` with the plain array of the document, instead of encrypting it: no. */
  readonly plainServiceKeys?: boolean
  /** Offers `POST /ecdsa_helper`, which takes a private key: no. */
  readonly ecdsaHelper?: boolean
}
