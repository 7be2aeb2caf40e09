import type { Actor } from '../../platform/audit/audit-write.ts'
import { type MethodAttempt, withAuthorizedMethod } from '../signing-methods/authorize-method.ts'
import type { AuthorizedMethod } from '../signing-methods/authorized-method.ts'
import type { RequestToAuthorize } from '../signing-methods/consume-face-check.ts'
import { decryptSigningMethod } from '../encryption-keys/decrypt-signing-method.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { RequestContext } from '../../http/index.ts'
import { toSourceAddress } from '../../platform/rate-limits/index.ts'
import type { Services } from '../../platform/services.ts'

/** A signing method from a header: its id and its value. */
export interface SigningMethodHeader {
  readonly id: string
  readonly value: string
}

/** A signing method that a request presents, with the request itself. */
export interface PresentedMethod extends SigningMethodHeader {
  readonly request: RequestToAuthorize
}

/** The two headers that can carry a signing method, after validation. */
export interface SigningMethodHeaders {
  readonly 'signing-method'?: SigningMethodHeader | undefined
  readonly 'encrypted-signing-method'?: string | undefined
}

/**
 * Returns the actor for the audit log. The source is the network of the client's address, so that all addresses of one
 * IPv6 network count as one.
 */
export function actorFromRequest(context: RequestContext): Actor {
  const { tenant, id, kind, credentialId } = context.caller
  return {
    tenant,
    id,
    source: toSourceAddress(context.ip),
    ...(kind === 'anonymous' && { isAnonymous: true }),
    ...(credentialId !== undefined && { credentialId }),
  }
}

/**
 * Parses the signing method in the headers of a request, plain or encrypted. An encrypted method is bound to the bytes of
 * the body and can be used once.
 * @param body whether the route reads a body; if not, the encrypted method is bound to an empty one
 * @throws BillfoldError `signing-method.invalid`, `request.replayed`, `body.raw-unavailable`
 */
export async function parseSigningMethod(
  services: Services,
  context: RequestContext,
  headers: SigningMethodHeaders,
  body: 'with body' | 'without body' = 'with body',
): Promise<PresentedMethod | undefined> {
  const rawBody = body === 'without body' ? new Uint8Array() : context.rawBody
  const request = { method: context.method, target: context.target, body: rawBody }
  const encrypted = headers['encrypted-signing-method']
  if (encrypted === undefined) {
    const plain = headers['signing-method']
    return plain === undefined ? undefined : { ...plain, request }
  }
  if (rawBody === undefined) throw new BillfoldError('body.raw-unavailable')
  return { ...(await decryptSigningMethod(services, context.caller.tenant, encrypted, rawBody)), request }
}

/**
 * Authorizes a request with a signing method of an owner: the method in the header or, without one, the owner's PIN in the
 * body. For operations that wait for a lock, a queue or a network before they commit.
 * @throws BillfoldError as `withSigningMethod` does
 */
export function authorizeWithSigningMethod(
  services: Services,
  actor: Actor,
  ownerId: string,
  presented: PresentedMethod | undefined,
  pincode?: string,
): Promise<AuthorizedMethod> {
  return withSigningMethod(services, actor, ownerId, presented, pincode, (authorized) => Promise.resolve(authorized))
}

/**
 * Authorizes a request as `authorizeWithSigningMethod` does, and runs an operation whose commit also resets the attempt
 * counter, see `withAuthorizedMethod`.
 * @throws BillfoldError `signing-method.required`, `signing-method.invalid`, `signing-method.locked`, `pincode.incorrect`,
 *   `pincode.no-tries-left`, `body.raw-unavailable`, `rate.limited`, `server.busy`
 */
export async function withSigningMethod<T>(
  services: Services,
  actor: Actor,
  ownerId: string,
  presented: PresentedMethod | undefined,
  pincode: string | undefined,
  operation: (authorized: AuthorizedMethod) => Promise<T>,
): Promise<T> {
  return withAuthorizedMethod(services, actor, ownerId, toMethodAttempt(presented, pincode), operation)
}

function toMethodAttempt(presented: PresentedMethod | undefined, pincode: string | undefined): MethodAttempt {
  if (presented !== undefined) {
    const { id, value, request } = presented
    const codes = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const
    return { method: { id }, value, codes, request }
  }
  if (pincode === undefined) throw new BillfoldError('signing-method.required')
  const codes = { wrong: 'pincode.incorrect', locked: 'pincode.no-tries-left' } as const
  return { method: { type: 'PIN' }, value: pincode, codes }
}
