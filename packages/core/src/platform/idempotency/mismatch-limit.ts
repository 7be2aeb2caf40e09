import { auditWrite } from '../audit/audit-write.ts'
import { tryCommit, type RowOf, type Storage, update } from '../../kernel/storage/index.ts'
import { idempotencyKeys } from './table.ts'

/**
 * The number of requests with another fingerprint that are accepted per key. The compared request may contain a PIN,
 * and the comparison runs before the route counts a failed attempt. So at most this many values can be tried against
 * one key.
 */
export const maxMismatches = 5

type KeyRow = RowOf<typeof idempotencyKeys>

/**
 * Returns true once the mismatch limit is reached. From then on every request with this key is rejected, including a
 * correct one.
 */
export function isMismatchLimitReached({ mismatches }: Pick<KeyRow, 'mismatches'>): boolean {
  return mismatches >= maxMismatches
}

/**
 * Records a comparison before its result is used. A match adds nothing, but updates the row under the same condition.
 * So with concurrent requests, none gets the reply that was compared before the last mismatch was recorded. Returns
 * false if another comparison was recorded concurrently; the caller then tries again. The mismatch that reaches the
 * limit deletes the stored reply and writes an audit log entry.
 */
export function recordComparison(
  { storage, now }: { readonly storage: Storage; readonly now: () => number },
  { tenant, caller, route }: { readonly tenant: string; readonly caller: string; readonly route: string },
  { id, leaseId, mismatches }: KeyRow,
  isMatch: boolean,
): Promise<boolean> {
  const where = { id, leaseId: leaseId, mismatches }
  const add = { mismatches: isMatch ? 0 : 1 }
  if (!isMismatchLimitReached({ mismatches: mismatches + add.mismatches }))
    return tryCommit({ storage }, update(idempotencyKeys, { where, add }))
  return tryCommit(
    { storage },
    update(idempotencyKeys, { where, set: { reply: null }, add }),
    auditWrite({ tenant, id: caller }, 'idempotency-key.mismatch-limit-reached', id, now(), { route }),
  )
}
