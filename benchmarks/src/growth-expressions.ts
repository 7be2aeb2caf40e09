import type { GrowthSql } from './growth-sql.ts'

/** The cells of a row as SQL expressions, by column. */
export type RowExpressions = Readonly<Record<string, string | number>>

/** A row of a table. */
interface GrowthRow {
  readonly table: string
  readonly cells: RowExpressions
}

const [tenant, currency] = ["'default'", "'USD'"]
const createdAt = '1750000000000 + n'
const money = { tenant, currency }

/** The rows of one user: expressions over the number `n`, and over `columns`. `shared` are the rows of the tenant, for 0 to 15. */
export function rowsOfUser(
  { id, sha256, bytes }: GrowthSql,
  count: number,
): {
  readonly columns: RowExpressions
  readonly rows: readonly GrowthRow[]
  readonly shared: readonly GrowthRow[]
} {
  const accountOf = (kind: string, owner: string, shard: string): string =>
    sha256(`concat('["default","USD","${kind}","', ${owner}, '",', ${shard}, ']')`)
  const next = `(n % ${count} + 1)`
  const ids = { user_id: id(0, 'n'), wallet_id: id(1, 'n'), payment_id: id(2, 'n'), deposit_id: id(3, 'n') }
  const transfers = { deposited: id(4, 'n'), held: id(5, 'n'), captured: id(6, 'n') }
  const columns = {
    ...ids,
    ...transfers,
    next_id: id(0, next),
    available_account: accountOf('available', id(0, 'n'), '0'),
    held_account: accountOf('held', id(0, 'n'), '0'),
    next_account: accountOf('available', id(0, next), '0'),
    gateway_account: accountOf('gateway', "''", 'n % 16'),
  }
  const perShard = (amount: number): string => `${amount} * (select count(*) from billfold_users where ${shardOf} = n)`
  const shardOf = 'created_at % 16'
  const shared = {
    id: accountOf('gateway', "''", 'n'),
    ...money,
    kind: "'gateway'",
    owner: "''",
    shard: 'n',
    created_at: 1,
    balance: perShard(-100),
    entries: perShard(1),
  }
  return {
    columns,
    rows: [...userRows(id, bytes), ...ledgerRows, ...paymentRows(bytes)],
    shared: [{ table: 'ledger_accounts', cells: shared }],
  }
}

function userRows(id: GrowthSql['id'], bytes: GrowthSql['bytes']): readonly GrowthRow[] {
  const counters = { pending_payments: 0, pending_transactions: 0, version: 1, created_at: createdAt }
  const address = "concat('0x', md5(concat('address-', n)), substr(md5(concat('', n)), 1, 8))"
  const owner = { tenant, owner_id: 'user_id', user_id: 'user_id', user_origin: "'custody'" }
  const names = { identifier: "concat('identifier-', user_id)", description: "concat('the wallet of ', user_id)" }
  const key = { derivation_path: "concat('m/', n)", public_key: bytes(33), generation: 1, sealed_key: bytes(60) }
  const wallet = { id: 'wallet_id', secret_type: "'ETHEREUM'", address, account_type: 'null', archived_at: 'null' }
  const actions = ['user.created', 'wallet.created', 'payment.completed']
  const actor = "concat('key-', substr(md5(concat('', n)), 1, 2))"
  const record = { tenant, at: createdAt, actor, subject: 'user_id', detail: 'null', link: 'null' }
  return [
    {
      table: 'users',
      cells: {
        id: 'user_id',
        tenant,
        reference: "concat('reference-', n)",
        origin: "'custody'",
        created_at: createdAt,
        archived_at: 'null',
      },
    },
    {
      table: 'payment_profiles',
      cells: { user_id: 'user_id', tenant, sealed_profile: bytes(200), proof_key: 'null', ...counters },
    },
    { table: 'wallets', cells: { ...wallet, ...owner, ...names, ...key, created_at: createdAt, primary: 'true' } },
    ...actions.map((action, at) => ({
      table: 'audit_records',
      cells: { id: id(16 + at, 'n'), action: `'${action}'`, ...record },
    })),
  ]
}

/** A deposit of 100, a hold of 40, and its capture by the next user. */
const ledgerRows: readonly GrowthRow[] = (() => {
  const account = (id: string, kind: string, balance: number, entries: number): GrowthRow => {
    const owner = { owner: 'user_id', kind: `'${kind}'`, shard: 0 }
    return { table: 'ledger_accounts', cells: { id, ...money, ...owner, balance, entries, created_at: createdAt } }
  }
  const transfer = (id: string, kind: string, subject: string, from: string, to: string, amount: number) => [
    { table: 'ledger_transfers', cells: { id, ...money, kind: `'${kind}'`, subject, at: createdAt } },
    ...[from, to].map((account_id, position) => ({
      table: 'ledger_entries',
      cells: { transfer_id: id, position, tenant, account_id, amount: position === 0 ? -amount : amount },
    })),
  ]
  return [
    account('available_account', 'available', 100, 3),
    account('held_account', 'held', 0, 2),
    ...transfer('deposited', 'deposit', 'deposit_id', 'gateway_account', 'available_account', 100),
    ...transfer('held', 'payment.held', 'payment_id', 'available_account', 'held_account', 40),
    ...transfer('captured', 'payment.completed', 'payment_id', 'held_account', 'next_account', 40),
  ]
})()

function paymentRows(bytes: GrowthSql['bytes']): readonly GrowthRow[] {
  const ended = { created_at: createdAt, ended_at: createdAt }
  const parties = { sender_id: 'user_id', receiver_id: 'next_id', invitee_index: 'null', proof_key: 'null' }
  const confirmed = { sender_confirmed_at: createdAt, receiver_confirmed_at: createdAt, expires_at: createdAt }
  const reference = { caller: "'gateway'", reference_index: 'available_account', sealed_details: bytes(90) }
  return [
    {
      table: 'ledger_holds',
      cells: {
        id: 'payment_id',
        ...money,
        owner: 'user_id',
        amount: 40,
        state: "'captured'",
        subject: "'payment'",
        ...ended,
      },
    },
    {
      table: 'payments',
      cells: {
        id: 'payment_id',
        ...money,
        ...parties,
        ...confirmed,
        ...ended,
        amount: 40,
        state: "'completed'",
        transfer_id: 'captured',
        version: 3,
      },
    },
    {
      table: 'gateway_transactions',
      cells: {
        id: 'deposit_id',
        ...money,
        user_id: 'user_id',
        ...reference,
        type: "'DEPOSIT'",
        amount: 100,
        ...ended,
        state: "'SUCCESS'",
        transfer_id: 'deposited',
        version: 2,
      },
    },
    ...statementRows(),
  ]
}

/** The lines of a deposit and of a payment. */
function statementRows(): readonly GrowthRow[] {
  const line = { ...money, state: "'completed'", at: createdAt }
  const statement = (user_id: string, id: string, kind: string, direction: string, counterparty_id: string) => ({
    table: 'statement_lines',
    cells: {
      user_id,
      id,
      kind: `'${kind}'`,
      direction: `'${direction}'`,
      counterparty_id,
      ...line,
      amount: kind === 'deposit' ? 100 : 40,
    },
  })
  return [
    statement('user_id', 'deposit_id', 'deposit', 'credit', 'null'),
    statement('user_id', 'payment_id', 'payment', 'debit', 'next_id'),
    statement('next_id', 'payment_id', 'payment', 'credit', 'user_id'),
  ]
}
