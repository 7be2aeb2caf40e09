import type { Services } from '../../platform/services.ts'
import { afterId } from '../ledger/index.ts'
import { paginate } from '../ledger/paginate.ts'
import {
  isSameLine,
  type Line,
  receivedLine,
  reportedLines,
  reportedPayments,
  reportedTransactions,
  sentLine,
  transactionLine,
} from './statement-columns.ts'
import {
  compareLines,
  findDiffering,
  findMissing,
  listGrantLines,
  type StatementFault,
  toKey,
  toLineMap,
} from './statements.ts'
import { readUserRows, type UserRange, type UserRows } from './user-rows.ts'

/** What was found about the statements of some users, and how many payments and transactions of each are pending. */
export class UserStatements {
  readonly faults: StatementFault[] = []
  readonly pendingPayments = new Map<string, number>()
  readonly pendingTransactions = new Map<string, number>()
  /** True if the users had more rows than are read at once. */
  isCrowded = false

  addSent(rows: UserRows['sent']): void {
    for (const { senderId, state } of rows) if (state === 'pending') increment(this.pendingPayments, senderId)
  }

  addFunded(rows: UserRows['funded']): void {
    for (const { userId, state } of rows) if (state === 'PENDING') increment(this.pendingTransactions, userId)
  }
}

function increment(counts: Map<string, number>, user: string): void {
  counts.set(user, (counts.get(user) ?? 0) + 1)
}

/**
 * Compares the statements of the users in a range with what they report: finds changed, invented and missing lines. Finds them too for
 * users without a profile.
 */
export async function checkStatements(services: Services, range: UserRange, found: UserStatements): Promise<void> {
  const rows = await readUserRows(services, range)
  if ('lines' in rows) {
    found.addSent(rows.sent)
    found.addFunded(rows.funded)
    found.faults.push(...(await compareLines(services, await findSuspicious(services, rows))))
    return
  }
  found.isCrowded = true
  if ('split' in rows) {
    await checkStatements(services, { gt: range.gt, lte: rows.split }, found)
  } else {
    await checkStatements(services, { gt: range.gt, lt: rows.user }, found)
    await checkLargeStatement(services, rows.user, found)
  }
  await checkStatements(services, { ...range, gt: 'split' in rows ? rows.split : rows.user }, found)
}

/** Returns the lines that do not match. Not final: the rows were read at different times. */
async function findSuspicious(services: Services, rows: UserRows): Promise<readonly Line[]> {
  const lines = toLineMap(rows.lines)
  const suspicious: Line[] = []
  const compare = (expected: Line | undefined): void => {
    if (expected === undefined) return
    const key = toKey(expected)
    const line = lines.get(key)
    lines.delete(key)
    if (line === undefined || !isSameLine(line, expected)) suspicious.push(expected)
  }
  for (const row of rows.sent) compare(sentLine(row))
  for (const row of rows.received) compare(receivedLine(row))
  for (const row of rows.funded) compare(transactionLine(row))
  const grants = [...lines.values()].filter(({ kind }) => kind === 'grant')
  if (grants.length > 0)
    for (const line of await listGrantLines(
      services,
      grants.map(({ id }) => id),
    ))
      compare(line)
  return [...suspicious, ...lines.values()]
}

/** The states of a payment. The indexes have the payments of a user by state and id. */
const paymentStates = ['pending', 'completed', 'expired', 'cancelled']

/** Compares a statement of any size with what it reports, page by page. */
async function checkLargeStatement(services: Services, userId: string, found: UserStatements): Promise<void> {
  const { storage } = services
  const ofUser = (after: string | undefined) => ({ userId, ...afterId(after) })
  const compare = async (lines: readonly Line[]): Promise<void> => {
    found.faults.push(...(await compareLines(services, lines)))
  }
  for await (const page of paginate(storage, reportedLines, 'id', ofUser, ({ id }) => id))
    await compare(await findDiffering(services, page))
  const compareMissing = async (expected: readonly (Line | undefined)[]): Promise<void> => {
    const lines = expected.filter((line) => line !== undefined)
    await compare(await findMissing(services, lines))
  }
  for (const state of paymentStates) {
    const sent = (after: string | undefined) => ({ senderId: userId, state, ...afterId(after) })
    for await (const page of paginate(storage, reportedPayments, 'id', sent, ({ id }) => id)) {
      found.addSent(page)
      await compareMissing(page.map(sentLine))
    }
    const received = (after: string | undefined) => ({ receiverId: userId, state, ...afterId(after) })
    for await (const page of paginate(storage, reportedPayments, 'id', received, ({ id }) => id))
      await compareMissing(page.map(receivedLine))
  }
  for await (const page of paginate(storage, reportedTransactions, 'id', ofUser, ({ id }) => id)) {
    found.addFunded(page)
    await compareMissing(page.map(transactionLine))
  }
}
