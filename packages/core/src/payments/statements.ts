import type { Services } from '../services.ts'
import { type Insert, insert, type RowOf, update, type Write } from '../storage/index.ts'
import { statementRows } from './tables.ts'

/** A line of a user's list of transactions. */
export type StatementRow = RowOf<typeof statementRows>

/** The write that adds a line. */
export function statementRow(row: StatementRow): Insert {
  return insert(statementRows, row)
}

/** The writes that bring the lines of all parties up to date. */
export function statementState(id: string, parties: readonly (string | null)[], state: string): readonly Write[] {
  return parties
    .filter((userId) => userId !== null)
    .map((userId) => update(statementRows, { where: { userId, id }, set: { state } }))
}

/** The lines of a user, newest first; `after` is the id of the last one seen. */
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
