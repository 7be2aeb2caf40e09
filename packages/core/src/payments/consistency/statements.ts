import type { RowOf, Where } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import { ledgerEntries, ledgerTransfers } from '../ledger/index.ts'
import { gatewayTransactions, payments, statementLines } from '../tables.ts'

type Line = RowOf<typeof statementLines>

/** A statement line that is missing, or that differs from what it reports. */
export interface StatementFault {
  readonly finding: 'statement-mismatch' | 'statement-missing'
  readonly tenant: string
  /** Id of the payment, the transaction or the transfer. */
  readonly subject: string
  readonly detail: string
}

/** Number of users per query, and of lines per page. */
const usersPerQuery = 200
const linesPerPage = 1000

/** Maximum number of reads of lines that differ: what they report may have changed between two reads. */
const maxReads = 20

/** Compares the statement lines of some users with what they report: finds changed and invented lines. */
export async function findFalseStatementLines(
  services: Services,
  userIds: readonly string[],
): Promise<readonly StatementFault[]> {
  const faults: StatementFault[] = []
  for await (const lines of linePages(services, userIds)) faults.push(...(await findFalseLines(services, lines)))
  return faults
}

/** Finds the lines of statements that some payments lack. */
export function findMissingPaymentLines(
  services: Services,
  rows: readonly RowOf<typeof payments>[],
): Promise<readonly StatementFault[]> {
  return findMissingLines(services, rows.flatMap(paymentLines))
}

/** Finds the lines of statements that some deposits and withdrawals lack. */
export function findMissingTransactionLines(
  services: Services,
  rows: readonly RowOf<typeof gatewayTransactions>[],
): Promise<readonly StatementFault[]> {
  return findMissingLines(services, rows.map(transactionLine))
}

/** Reads the lines of users by key: after a full page, first the rest of its last user, then the users after that one. */
async function* linePages({ storage }: Services, userIds: readonly string[]): AsyncGenerator<Line[]> {
  const orderBy = [
    ['userId', 'asc'],
    ['id', 'asc'],
  ] as const
  let others = userIds
  let partial: { readonly userId: string; readonly id: string } | undefined
  for (;;) {
    const where: Where<Line> =
      partial === undefined ? { userId: { in: others } } : { userId: partial.userId, id: { gt: partial.id } }
    const lines = await storage.find(statementLines, { where, orderBy, limit: linesPerPage })
    yield lines
    const last = lines.length < linesPerPage ? undefined : lines.at(-1)
    if (last === undefined && (partial === undefined || others.length === 0)) return
    if (last !== undefined) others = others.filter((userId) => userId > last.userId)
    partial = last
  }
}

/** Returns the faults of lines that still differ when they are read again with what they report. */
async function findFalseLines(services: Services, lines: readonly Line[]): Promise<readonly StatementFault[]> {
  let suspicious = lines
  for (let read = 0; read < maxReads; read++) {
    const expected = await listExpected(services, suspicious)
    const isFalse = (line: Line): boolean => toText(line) !== expected.get(toKey(line))
    const differing = suspicious.filter(isFalse)
    if (differing.length === 0) return []
    // A commit changes both at once: a line that is the same before and after cannot have been about to change.
    const now = await readLines(services, differing)
    const before = new Map(differing.map((line) => [toKey(line), toText(line)]))
    const unchanged = now.filter((line) => before.get(toKey(line)) === toText(line))
    if (unchanged.length === now.length) return unchanged.map(toMismatch)
    suspicious = now
  }
  return []
}

function toMismatch({ id, tenant, userId }: Line): StatementFault {
  return { finding: 'statement-mismatch', tenant, subject: id, detail: `line of the user ${userId}` }
}

async function findMissingLines(services: Services, expected: readonly Line[]): Promise<readonly StatementFault[]> {
  const found = new Set((await readLines(services, expected)).map(toKey))
  return expected
    .filter((line) => !found.has(toKey(line)))
    .map(({ id, tenant, userId }) => ({
      finding: 'statement-missing',
      tenant,
      subject: id,
      detail: `of the user ${userId}`,
    }))
}

async function readLines({ storage }: Services, wanted: readonly Line[]): Promise<readonly Line[]> {
  const rows: Line[] = []
  const keys = new Set(wanted.map(toKey))
  for (let from = 0; from < wanted.length; from += usersPerQuery) {
    const part = wanted.slice(from, from + usersPerQuery)
    const userId = { in: [...new Set(part.map((line) => line.userId))] }
    const id = { in: [...new Set(part.map((line) => line.id))] }
    rows.push(...(await storage.find(statementLines, { where: { userId, id } })))
  }
  return rows.filter((line) => keys.delete(toKey(line)))
}

/** The lines as they must be, as text by key, for those of these lines that report something. */
async function listExpected(services: Services, lines: readonly Line[]): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(lines.map(({ id }) => id))]
  if (ids.length === 0) return new Map()
  const { storage } = services
  const where = { id: { in: ids } }
  const [paid, funded, granted] = await Promise.all([
    storage.find(payments, { where }),
    storage.find(gatewayTransactions, { where }),
    storage.find(ledgerTransfers, { where: { ...where, kind: 'grant' } }),
  ])
  const grants = await listGrantLines(services, granted)
  const expected = [...paid.flatMap(paymentLines), ...funded.map(transactionLine), ...grants]
  return new Map(expected.map((line) => [toKey(line), toText(line)]))
}

function paymentLines(row: RowOf<typeof payments>): readonly Line[] {
  const { id, tenant, senderId, receiverId, currency, amount, state, createdAt: at } = row
  const line = { id, tenant, kind: 'payment', currency, amount, state, at }
  const sent = { ...line, userId: senderId, direction: 'debit', counterpartyId: receiverId }
  if (receiverId === null) return [sent]
  return [sent, { ...line, userId: receiverId, direction: 'credit', counterpartyId: senderId }]
}

function transactionLine(row: RowOf<typeof gatewayTransactions>): Line {
  const { id, tenant, userId, type, currency, amount, createdAt: at } = row
  const state = row.state === 'SUCCESS' ? 'completed' : row.state.toLowerCase()
  const [kind, direction] = type === 'DEPOSIT' ? ['deposit', 'credit'] : ['withdrawal', 'debit']
  return { id, tenant, userId, kind, direction, counterpartyId: null, currency, amount, state, at }
}

async function listGrantLines(
  { storage }: Services,
  transfers: readonly RowOf<typeof ledgerTransfers>[],
): Promise<readonly Line[]> {
  if (transfers.length === 0) return []
  const entries = await storage.find(ledgerEntries, {
    where: { transferId: { in: transfers.map(({ id }) => id) }, amount: { gt: 0n } },
  })
  const amounts = new Map(entries.map(({ transferId, amount }) => [transferId, amount]))
  return transfers.flatMap(({ id, tenant, subject: userId, currency, at }) => {
    const amount = amounts.get(id)
    const line = { id, tenant, userId, kind: 'grant', direction: 'credit', counterpartyId: null, currency, at }
    return amount === undefined ? [] : [{ ...line, amount, state: 'completed' }]
  })
}

function toKey({ userId, id }: Pick<Line, 'userId' | 'id'>): string {
  return `${userId} ${id}`
}

/** What a user sees, and what the line is listed by. The time of a grant's line and of its transfer can differ. */
function toText({ tenant, kind, direction, counterpartyId, currency, amount, state }: Line): string {
  return JSON.stringify([tenant, kind, direction, counterpartyId, currency, String(amount), state])
}
