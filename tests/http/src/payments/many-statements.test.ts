import { type Billfold, createBillfold, localKeyring, newId, newKey, silentLogger, tables } from '@billfold/core'
import { batch, type Row, type Storage, type Table, type Write } from '@billfold/core/storage'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

function getTable(name: string): Table {
  const table = tables.find((each) => each.name === name)
  if (table === undefined) throw new Error(`there is no table ${name}`)
  return table
}

const [payments, lines] = [getTable('payments'), getTable('statement_lines')]
const tenant = 't'
const merchant = newId()
/** The merchant has more payments than are read at once, and so have the customers together. */
const customers = Array.from({ length: 30 }, () => newId())
const paymentsPerCustomer = 75

interface Payment {
  readonly id: string
  readonly from: string
}

const made: readonly Payment[] = customers.flatMap((from) =>
  Array.from({ length: paymentsPerCustomer }, () => ({ id: newId(), from })),
)

function rowsOf({ id, from }: Payment): readonly Write[] {
  const money = { tenant, currency: 'USD', amount: 5n, state: 'completed' }
  const ends = { proofKey: null, senderConfirmedAt: 1, receiverConfirmedAt: 1, transferId: null, endedAt: 1 }
  const payment = {
    id,
    senderId: from,
    receiverId: merchant,
    inviteeIndex: null,
    createdAt: 1,
    expiresAt: 2,
    version: 1,
  }
  const line = { id, kind: 'payment', at: 1, ...money }
  const insert = (table: Table, row: Row): Write => ({ kind: 'insert', table, row })
  return [
    insert(payments, { ...payment, ...money, ...ends }),
    insert(lines, { ...line, userId: from, direction: 'debit', counterpartyId: merchant }),
    insert(lines, { ...line, userId: merchant, direction: 'credit', counterpartyId: from }),
  ]
}

describe.each(await listTestDatabases())('the consistency check of long statements on $name', (database) => {
  const { dialect } = database
  let storage: Storage
  let billfold: Billfold
  let drop: () => Promise<void> = async () => {}

  beforeAll(async () => {
    const fresh = await database.create()
    ;({ drop } = fresh)
    const { db, driver } = fresh.connectWithDriver()
    await migrate(db, { dialect })
    storage = kyselyStorage(db, { dialect, ...driver })
    const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
    billfold = createBillfold({ storage, keyring, logger: silentLogger })
    const writes = made.flatMap(rowsOf)
    for (let from = 0; from < writes.length; from += 900) await storage.commit(batch(...writes.slice(from, from + 900)))
  }, 120_000)
  afterAll(() => drop())

  /** The findings about statements: user and payment. The payments have no holds, which is found too. */
  async function findFaults(): Promise<readonly string[]> {
    const { findings } = await billfold.payments.checkConsistency()
    return findings
      .filter(({ finding }) => finding.startsWith('statement'))
      .map(({ finding, subject, detail }) => `${finding} ${subject} ${detail}`)
      .toSorted()
  }

  it('finds nothing if they are right, and else what was changed, deleted and invented', {
    timeout: 120_000,
  }, async () => {
    expect(await findFaults()).toEqual([])
    const [changed, deleted, missing] = [made[7], made[2000], made[2100]]
    if (changed === undefined || deleted === undefined || missing === undefined) throw new Error('expected payments')
    const invented = newId()
    const where = (userId: string, { id }: Payment) => ({ where: { userId, id }, expectedRows: 'one' }) as const
    const line = { userId: merchant, id: invented, tenant, kind: 'payment', direction: 'credit', counterpartyId: null }
    await storage.commit(
      batch(
        { kind: 'update', table: lines, set: { amount: 6n }, add: {}, ...where(merchant, changed) },
        { kind: 'remove', table: lines, ...where(merchant, deleted) },
        { kind: 'remove', table: lines, ...where(missing.from, missing) },
        { kind: 'insert', table: lines, row: { ...line, currency: 'USD', amount: 5n, state: 'completed', at: 1 } },
      ),
    )
    expect(await findFaults()).toEqual(
      [
        `statement-mismatch ${changed.id} line of the user ${merchant}`,
        `statement-missing ${deleted.id} of the user ${merchant}`,
        `statement-missing ${missing.id} of the user ${missing.from}`,
        `statement-mismatch ${invented} line of the user ${merchant}`,
      ].toSorted(),
    )
  })
})
