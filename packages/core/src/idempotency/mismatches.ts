import { auditRecord } from '../audit/record.ts'
import { committed, type RowOf, type Storage, update } from '../storage/index.ts'
import { idempotencyKeys } from './table.ts'

/**
 * The number of requests with another fingerprint that are accepted per key. The compared request may contain a PIN,
 * and the comparison runs before the route counts a failed attempt. So at most this many values can be tried against
 * one key.
 */
export const mostMismatches = 5

type KeyRow = RowOf<typeof idempotencyKeys>

/**
 * Returns true once the mismatch limit is reached. From then on every request with this key is rejected, including a
 * correct one.
 */
export function isExhausted({ mismatches }: Pick<KeyRow, 'mismatches'>): boolean {
  return mismatches >= mostMismatches
}

/**
 * Records a comparison before its result is used. A match adds nothing, but updates the row under the same condition.
 * So with concurrent requests, none gets the reply that was compared before the last mismatch was recorded. Returns
 * false if another comparison was recorded concurrently; the caller then tries again. The mismatch that reaches the
 * limit deletes the stored reply and writes an audit log entry.
 */
export function counted(
  { storage, now }: { readonly storage: Storage; readonly now: () => number },
  { tenant, caller, route }: { readonly tenant: string; readonly caller: string; readonly route: string },
  { id, holder, mismatches }: KeyRow,
  isMatch: boolean,
): Promise<boolean> {
  const where = { id, holder, mismatches }
  const add = { mismatches: isMatch ? 0 : 1 }
  if (!isExhausted({ mismatches: mismatches + add.mismatches }))
    return committed({ storage }, update(idempotencyKeys, { where, add }))
  return committed(
    { storage },
    update(idempotencyKeys, { where, set: { reply: null }, add }),
    auditRecord({ tenant, id: caller }, 'idempotency-key.guessed', id, now(), { route }),
  )
}
