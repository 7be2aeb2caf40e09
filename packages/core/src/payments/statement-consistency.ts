import type { RowOf, Where } from '../kernel/storage/index.ts'
import type { Services } from '../platform/services.ts'
import { ledgerEntries, ledgerTransfers } from './ledger/index.ts'
import { paginate } from './ledger/paginate.ts'
import { gatewayTransactions, paymentProfiles, payments, statementLines } from './tables.ts'

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

/**
 * Compares the statement lines of all users with the payments, the deposits and withdrawals, and the grants. Reports
 * changed and invented lines, and missing ones.
 */
export async function checkStatements(services: Services): Promise<readonly StatementFault[]> {
  const faults: StatementFault[] = []
  const where = (after: string | undefined): { userId?: { gt: string } } =>
    after === undefined ? {} : { userId: { gt: after } }
  for await (const profiles of paginate(services.storage, paymentProfiles, 'userId', where, ({ userId }) => userId))
    for (let from = 0; from < profiles.length; from += usersPerQuery) {
      const userIds = profiles.slice(from, from + usersPerQuery).map(({ userId }) => userId)
      for await (const lines of linePages(services, userIds)) faults.push(...(await findFalseLines(services, lines)))
    }
  for await (const rows of paginate(services.storage, payments, 'id', afterId, ({ id }) => id))
    faults.push(...(await findMissingLines(services, rows.flatMap(paymentLines))))
  for await (const rows of paginate(services.storage, gatewayTransactions, 'id', afterId, ({ id }) => id))
    faults.push(...(await findMissingLines(services, rows.map(transactionLine))))
  return faults
}

function afterId(after: string | undefined): { readonly id?: { readonly gt: string } } {
  return after === undefined ? {} : { id: { gt: after } }
}

async function* linePages({ storage }: Services, userIds: readonly string[]): AsyncGenerator<Line[]> {
  for (let offset = 0; ; offset += linesPerPage) {
    const lines = await storage.find(statementLines, {
      where: { userId: { in: userIds } },
      orderBy: [
        ['userId', 'asc'],
        ['id', 'asc'],
      ],
      limit: linesPerPage,
      offset,
    })
    yield lines
    if (lines.length < linesPerPage) return
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
  const [paid, funded, granted] = [
    await storage.find(payments, { where }),
    await storage.find(gatewayTransactions, { where }),
    await storage.find(ledgerTransfers, { where: { ...where, kind: 'grant' } }),
  ]
  const grants = await Promise.all(granted.map((transfer) => grantLine(services, transfer)))
  const expected = [...paid.flatMap(paymentLines), ...funded.map(transactionLine), ...grants.flat()]
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

async function grantLine(
  { storage }: Services,
  { id, tenant, subject: userId, currency, at }: RowOf<typeof ledgerTransfers>,
): Promise<readonly Line[]> {
  const where: Where<RowOf<typeof ledgerEntries>> = { transferId: id, amount: { gt: 0n } }
  const [entry] = await storage.find(ledgerEntries, { where, limit: 1 })
  const line = { id, tenant, userId, kind: 'grant', direction: 'credit', counterpartyId: null, currency, at }
  return entry === undefined ? [] : [{ ...line, amount: entry.amount, state: 'completed' }]
}

function toKey({ userId, id }: Pick<Line, 'userId' | 'id'>): string {
  return `${userId} ${id}`
}

/** What a user sees, and what the line is listed by. The time of a grant's line and of its transfer can differ. */
function toText({ tenant, kind, direction, counterpartyId, currency, amount, state }: Line): string {
  return JSON.stringify([tenant, kind, direction, counterpartyId, currency, String(amount), state])
}
