import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { SecureChannel } from '../../../platform/secure-channel/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { Caller, RequestContext } from '../../../http/index.ts'
import type { Licence } from '../../../identity/licences/licences.ts'
import { toSourceAddress } from '../../../platform/rate-limits/index.ts'
import type { VerifiedToken } from '../../../platform/tokens/index.ts'

/** The decrypted claims of a `requestid` header. */
export interface RequestIdClaims {
  readonly uuid: string
  readonly appId: string
  /** Epoch milliseconds by the caller's clock, within the allowed time span. */
  readonly sentAt: number
}

/** A caller of this API, as authenticated by its guards. */
export interface AuthenticationCaller extends Caller {
  /** The secure channel with the caller's `publickey`; undefined for a public route or a service key without one. */
  readonly channel: SecureChannel | undefined
  /** Undefined if the guard requires none. */
  readonly requestId: RequestIdClaims | undefined
  /** The licence, on licence routes and if a service key presented one. */
  readonly licence: Licence | undefined
  /** The value of the licence, on routes of `licenceOnly`, for the reply to its holder. */
  readonly presentedLicence?: string
  /** The step token, on bearer routes. It belongs to this tenant and this public key. */
  readonly token: VerifiedToken | undefined
}

/** Returns the caller of a route of this API. */
export function requireAuthenticationCaller(context: RequestContext): AuthenticationCaller {
  const { caller } = context
  if (!isAuthenticationCaller(caller))
    throw new BillfoldError('unexpected', { message: 'The route uses a guard of another API' })
  return caller
}

function isAuthenticationCaller(caller: Caller): caller is AuthenticationCaller {
  return 'channel' in caller && 'requestId' in caller
}

/** Returns the caller's secure channel. @throws BillfoldError `caller.unauthenticated` if there is none */
export function requireChannel(caller: AuthenticationCaller): SecureChannel {
  if (caller.channel === undefined) throw new BillfoldError('caller.unauthenticated')
  return caller.channel
}

/** Returns the actor for the audit log. */
export function toAuthenticationActor(context: RequestContext): Actor {
  return { tenant: context.caller.tenant, id: context.caller.id, source: toSourceAddress(context.ip) }
}
