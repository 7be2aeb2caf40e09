import { createHash } from 'node:crypto'
import { isHashable } from '../../kernel/crypto/index.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import type { Services } from '../../platform/services.ts'
import type { SigningMethodKind, SigningMethodKinds } from '../../platform/signing-method-kind.ts'
import { consumeFaceCheck, type RequestToAuthorize } from './consume-face-check.ts'
import type { SigningMethodRow } from './sealing.ts'

/** The longest that a proof and a secret can be, in characters: they are one line of a request's head. */
export const maxPresentedLength = 5800

/** Returns true if some signing method can have the value, with or without a proof in front. */
export function isPresentable({ signingMethodKinds }: Services & SigningMethodKinds, value: string): boolean {
  if (isHashable(value)) return true
  return (
    signingMethodKinds !== undefined &&
    signingMethodKinds.size > 0 &&
    value.length <= maxPresentedLength &&
    isHashable(afterProof(value))
  )
}

/** Returns true if a method authorizes only the very request that was announced, so that its bytes are needed. */
export function isBoundToRequest(
  { signingMethodKinds }: Services & SigningMethodKinds,
  { type, device }: SigningMethodRow,
): boolean {
  return device !== null || signingMethodKinds?.has(type) === true
}

/** Returns a text that costs as much to hash as the value of any method. */
export function toHashable(value: string): string {
  return isHashable(value) ? value : ''
}

/**
 * Splits what is presented for a method into proof and secret, and consumes the proof: the face check of a method with a face
 * binding, or what the method's kind asks for. `passed` is true if the secret alone decides.
 */
export async function verifyPresented(
  services: Services & SigningMethodKinds,
  actor: Actor,
  method: SigningMethodRow,
  value: string,
  request: RequestToAuthorize | undefined,
): Promise<{ readonly secret: string; readonly passed: boolean }> {
  const kind = services.signingMethodKinds?.get(method.type)
  if (kind === undefined) {
    const { secret, passed } = await consumeFaceCheck(services, method, value, request)
    return { secret: toHashable(secret), passed }
  }
  const secret = toHashable(afterProof(value))
  return { secret, passed: await isProven(services, actor, kind, method, value, request) }
}

async function isProven(
  services: Services,
  actor: Actor,
  kind: SigningMethodKind,
  { tenant, ownerId: userId, id: methodId }: SigningMethodRow,
  value: string,
  request: RequestToAuthorize | undefined,
): Promise<boolean> {
  if (request?.body === undefined) return false
  const bodySha256 = createHash('sha256').update(request.body).digest('base64url')
  const { method, target } = request
  return kind.verifyUse(services, actor, { tenant, userId, methodId }, value, { method, target, bodySha256 })
}

function afterProof(value: string): string {
  return value.slice(value.lastIndexOf('.') + 1)
}
