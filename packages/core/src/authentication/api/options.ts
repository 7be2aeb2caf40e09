import type { SecureChannelCurve } from '../../platform/secure-channel/index.ts'
import type { IncomingRequest } from '../../http/index.ts'

/** A community of users within a tenant. */
export interface Community {
  /** The id that clients send as `communityId`. */
  readonly id: string
  /** A display name. */
  readonly name?: string
  /** The DNS name that clients send. It is compared, never resolved. */
  readonly dns?: string
}

/** Options for callers, keys and the service routes. */
export interface CallerOptions {
  /** The curve of the secure channel. Default: `secp256k1`. */
  readonly curve?: SecureChannelCurve
  /** The maximum difference between the time in a request id and the server's clock, in seconds. Default: 60. */
  readonly allowedTimeSpan?: number
  /** Accepts plain `data` on routes that otherwise require encryption. Default: false. */
  readonly allowPlaintext?: boolean
  /** Returns the tenant of a request, for example by its host name. Default: the tenant of `createBillfold`. */
  readonly resolveTenant?: (request: IncomingRequest) => string
  /** The communities of each tenant. Default: one community with the id `default`. */
  readonly communities?: readonly Community[]
  /** The URL of the API as clients reach it, without a trailing slash: `https://login.example/walletapi`. */
  readonly publicUrl?: string
  /** Additional services in `GET /sd`: URLs by name. */
  readonly services?: Readonly<Record<string, string>>
  /** Additional fields of `GET /environment`. They are public. */
  readonly environment?: Readonly<Record<string, string | number | boolean>>
  /** The scopes listed in `GET /.well-known`. Default: all scopes of sessions. */
  readonly scopesSupported?: readonly string[]
  /** The purposes listed in `GET /.well-known`. Default: `authenticate` and `enroll`. */
  readonly purposesSupported?: readonly string[]
  /** The version shown by `GET /healthz` as `<tag>.<commit>.<time>`. */
  readonly build?: { readonly tag?: string; readonly commit: string /** Epoch seconds. */; readonly time: number }
  /** Returns the plain array of the API document from `GET /servicekeys`, instead of an encrypted one. Default: false. */
  readonly plainServiceKeys?: boolean
  /** Enables `POST /ecdsa_helper`, which takes a private key. Default: false. */
  readonly ecdsaHelper?: boolean
  /** The reply of `POST /ecdsa_helper`: the text as in the API document, or `{data}` as the vendor's request collection reads it. Default: `text`. */
  readonly ecdsaHelperReply?: 'text' | 'object'
}
