import type { CredentialSigner } from '../../trust/credential-signer.ts'
import { leafOf } from '../../trust/signer-key.ts'

/** When an instance is valid, in epoch milliseconds. */
export interface Validity {
  readonly validFrom: number
  readonly validUntil: number
}

const dayMs = 24 * 60 * 60 * 1000

/**
 * Computes the validity of an instance: from the beginning of the day to the end of a day, so that times tell nobody which instances
 * belong together, and within the validity of the signer's certificate.
 */
export function computeValidity(signer: CredentialSigner, days: number, now: number): Validity {
  const { validFrom, validTo } = leafOf(signer)
  const [notBefore, notAfter] = [Date.parse(validFrom), Date.parse(validTo)]
  const from = Math.max(floorToDay(now), notBefore)
  const until = floorToDay(now + days * dayMs) + dayMs
  const last = floorToDay(notAfter)
  return { validFrom: from, validUntil: Math.min(until, last > now ? last : notAfter) }
}

function floorToDay(time: number): number {
  return Math.floor(time / dayMs) * dayMs
}
