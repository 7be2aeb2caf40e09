import type { Batch, Write } from '@billfold/core/storage'
import { toCacheKey } from '../sql/cache-key.ts'
import type { Target } from '../sql/dialect.ts'
import { causalSql } from '../sql/cluster.ts'
import { batchIdInsert, parametersFor, type Statement } from '../sql/statements.ts'
import { placeholdersFor, writeSql } from '../sql/write-sql.ts'
import { sortForLocking } from './lock-order.ts'

/** Beyond this, parsing the text costs more than the round trips it saves. */
export const maxCompoundWrites = 64

/** Variable for the row count of a check. It must not equal a column name, which it would hide. */
const rowCount = 'billfold_counted_rows'

const signalFailure = `signal sqlstate '45000' set message_text = 'a condition of billfold failed'`

/**
 * Builds the MariaDB compound statement of a whole batch: transaction, batch id and writes in order. Returns undefined for
 * large batches. If it fails, nothing was applied. MySQL has no such statement.
 */
export function compoundStatement(target: Target, batch: Batch): Statement | undefined {
  if (batch.writes.length > maxCompoundWrites) return undefined
  const writes = [batchIdInsert(batch), ...sortForLocking(batch.writes).map(({ write }) => write)]
  return {
    sql: target.statements(`compound ${writes.map(toCacheKey).join(';')}`, () =>
      causalSql(target.cluster, compoundSql(target, writes)),
    ),
    parameters: parametersFor(target, writes),
  }
}

function compoundSql(target: Target, writes: readonly Write[]): string {
  return [
    `begin not atomic declare ${rowCount} int`,
    'declare exit handler for sqlexception begin rollback; resignal; end',
    'set transaction isolation level read committed',
    'start transaction',
    ...writes.flatMap((write) => conditionalSql(target, write)),
    'commit',
    'end',
  ].join('; ')
}

function conditionalSql(target: Target, write: Write): string[] {
  const sql = writeSql(target, write, placeholdersFor(target))
  if (write.kind === 'insert' || write.expectedRows === 'any') return [sql]
  const expected = write.expectedRows === 'one' ? 1 : 0
  if (write.kind !== 'check') return [sql, `if row_count() <> ${expected} then ${signalFailure}`, 'end if']
  return [
    `select count(*) into ${rowCount} from (${sql}) as checked`,
    `if ${rowCount} <> ${expected} then ${signalFailure}`,
    'end if',
  ]
}
