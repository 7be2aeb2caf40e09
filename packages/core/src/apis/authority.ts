import type { Actor } from '../audit/record.ts'
import { type OpenedMethod, unlock } from '../credentials/unlock.ts'
import type { AskedRequest } from '../credentials/use-face-check.ts'
import { openEncryptedMethod } from '../encryption-keys/encrypted-method.ts'
import { BillfoldError } from '../errors.ts'
import type { RequestContext } from '../http/index.ts'
import { sourceOf } from '../rate-limits/index.ts'
import type { Services } from '../services.ts'

/** A signing method in a header: which one, and its value. */
export interface HeaderMethod {
  readonly id: string
  readonly value: string
}

/** A signing method that a request brings, with the request. */
export interface BroughtMethod extends HeaderMethod {
  readonly request: AskedRequest
}

/** The two headers that can bring one, as their schema leaves them. */
export interface MethodHeaders {
  readonly 'signing-method'?: HeaderMethod | undefined
  readonly 'encrypted-signing-method'?: string | undefined
}

/** Who acts, as the audit trail names them; all addresses of one network are one source. */
export function actorOf(context: RequestContext): Actor {
  return { tenant: context.caller.tenant, id: context.caller.id, source: sourceOf(context.ip) }
}

/**
 * The signing method that a request brings in a header, plain or encrypted. An encrypted one is bound to the body's bytes,
 * and good for one request.
 * @throws BillfoldError `signing-method.invalid`, `request.replayed`, `body.raw-unavailable`
 */
export async function methodIn(
  services: Services,
  context: RequestContext,
  headers: MethodHeaders,
  body: 'with body' | 'without body' = 'with body',
): Promise<BroughtMethod | undefined> {
  const rawBody = body === 'without body' ? new Uint8Array() : context.rawBody
  const request = { method: context.method, target: context.target, body: rawBody }
  const encrypted = headers['encrypted-signing-method']
  if (encrypted === undefined) {
    const plain = headers['signing-method']
    return plain === undefined ? undefined : { ...plain, request }
  }
  if (rawBody === undefined) throw new BillfoldError('body.raw-unavailable')
  return { ...(await openEncryptedMethod(services, context.caller.tenant, encrypted, rawBody)), request }
}

/**
 * Opens the method that a request brings for an owner: the one in the header, or else the owner's PIN in the body.
 * @throws BillfoldError `signing-method.required`, `signing-method.invalid`, `signing-method.locked`, `pincode.incorrect`,
 *   `pincode.no-tries-left`, `body.raw-unavailable`
 */
export function openAuthority(
  services: Services,
  actor: Actor,
  ownerId: string,
  header: BroughtMethod | undefined,
  pincode?: string,
): Promise<OpenedMethod> {
  if (header !== undefined) {
    const refusals = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const
    return unlock(services, actor, ownerId, { id: header.id }, header.value, refusals, header.request)
  }
  if (pincode === undefined) throw new BillfoldError('signing-method.required')
  const refusals = { wrong: 'pincode.incorrect', locked: 'pincode.no-tries-left' } as const
  return unlock(services, actor, ownerId, { type: 'PIN' }, pincode, refusals)
}
