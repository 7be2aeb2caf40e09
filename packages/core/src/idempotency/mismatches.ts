import { auditRecord } from '../audit/record.ts'
import { committed, type RowOf, type Storage, update } from '../storage/index.ts'
import { idempotencyKeys } from './table.ts'

/**
 * How many other requests may come under a key. What is asked may hold a PIN, and whether it is the same is told before the route
 * counts an attempt: so this many values can be tried under a key, and no more.
 */
export const mostMismatches = 5

type KeyRow = RowOf<typeof idempotencyKeys>

/** Whether no request under the key is answered otherwise any more, the right one neither. */
export function isExhausted({ mismatches }: Pick<KeyRow, 'mismatches'>): boolean {
  return mismatches >= mostMismatches
}

/**
 * Counts a comparison before it is answered. The right one adds nothing, but writes to the same row under the same condition: so of
 * many at once none is answered that was compared before the last one counted. False where others were counted meanwhile: then it
 * is to be looked at anew. The last one drops the reply, and is told to the audit trail.
 */
export function counted(
  { storage, now }: { readonly storage: Storage; readonly now: () => number },
  { tenant, caller, route }: { readonly tenant: string; readonly caller: string; readonly route: string },
  { id, holder, mismatches }: KeyRow,
  isSame: boolean,
): Promise<boolean> {
  const where = { id, holder, mismatches }
  const add = { mismatches: isSame ? 0 : 1 }
  if (!isExhausted({ mismatches: mismatches + add.mismatches }))
    return committed({ storage }, update(idempotencyKeys, { where, add }))
  return committed(
    { storage },
    update(idempotencyKeys, { where, set: { reply: null }, add }),
    auditRecord({ tenant, id: caller }, 'idempotency-key.guessed', id, now(), { route }),
  )
}
