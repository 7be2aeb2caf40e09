import type { Batch, Write } from '@billfold/core/storage'
import type { Target } from '../sql/dialect.ts'
import { inLockOrder } from './lock-order.ts'
import { shapeOf } from '../sql/shapes.ts'
import { batchInsert, type Statement, valuesOf } from '../sql/statements.ts'
import { marksOf, writeText } from '../sql/write-text.ts'

/** More writes than this make a text that is dearer to read than the round trips that it saves. */
const mostWrites = 64

/** Counts the rows of a check. No column has such a name: a variable would hide it. */
const counted = 'billfold_counted_rows'

const refuse = `signal sqlstate '45000' set message_text = 'a guard of billfold does not hold'`

/**
 * MariaDB's one statement for a whole batch: the transaction, its id and its writes, one after the other; undefined for a batch
 * of many writes. Whatever it fails with, nothing was applied. MySQL has no statement like it.
 */
export function compoundStatement(target: Target, batch: Batch): Statement | undefined {
  if (batch.writes.length > mostWrites) return undefined
  const writes = [batchInsert(batch), ...inLockOrder(batch.writes).map(({ write }) => write)]
  return {
    sql: target.texts(`compound ${writes.map(shapeOf).join(';')}`, () => compoundText(target, writes)),
    parameters: valuesOf(target, writes),
  }
}

function compoundText(target: Target, writes: readonly Write[]): string {
  return [
    `begin not atomic declare ${counted} int`,
    'declare exit handler for sqlexception begin rollback; resignal; end',
    'set transaction isolation level read committed',
    'start transaction',
    ...writes.flatMap((write) => guardedTexts(target, write)),
    'commit',
    'end',
  ].join('; ')
}

function guardedTexts(target: Target, write: Write): string[] {
  const text = writeText(target, write, marksOf(target))
  if (write.kind === 'insert' || write.expectedRows === 'any') return [text]
  const hits = write.expectedRows === 'one' ? 1 : 0
  if (write.kind !== 'check') return [text, `if row_count() <> ${hits} then ${refuse}`, 'end if']
  return [
    `select count(*) into ${counted} from (${text}) as checked`,
    `if ${counted} <> ${hits} then ${refuse}`,
    'end if',
  ]
}
