import { tryCommit, update } from '@billfold/core/storage'
import type { HolderContext } from '../settings.ts'
import { type HolderIssuanceRow, holderIssuances } from '../tables.ts'

/** Longer than an exchange with an issuer takes. */
const claimMs = 2 * 60 * 1000

/** Claims an issuance for a while, so that of several processes one asks its issuer. Returns false if another has it. */
export async function claimIssuance(
  { services }: HolderContext,
  { id, state, claimedUntil }: HolderIssuanceRow,
): Promise<boolean> {
  const now = services.now()
  if (claimedUntil > now) return false
  const where = { id, state, claimedUntil }
  return tryCommit(services, update(holderIssuances, { where, set: { claimedUntil: now + claimMs } }))
}
