import { type Place, seal, unseal } from '../../crypto/index.ts'
import type { EvmFees } from '../../chain-clients/index.ts'
import { newId } from '../../ids.ts'
import type { Services } from '../../services.ts'
import { type Insert, insert, remove, type RowOf, update, type Write } from '../../storage/index.ts'
import type { Replacement } from '../format.ts'
import type { TransactionRow } from '../record.ts'
import { transactionReplacements } from '../tables.ts'
import { sealedColumn } from '../../keys/sealed-column.ts'

/** A replacement as it is kept. */
export type ReplacementRow = RowOf<typeof transactionReplacements>

/** The writes that keep the replacements of a transaction, for the commit that keeps it. */
export function keepReplacements(
  { keyring }: Services,
  { id: transactionId, tenant }: Pick<TransactionRow, 'id' | 'tenant'>,
  replacements: readonly Replacement[],
): Promise<Insert[]> {
  return Promise.all(
    replacements.map(async ({ raw, hash, fees }, index) => {
      const id = newId()
      const sealedRaw = await seal(keyring, raw, placeOf({ id, tenant }))
      const row = {
        id,
        tenant,
        transactionId,
        level: index + 1,
        hash,
        ...feeCells(fees),
        sealedRaw,
        handedOverAt: null,
      }
      return insert(transactionReplacements, row)
    }),
  )
}

/** The replacements of some transactions, by the transaction's id, lowest fee first. */
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

/** The transaction, as a node takes it; undefined once it is no longer needed. */
export async function openReplacement({ keyring }: Services, row: ReplacementRow): Promise<Uint8Array | undefined> {
  return row.sealedRaw === null ? undefined : unseal(keyring, row.sealedRaw, placeOf(row))
}

/** The fees of a replacement. */
export function feesOf({ feePerGas, tipPerGas }: ReplacementRow): EvmFees {
  if (tipPerGas === null) return { gasPrice: BigInt(feePerGas) }
  return { maxFeePerGas: BigInt(feePerGas), maxPriorityFeePerGas: BigInt(tipPerGas) }
}

/** The writes that forget what is signed, once a transaction has ended. The hashes that a node was given stay. */
export function forgetSigned(transactionId: string): readonly Write[] {
  return [
    remove(transactionReplacements, { where: { transactionId, handedOverAt: null }, hits: 'any' }),
    update(transactionReplacements, { where: { transactionId }, set: { sealedRaw: null }, hits: 'any' }),
  ]
}

function feeCells(fees: EvmFees): { readonly feePerGas: string; readonly tipPerGas: string | null } {
  if ('gasPrice' in fees) return { feePerGas: fees.gasPrice.toString(), tipPerGas: null }
  return { feePerGas: fees.maxFeePerGas.toString(), tipPerGas: fees.maxPriorityFeePerGas.toString() }
}

function placeOf({ id, tenant }: { readonly id: string; readonly tenant: string }): Place {
  return { tenant, table: transactionReplacements.name, row: id, field: 'sealedRaw' }
}

/** What the keyring seals here. */
export const sealedReplacements = sealedColumn(transactionReplacements, 'sealedRaw', placeOf)
