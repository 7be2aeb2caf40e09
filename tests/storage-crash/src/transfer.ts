import {
  type Batch,
  batch,
  appliedBatches,
  bigint,
  defineTable,
  insert,
  integer,
  type Storage,
  text,
  update,
} from '@billfold/core/storage'
import { createTables } from '@billfold/storage-kysely'
import type { FreshDatabase, TestDatabase } from '@billfold/test-databases'

const accounts = defineTable({ name: 'accounts', columns: { id: integer(), balance: bigint() }, key: ['id'] })
const entries = defineTable({
  name: 'entries',
  columns: { transfer: text(36), part: integer(), amount: bigint(), account: integer() },
  key: ['transfer', 'part'],
})

/** The number of accounts and their initial balance. */
const count = 20
const initialBalance = 1_000_000n

/** Creates the tables and the accounts. */
export async function createAccounts(
  fresh: FreshDatabase,
  dialect: TestDatabase['dialect'],
  storage: Storage,
): Promise<void> {
  await createTables(fresh.connect(), { dialect }, [appliedBatches, accounts, entries])
  await storage.commit(
    batch(...Array.from({ length: count }, (_, id) => insert(accounts, { id, balance: initialBalance }))),
  )
}

/** Creates a batch of five writes: a debit that must not overdraw, a credit, an entry for each, and an entry for a zero fee. */
export function transfer(): Batch {
  const from = Math.floor(Math.random() * count)
  const to = (from + 1 + Math.floor(Math.random() * (count - 1))) % count
  const amount = BigInt(1 + Math.floor(Math.random() * 100))
  const made = batch()
  const entry = (part: number, account: number, moved: bigint) =>
    insert(entries, { transfer: made.id, part, account, amount: moved })
  const writes = [
    update(accounts, { where: { id: from, balance: { gte: amount } }, add: { balance: -amount } }),
    entry(0, from, -amount),
    update(accounts, { where: { id: to }, add: { balance: amount } }),
    entry(1, to, amount),
    entry(2, to, 0n),
  ]
  return { id: made.id, writes }
}

/** Reads what the tests assert: the entries of each transfer, the batch ids, and accounts whose balance differs from their entries. */
export async function readLedger(
  storage: Storage,
): Promise<{ partsOfTransfers: Map<string, number>; batchIds: Set<string>; wrongBalances: number[] }> {
  const [accountRows, entryRows, batchRows] = await Promise.all([
    storage.find(accounts, { orderBy: [['id', 'asc']] }),
    storage.find(entries),
    storage.find(appliedBatches),
  ])
  const partsOfTransfers = new Map<string, number>()
  const moved = new Map<number, bigint>()
  for (const entry of entryRows) {
    partsOfTransfers.set(entry.transfer, (partsOfTransfers.get(entry.transfer) ?? 0) + 1)
    moved.set(entry.account, (moved.get(entry.account) ?? 0n) + entry.amount)
  }
  const wrong = accountRows.filter((account) => account.balance !== initialBalance + (moved.get(account.id) ?? 0n))
  return {
    partsOfTransfers,
    batchIds: new Set(batchRows.map((row) => row.id)),
    wrongBalances: wrong.map((account) => account.id),
  }
}
