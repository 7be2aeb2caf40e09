import type { Actor } from '../../audit/record.ts'
import type { Envelope } from '../../envelope/index.ts'
import { BillfoldError } from '../../errors.ts'
import type { Caller, RequestContext } from '../../http/index.ts'
import type { Licence } from '../../licences/licences.ts'
import { sourceOf } from '../../rate-limits/index.ts'
import type { Token } from '../../tokens/index.ts'

/** The decrypted claims of a `requestid` header. */
export interface RequestStamp {
  readonly uuid: string
  readonly appId: string
  /** Epoch milliseconds by the caller's clock, within the allowed time span. */
  readonly sentAt: number
}

/** A caller of this API, as authenticated by its guards. */
export interface AuthenticationCaller extends Caller {
  /** The secure channel with the caller's `publickey`; undefined for a public route or a service key without one. */
  readonly envelope: Envelope | undefined
  /** Undefined if the guard requires none. */
  readonly stamp: RequestStamp | undefined
  /** The licence, on licence routes and if a service key presented one. */
  readonly licence: Licence | undefined
  /** The step token, on bearer routes. It belongs to this tenant and this public key. */
  readonly token: Token | undefined
}

/** Returns the caller of a route of this API. */
export function callerOf(context: RequestContext): AuthenticationCaller {
  const { caller } = context
  if (!isAuthenticationCaller(caller))
    throw new BillfoldError('unexpected', { message: 'The route uses a guard of another API' })
  return caller
}

function isAuthenticationCaller(caller: Caller): caller is AuthenticationCaller {
  return 'envelope' in caller && 'stamp' in caller
}

/** Returns the caller's secure channel. @throws BillfoldError `caller.unauthenticated` if there is none */
export function envelopeOf(caller: AuthenticationCaller): Envelope {
  if (caller.envelope === undefined) throw new BillfoldError('caller.unauthenticated')
  return caller.envelope
}

/** Returns the actor for the audit log. */
export function actorOf(context: RequestContext): Actor {
  return { tenant: context.caller.tenant, id: context.caller.id, source: sourceOf(context.ip) }
}
