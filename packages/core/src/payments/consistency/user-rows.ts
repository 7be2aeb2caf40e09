import { setImmediate } from 'node:timers/promises'
import type { RowOf, Table, Where } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import {
  type Line,
  type ReportedPayment,
  type ReportedTransaction,
  reportedLines,
  reportedPayments,
  reportedTransactions,
} from './statement-columns.ts'

/** Users by their ids: those after `gt`, before `lt`, and up to `lte`. */
export interface UserRange {
  readonly gt: string
  readonly lt?: string
  readonly lte?: string
}

/** All that the statements of some users report, and the statements. */
export interface UserRows {
  readonly lines: readonly Line[]
  readonly sent: readonly ReportedPayment[]
  readonly received: readonly ReportedPayment[]
  readonly funded: readonly ReportedTransaction[]
}

/** Maximum number of rows of a kind that are read at once. */
export const maxUserRows = 1000

/** Too many rows in a range: of one user, or of several, who can be parted after `split`. */
export type CrowdedRange = { readonly user: string } | { readonly split: string }

/** Reads the rows of the users in a range, unless there are too many. */
export async function readUserRows(services: Services, range: UserRange): Promise<UserRows | CrowdedRange> {
  const { storage } = services
  // Some storages resolve without I/O, so each of the reads begins in another turn of the event loop.
  const read = async <T extends Table>(turn: number, table: T, where: Where<RowOf<T>>): Promise<RowOf<T>[]> => {
    for (let at = 0; at < turn; at++) await setImmediate()
    return storage.find(table, { where, limit: maxUserRows })
  }
  const [lines, sent, received, funded] = await Promise.all([
    read(0, reportedLines, { userId: range }),
    read(1, reportedPayments, { senderId: range }),
    read(2, reportedPayments, { receiverId: range }),
    read(3, reportedTransactions, { userId: range }),
  ])
  const users = [
    lines.map(({ userId }) => userId),
    sent.map(({ senderId }) => senderId),
    received.map(({ receiverId }) => receiverId ?? ''),
    funded.map(({ userId }) => userId),
  ]
  const crowd = users.find((ids) => ids.length === maxUserRows)
  return crowd === undefined ? { lines, sent, received, funded } : toCrowdedRange(crowd)
}

/** Parts users in the middle, so that both sides have some. */
function toCrowdedRange(users: readonly string[]): CrowdedRange {
  const sorted = users.toSorted()
  const [middle = '', last] = [sorted[maxUserRows / 2], sorted.at(-1)]
  if (middle !== last) return { split: middle }
  const split = sorted.findLast((user) => user !== middle)
  return split === undefined ? { user: middle } : { split }
}
