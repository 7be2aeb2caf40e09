import type { Services } from '../services.ts'
import { type Insert, insert, type RowOf, update, type Write } from '../storage/index.ts'
import { statementRows } from './tables.ts'

/** A row of `statement_lines`: one line of a user's transaction list. */
export type StatementRow = RowOf<typeof statementRows>

/** The write that adds a line. */
export function statementRow(row: StatementRow): Insert {
  return insert(statementRows, row)
}

/** The writes that update the state on the lines of all parties. */
export function statementState(id: string, parties: readonly (string | null)[], state: string): readonly Write[] {
  return parties
    .filter((userId) => userId !== null)
    .map((userId) => update(statementRows, { where: { userId, id }, set: { state } }))
}

/** Lists the lines of a user, newest first. `after` is the id of the last line of the previous page. */
export function statementOf(
  services: Services,
  userId: string,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<StatementRow[]> {
  return services.storage.find(statementRows, {
    where: { userId, ...(page.after !== undefined && { id: { lt: page.after } }) },
    orderBy: [['id', 'desc']],
    limit: page.limit,
  })
}
