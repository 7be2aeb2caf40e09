import { newId, tables } from '@billfold/core'
import type { Table } from '@billfold/core/storage'
import type { AnyTables } from '@billfold/test-databases'
import type { Kysely } from 'kysely'

type Cells = Readonly<Record<string, string | number | boolean | Uint8Array | null>>

/** What one user adds to the database: a paid deposit, a completed payment to the next user, a wallet, audit records. */
export interface GrowthUser {
  readonly id: string
  readonly reference: string
  readonly walletId: string
  readonly address: string
  readonly paymentId: string
}

const tenant = 'default'
const currency = 'USD'
const usersPerInsert = 250
const actions = ['user.created', 'wallet.created', 'payment.completed'] as const

/** The names of the accounts of a user. They are hashes in real life, of the same length. */
const accountId = (kind: string, user: string): string => `${kind}-${user}`.padEnd(43, '0').slice(0, 43)
const gatewayId = accountId('gateway', 'all')

/** Users in a ring: each pays the next one. */
export function createGrowthUsers(count: number): readonly GrowthUser[] {
  return Array.from({ length: count }, (_, at) => {
    const id = newId()
    const address = `0x${id.replaceAll('-', '').padEnd(40, '0')}`
    return { id, reference: `reference-${at}`, walletId: newId(), address, paymentId: newId() }
  })
}

/**
 * Inserts the rows of users from `from` to `to`, and sets the balance of the gateway to what they got. The ledger balances, and
 * the consistency check finds nothing.
 */
export async function insertGrowth(
  db: Kysely<AnyTables>,
  dialect: string,
  users: readonly GrowthUser[],
  from: number,
  to: number,
): Promise<void> {
  for (let start = from; start < to; start += usersPerInsert) {
    const part = users.slice(start, Math.min(to, start + usersPerInsert))
    const rows = new Map<string, Cells[]>()
    for (const [at, user] of part.entries()) {
      const next = users[(start + at + 1) % users.length] ?? user
      for (const [table, cells] of rowsOf(user, next)) {
        const list = rows.get(table) ?? []
        list.push(cells)
        rows.set(table, list)
      }
    }
    if (start === 0) rows.set('ledger_accounts', [...(rows.get('ledger_accounts') ?? []), gatewayAccount(users.length)])
    for (const [table, cells] of rows) await insertRows(db, dialect, getTable(table), cells)
  }
}

function gatewayAccount(count: number): Cells {
  const account = { tenant, kind: 'gateway', owner: '', currency, shard: 0, createdAt: 1 }
  return { id: gatewayId, ...account, balance: String(-100 * count), entries: count }
}

/** One deposit of 100 in, one payment of 40 out and one in. */
function rowsOf(user: GrowthUser, next: GrowthUser): readonly (readonly [string, Cells])[] {
  const { id: userId, reference, walletId, address, paymentId } = user
  const now = Date.now()
  const at = now
  const [depositId, depositTransfer, holdTransfer, captureTransfer] = [newId(), newId(), newId(), newId()]
  const available = accountId('a', userId)
  const held = accountId('h', userId)
  const account = { tenant, owner: userId, currency, shard: 0, createdAt: now }
  const transfer = { tenant, currency, at }
  const entry = (transferId: string, position: number, to: string, amount: number): readonly [string, Cells] => [
    'ledger_entries',
    { transferId, position, tenant, accountId: to, amount: String(amount) },
  ]
  const line = { tenant, currency, state: 'completed', at }
  const payment = { id: paymentId, kind: 'payment', amount: '40', ...line }
  return [
    ['users', { id: userId, tenant, reference, origin: 'custody', createdAt: now, archivedAt: null }],
    ['payment_profiles', { userId, tenant, sealedProfile: new Uint8Array(200), proofKey: null, ...counters(now) }],
    ['wallets', walletCells(walletId, userId, address, now)],
    ['ledger_accounts', { id: available, kind: 'available', ...account, balance: '100', entries: 3 }],
    ['ledger_accounts', { id: held, kind: 'held', ...account, balance: '0', entries: 2 }],
    ['ledger_transfers', { id: depositTransfer, kind: 'deposit', subject: depositId, ...transfer }],
    ['ledger_transfers', { id: holdTransfer, kind: 'payment.held', subject: paymentId, ...transfer }],
    ['ledger_transfers', { id: captureTransfer, kind: 'payment.completed', subject: paymentId, ...transfer }],
    entry(depositTransfer, 0, gatewayId, -100),
    entry(depositTransfer, 1, available, 100),
    entry(holdTransfer, 0, available, -40),
    entry(holdTransfer, 1, held, 40),
    entry(captureTransfer, 0, held, -40),
    entry(captureTransfer, 1, accountId('a', next.id), 40),
    ['ledger_holds', holdCells(paymentId, userId, now)],
    ['payments', paymentCells(user, next, captureTransfer, now)],
    ['gateway_transactions', depositCells(depositId, userId, depositTransfer, now)],
    [
      'statement_lines',
      { userId, id: depositId, kind: 'deposit', direction: 'credit', counterpartyId: null, ...line, amount: '100' },
    ],
    ['statement_lines', { userId, direction: 'debit', counterpartyId: next.id, ...payment }],
    ['statement_lines', { userId: next.id, direction: 'credit', counterpartyId: userId, ...payment }],
    ...actions.map((action): readonly [string, Cells] => [
      'audit_records',
      { id: newId(), tenant, at, action, actor: `key-${userId.slice(-2)}`, subject: userId, detail: null, link: null },
    ]),
  ]
}

