import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { batch, retryOnConflict, type RowOf } from '../../kernel/storage/index.ts'
import { allShards } from './accounts.ts'
import { transferWrites, type TransferInput } from './transfer-writes.ts'
import { ledgerEntries, ledgerTransfers } from './tables.ts'

/** A row of `ledger_transfers`. */
export type TransferRow = RowOf<typeof ledgerTransfers>

/**
 * Moves money once: repeating a transfer with the same id and content returns the first result.
 * @throws BillfoldError `ledger.insufficient-funds`, `ledger.unbalanced`, `ledger.id-reused`
 */
export async function createTransfer(services: Services, actor: Actor, input: TransferInput): Promise<TransferRow> {
  return retryOnConflict(async () => {
    const [before] = await services.storage.find(ledgerTransfers, { where: { id: input.id }, limit: 1 })
    if (before !== undefined) return assertSameTransfer(services, before, input)
    const { id, tenant, kind, currency, subject } = input
    const at = services.now()
    const writes = await transferWrites(services, input, at)
    const detail = { kind, currency, subject }
    await services.storage.commit(batch(...writes, auditWrite(actor, 'ledger.transferred', id, at, detail)))
    return { id, tenant, kind, currency, subject, at }
  })
}

async function assertSameTransfer(services: Services, before: TransferRow, input: TransferInput): Promise<TransferRow> {
  const entries = await services.storage.find(ledgerEntries, { where: { transferId: before.id } })
  const same =
    before.tenant === input.tenant &&
    before.kind === input.kind &&
    before.currency === input.currency &&
    before.subject === input.subject &&
    entries.length === input.legs.length &&
    input.legs.every(({ account, amount }) => {
      const ids = new Set(allShards(input.tenant, input.currency, account).map(({ id }) => id))
      return entries.some((entry) => ids.has(entry.accountId) && entry.amount === amount)
    })
  if (!same) throw new BillfoldError('ledger.id-reused')
  return before
}
