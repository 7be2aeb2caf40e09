import type { Actor } from '../../audit/record.ts'
import type { Envelope } from '../../envelope/index.ts'
import { BillfoldError } from '../../errors.ts'
import type { Caller, RequestContext } from '../../http/index.ts'
import type { Licence } from '../../licences/licences.ts'
import { sourceOf } from '../../rate-limits/index.ts'
import type { Token } from '../../tokens/index.ts'

/** What a caller's `requestid` header says. */
export interface RequestStamp {
  readonly uuid: string
  readonly appId: string
  /** Milliseconds since 1970, by the caller's clock: within the allowed span of ours. */
  readonly sentAt: number
}

/** A caller of this API: what its guards found out. */
export interface AuthenticationCaller extends Caller {
  /** What is shared with the caller's `publickey`; undefined for a service key, or an open route, that brought none. */
  readonly envelope: Envelope | undefined
  /** Undefined where the guard asks for none. */
  readonly stamp: RequestStamp | undefined
  /** On licence routes, and where a service key brought one. */
  readonly licence: Licence | undefined
  /** On bearer routes: already found to be of this tenant and this public key. */
  readonly token: Token | undefined
}

/** The caller of a route whose guard is one of this API. */
export function callerOf(context: RequestContext): AuthenticationCaller {
  const { caller } = context
  if (!isOfThisApi(caller)) throw new BillfoldError('unexpected', { message: 'The guard is not one of this API' })
  return caller
}

function isOfThisApi(caller: Caller): caller is AuthenticationCaller {
  return 'envelope' in caller && 'stamp' in caller
}

/** The envelope of a caller, on routes that need one. @throws BillfoldError `caller.unauthenticated` */
export function envelopeOf(caller: AuthenticationCaller): Envelope {
  if (caller.envelope === undefined) throw new BillfoldError('caller.unauthenticated')
  return caller.envelope
}

/** Who acts, as the audit trail names them. */
export function actorOf(context: RequestContext): Actor {
  return { tenant: context.caller.tenant, id: context.caller.id, source: sourceOf(context.ip) }
}
