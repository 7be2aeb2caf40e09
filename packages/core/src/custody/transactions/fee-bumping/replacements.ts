import { type EncryptionContext, seal, open } from '../../../kernel/crypto/index.ts'
import type { EvmFees } from '../../chain-clients/index.ts'
import { newId } from '../../../kernel/ids.ts'
import type { Services } from '../../../platform/services.ts'
import {
  type Insert,
  insert,
  remove,
  type RowOf,
  type Storage,
  update,
  type Write,
} from '../../../kernel/storage/index.ts'
import type { FeeRateReplacement } from '../formats/reserving-format.ts'
import type { ReplacementTransaction } from '../formats/transaction-format.ts'
import type { TransactionRow } from '../transaction-row.ts'
import { transactionReplacements } from '../tables.ts'
import { sealedColumn } from '../../../kernel/storage/sealed-column.ts'

/** A row of the table `transaction_replacements`. */
export type TransactionReplacementRow = RowOf<typeof transactionReplacements>

/** Seals the replacements of a transaction. The inserts belong in the commit that stores the transaction. */
export function replacementInserts(
  { keyring }: Services,
  { id: transactionId, tenant }: Pick<TransactionRow, 'id' | 'tenant'>,
  replacements: readonly ReplacementTransaction[],
): Promise<Insert[]> {
  return Promise.all(
    replacements.map(async ({ raw, hash, fees }, index) => {
      const id = newId()
      const sealedRaw = await seal(keyring, raw, replacementContext({ id, tenant }))
      const row = {
        id,
        tenant,
        transactionId,
        level: index + 1,
        hash,
        ...feeColumns(fees),
        sealedRaw,
        broadcastAt: null,
        cancels: false,
      }
      return insert(transactionReplacements, row)
    }),
  )
}

/** Seals the replacements of a transaction of the Bitcoin family. The inserts belong in the commit that stores the transaction. */
export function feeRateReplacementInserts(
  services: Services,
  row: Pick<TransactionRow, 'id' | 'tenant'>,
  replacements: readonly FeeRateReplacement[],
): Promise<Insert[]> {
  return replacementInserts(
    services,
    row,
    replacements.map(({ feeRate, ...signed }) => ({ ...signed, fees: { gasPrice: feeRate } })),
  )
}

/** A replacement that its sender asks for, and that is broadcast at once. */
export interface RequestedReplacement extends ReplacementTransaction {
  readonly level: number
  readonly cancels: boolean
  /** Milliseconds since 1970. */
  readonly broadcastAt: number
}

/** Seals a replacement that is broadcast at once. Its level is a unique key, so that of two concurrent ones one is stored. */
export async function requestedReplacementInsert(
  { keyring }: Services,
  { id: transactionId, tenant }: Pick<TransactionRow, 'id' | 'tenant'>,
  { raw, hash, fees, level, cancels, broadcastAt }: RequestedReplacement,
): Promise<Insert> {
  const id = newId()
  const sealedRaw = await seal(keyring, raw, replacementContext({ id, tenant }))
  const row = { id, tenant, transactionId, level, hash, ...feeColumns(fees), sealedRaw, broadcastAt, cancels }
  return insert(transactionReplacements, row)
}

/** Lists the replacements of transactions, by transaction id, lowest fee first. */
export async function listReplacements(
  { storage }: { readonly storage: Storage },
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly TransactionReplacementRow[]>> {
  const rows = await storage.find(transactionReplacements, {
    where: { transactionId: { in: ids } },
    orderBy: [['level', 'asc']],
  })
  const found = new Map<string, TransactionReplacementRow[]>()
  for (const row of rows) found.set(row.transactionId, [...(found.get(row.transactionId) ?? []), row])
  return found
}

/** Opens the signed replacement, or returns undefined if it was erased because the transaction is final. */
export async function openReplacement(
  { keyring }: Services,
  row: TransactionReplacementRow,
): Promise<Uint8Array | undefined> {
  return row.sealedRaw === null ? undefined : open(keyring, row.sealedRaw, replacementContext(row))
}

/** Parses the fees of a replacement. */
export function parseReplacementFees({ maxFeePerGas, priorityFeePerGas }: TransactionReplacementRow): EvmFees {
  if (priorityFeePerGas === null) return { gasPrice: BigInt(maxFeePerGas) }
  return { maxFeePerGas: BigInt(maxFeePerGas), maxPriorityFeePerGas: BigInt(priorityFeePerGas) }
}

/** The writes that erase the signed replacements of a final transaction. Hashes that were broadcast are retained. */
export function eraseReplacementsWrites(transactionId: string): readonly Write[] {
  return [
    remove(transactionReplacements, { where: { transactionId, broadcastAt: null }, expectedRows: 'any' }),
    update(transactionReplacements, { where: { transactionId }, set: { sealedRaw: null }, expectedRows: 'any' }),
  ]
}

function feeColumns(fees: EvmFees): { readonly maxFeePerGas: string; readonly priorityFeePerGas: string | null } {
  if ('gasPrice' in fees) return { maxFeePerGas: fees.gasPrice.toString(), priorityFeePerGas: null }
  return { maxFeePerGas: fees.maxFeePerGas.toString(), priorityFeePerGas: fees.maxPriorityFeePerGas.toString() }
}

function replacementContext({ id, tenant }: { readonly id: string; readonly tenant: string }): EncryptionContext {
  return { tenant, table: transactionReplacements.name, row: id, field: 'sealedRaw' }
}

/** The columns of this table that are sealed under the keyring. */
export const sealedReplacements = sealedColumn(transactionReplacements, 'sealedRaw', replacementContext)
