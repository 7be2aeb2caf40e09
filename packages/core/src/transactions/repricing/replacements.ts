import { type Place, seal, unseal } from '../../crypto/index.ts'
import type { EvmFees } from '../../chain-clients/index.ts'
import { newId } from '../../ids.ts'
import type { Services } from '../../services.ts'
import { type Insert, insert, remove, type RowOf, update, type Write } from '../../storage/index.ts'
import type { Replacement } from '../format.ts'
import type { TransactionRow } from '../record.ts'
import { transactionReplacements } from '../tables.ts'
import { sealedColumn } from '../../keys/sealed-column.ts'

/** A row of the table `transaction_replacements`. */
export type ReplacementRow = RowOf<typeof transactionReplacements>

/** Seals the replacements of a transaction. The inserts belong in the commit that stores the transaction. */
export function keepReplacements(
  { keyring }: Services,
  { id: transactionId, tenant }: Pick<TransactionRow, 'id' | 'tenant'>,
  replacements: readonly Replacement[],
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
        handedOverAt: null,
      }
      return insert(transactionReplacements, row)
    }),
  )
}

/** Lists the replacements of transactions, by transaction id, lowest fee first. */
export async function replacementsOf(
  { storage }: Pick<Services, 'storage'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly ReplacementRow[]>> {
  const rows = await storage.find(transactionReplacements, {
    where: { transactionId: { in: ids } },
    orderBy: [['level', 'asc']],
  })
  const found = new Map<string, ReplacementRow[]>()
  for (const row of rows) found.set(row.transactionId, [...(found.get(row.transactionId) ?? []), row])
  return found
}

/** Opens the signed replacement, or returns undefined if it was erased because the transaction is final. */
export async function openReplacement({ keyring }: Services, row: ReplacementRow): Promise<Uint8Array | undefined> {
  return row.sealedRaw === null ? undefined : unseal(keyring, row.sealedRaw, replacementContext(row))
}

/** Parses the fees of a replacement. */
export function feesOf({ feePerGas, tipPerGas }: ReplacementRow): EvmFees {
  if (tipPerGas === null) return { gasPrice: BigInt(feePerGas) }
  return { maxFeePerGas: BigInt(feePerGas), maxPriorityFeePerGas: BigInt(tipPerGas) }
}

/** The writes that erase the signed replacements of a final transaction. Hashes that were broadcast are retained. */
export function forgetSigned(transactionId: string): readonly Write[] {
  return [
    remove(transactionReplacements, { where: { transactionId, handedOverAt: null }, hits: 'any' }),
    update(transactionReplacements, { where: { transactionId }, set: { sealedRaw: null }, hits: 'any' }),
  ]
}

function feeColumns(fees: EvmFees): { readonly feePerGas: string; readonly tipPerGas: string | null } {
  if ('gasPrice' in fees) return { feePerGas: fees.gasPrice.toString(), tipPerGas: null }
  return { feePerGas: fees.maxFeePerGas.toString(), tipPerGas: fees.maxPriorityFeePerGas.toString() }
}

function replacementContext({ id, tenant }: { readonly id: string; readonly tenant: string }): Place {
  return { tenant, table: transactionReplacements.name, row: id, field: 'sealedRaw' }
}

/** The columns of this table that are sealed under the keyring. */
export const sealedReplacements = sealedColumn(transactionReplacements, 'sealedRaw', replacementContext)
