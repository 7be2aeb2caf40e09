import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, decide, type RowOf } from '../storage/index.ts'
import { placesOf } from './accounts.ts'
import { posting, type TransferInput } from './posting.ts'
import { ledgerEntries, ledgerTransfers } from './tables.ts'

/** A row of `ledger_transfers`. */
export type TransferRow = RowOf<typeof ledgerTransfers>

/**
 * Moves money once: repeating a transfer with the same id and content returns the first result.
 * @throws BillfoldError `ledger.insufficient-funds`, `ledger.unbalanced`, `ledger.id-reused`
 */
export async function transfer(services: Services, actor: Actor, input: TransferInput): Promise<TransferRow> {
  return decide(async () => {
    const [before] = await services.storage.find(ledgerTransfers, { where: { id: input.id }, limit: 1 })
    if (before !== undefined) return assertSameTransfer(services, before, input)
    const { id, tenant, kind, currency, subject } = input
    const at = services.now()
    const writes = await posting(services, input, at)
    const detail = { kind, currency, subject }
    await services.storage.commit(batch(...writes, auditRecord(actor, 'ledger.transferred', id, at, detail)))
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
      const ids = new Set(placesOf(input.tenant, input.currency, account).map(({ id }) => id))
      return entries.some((entry) => ids.has(entry.accountId) && entry.amount === amount)
    })
  if (!same) throw new BillfoldError('ledger.transfer-reused')
  return before
}
