import type { Services } from '../../platform/services.ts'
import { type Insert, insert, type RowOf, update, type Write } from '../../kernel/storage/index.ts'
import { statementLines } from '../tables.ts'

/** A row of `statement_lines`: one line of a user's transaction list. */
export type StatementLineRow = RowOf<typeof statementLines>

/** The write that adds a line. */
export function statementLineWrite(row: StatementLineRow): Insert {
  return insert(statementLines, row)
}

/** The writes that update the state on the lines of all parties. */
export function statementStateWrites(id: string, parties: readonly (string | null)[], state: string): readonly Write[] {
  return parties
    .filter((userId) => userId !== null)
    .map((userId) => update(statementLines, { where: { userId, id }, set: { state } }))
}

/** Lists the lines of a user, newest first. `after` is the id of the last line of the previous page. */
export function listStatementLines(
  services: Services,
  userId: string,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<StatementLineRow[]> {
  return services.storage.find(statementLines, {
    where: { userId, ...(page.after !== undefined && { id: { lt: page.after } }) },
    orderBy: [['id', 'desc']],
    limit: page.limit,
    mayBeStale: true,
  })
}