function counters(now: number): Cells {
  return { pendingPayments: 0, pendingTransactions: 0, version: 1, createdAt: now }
}

function walletCells(id: string, userId: string, address: string, now: number): Cells {
  const names = { identifier: `identifier-${userId}`, description: `the wallet of ${userId}` }
  const key = { derivationPath: `m/${id}`, publicKey: new Uint8Array(33), generation: 1, sealedKey: new Uint8Array(60) }
  const owner = { tenant, ownerId: userId, userId, userOrigin: 'custody', secretType: 'ETHEREUM', address }
  return { id, ...owner, ...names, ...key, primary: true, createdAt: now, archivedAt: null }
}

function holdCells(id: string, owner: string, now: number): Cells {
  return {
    id,
    tenant,
    owner,
    currency,
    amount: '40',
    state: 'captured',
    subject: 'payment',
    createdAt: now,
    endedAt: now,
  }
}

function paymentCells(
  { id: senderId, paymentId: id }: GrowthUser,
  next: GrowthUser,
  transferId: string,
  now: number,
): Cells {
  const parties = { tenant, senderId, receiverId: next.id, inviteeIndex: null, proofKey: null }
  const times = { senderConfirmedAt: now, receiverConfirmedAt: now, createdAt: now, expiresAt: now + 1, endedAt: now }
  return { id, ...parties, currency, amount: '40', state: 'completed', transferId, ...times, version: 3 }
}

function depositCells(id: string, userId: string, transferId: string, now: number): Cells {
  const reference = { caller: 'gateway', referenceIndex: id.padEnd(43, '0'), sealedDetails: new Uint8Array(90) }
  const money = { type: 'DEPOSIT', currency, amount: '100', state: 'SUCCESS', transferId }
  return { id, tenant, userId, ...reference, ...money, createdAt: now, endedAt: now, version: 2 }
}

async function insertRows(db: Kysely<AnyTables>, dialect: string, table: Table, rows: readonly Cells[]): Promise<void> {
  const columns = Object.keys(table.columns)
  const values = rows.map((row) =>
    Object.fromEntries(columns.map((name) => [toSnakeCase(name), toParameter(dialect, row[name] ?? null)])),
  )
  const perInsert = Math.floor(30_000 / columns.length)
  for (let from = 0; from < values.length; from += perInsert)
    await db
      .insertInto(`billfold_${table.name}`)
      .values(values.slice(from, from + perInsert))
      .execute()
}

function toParameter(dialect: string, value: Cells[string] | null): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value)
  return dialect === 'mysql' && typeof value === 'boolean' ? Number(value) : value
}

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function getTable(name: string): Table {
  const table = tables.find((each) => each.name === name)
  if (table === undefined) throw new Error(`there is no table ${name}`)
  return table
}
