import { type RowOf, selectColumns } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import { ledgerEntries, ledgerTransfers } from '../ledger/index.ts'
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

/** A statement line that is missing, or that differs from what it reports. */
export interface StatementFault {
  readonly finding: 'statement-mismatch' | 'statement-missing'
  readonly tenant: string
  /** Id of the payment, the transaction or the transfer. */
  readonly subject: string
  readonly detail: string
}

/** The key of a line: the user, and what it reports. */
export type LineKey = Pick<Line, 'userId' | 'id'>

const grantTransfers = selectColumns(ledgerTransfers, ({ id, tenant, kind, currency, subject }) => {
  return { id, tenant, kind, currency, subject }
})
const entryAmounts = selectColumns(ledgerEntries, ({ transferId, amount }) => ({ transferId, amount }))

/** Lines per query of suspicious lines of several users. */
const linesPerQuery = 200

/** Maximum number of reads of lines that differ: what they report may have changed between two reads. */
const maxReads = 20

/** The lines by their keys. */
export function toLineMap(lines: readonly Line[]): Map<string, Line> {
  return new Map(lines.map((line) => [toKey(line), line]))
}

/** The text that identifies a line. */
export function toKey({ userId, id }: LineKey): string {
  return `${userId} ${id}`
}

/** Compares the lines of these keys with what they report. Returns the faults that remain when all is read again. */
export async function compareLines(services: Services, keys: readonly LineKey[]): Promise<readonly StatementFault[]> {
  const faults: StatementFault[] = []
  for (let from = 0; from < keys.length; from += linesPerQuery)
    faults.push(...(await comparePart(services, keys.slice(from, from + linesPerQuery))))
  return faults
}

/** Returns the lines that differ from what they report. Not final: they were read at different times. */
export async function findDiffering(services: Services, lines: readonly Line[]): Promise<readonly Line[]> {
  const expected = await listExpected(services, lines)
  return lines.filter((line) => !isEqual(line, expected.get(toKey(line))))
}

/** Returns the lines that do not exist. Not final either. */
export async function findMissing(services: Services, lines: readonly Line[]): Promise<readonly Line[]> {
  const found = await readLines(services, lines)
  return lines.filter((line) => !found.has(toKey(line)))
}

async function comparePart(services: Services, keys: readonly LineKey[]): Promise<readonly StatementFault[]> {
  let suspicious = keys
  for (let read = 0; read < maxReads && suspicious.length > 0; read++) {
    const before = await readLines(services, suspicious)
    const expected = await listExpected(services, suspicious)
    suspicious = suspicious.filter((key) => !isEqual(before.get(toKey(key)), expected.get(toKey(key))))
    if (suspicious.length === 0) break
    // A commit changes both at once: a line that is the same before and after cannot have been about to change.
    const after = await readLines(services, suspicious)
    const isStable = suspicious.every((key) => isEqual(before.get(toKey(key)), after.get(toKey(key))))
    if (isStable) return suspicious.flatMap((key) => toFault(after.get(toKey(key)), expected.get(toKey(key))))
  }
  return []
}

function isEqual(one: Line | undefined, other: Line | undefined): boolean {
  return one === undefined || other === undefined ? one === other : isSameLine(one, other)
}

function toFault(line: Line | undefined, expected: Line | undefined): StatementFault[] {
  if (line !== undefined) {
    const { tenant, id: subject, userId } = line
    return [{ finding: 'statement-mismatch', tenant, subject, detail: `line of the user ${userId}` }]
  }
  if (expected === undefined) return []
  const { tenant, id: subject, userId } = expected
  return [{ finding: 'statement-missing', tenant, subject, detail: `of the user ${userId}` }]
}

async function readLines({ storage }: Services, keys: readonly LineKey[]): Promise<ReadonlyMap<string, Line>> {
  const userId = { in: [...new Set(keys.map((key) => key.userId))] }
  const id = { in: [...new Set(keys.map((key) => key.id))] }
  return toLineMap(await storage.find(reportedLines, { where: { userId, id } }))
}

/** The lines as they must be, by key, of what these keys name. */
async function listExpected(services: Services, keys: readonly LineKey[]): Promise<ReadonlyMap<string, Line>> {
  const { storage } = services
  const ids = [...new Set(keys.map(({ id }) => id))]
  const where = { id: { in: ids } }
  const [paid, funded, grants] = await Promise.all([
    storage.find(reportedPayments, { where }),
    storage.find(reportedTransactions, { where }),
    listGrantLines(services, ids),
  ])
  const received = paid.map(receivedLine).filter((line) => line !== undefined)
  return toLineMap([...paid.map(sentLine), ...received, ...funded.map(transactionLine), ...grants])
}

/** The lines of the opening grants among these transfers. */
export async function listGrantLines({ storage }: Services, ids: readonly string[]): Promise<readonly Line[]> {
  const transfers = await storage.find(grantTransfers, { where: { id: { in: ids }, kind: 'grant' } })
  if (transfers.length === 0) return []
  const entries = await storage.find(entryAmounts, {
    where: { transferId: { in: transfers.map(({ id }) => id) }, amount: { gt: 0n } },
  })
  const amounts = new Map(entries.map(({ transferId, amount }) => [transferId, amount]))
  return transfers.flatMap((transfer) => toGrantLine(transfer, amounts.get(transfer.id)) ?? [])
}

function toGrantLine(transfer: RowOf<typeof grantTransfers>, amount: bigint | undefined): Line | undefined {
  const { id, tenant, subject: userId, currency } = transfer
  if (amount === undefined) return undefined
  const money = { currency, amount, state: 'completed' }
  return { userId, id, tenant, kind: 'grant', direction: 'credit', counterpartyId: null, ...money }
}
