import type { CustodyServices } from '../services.ts'
import { callNode } from '../chain-clients/index.ts'
import { isBillfoldError } from '../../kernel/errors.ts'
import { insert, tryCommit, update, type Write } from '../../kernel/storage/index.ts'
import { auditWrite } from '../../platform/audit/audit-write.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'
import { transferCursors, type TransferCursorRow } from './table.ts'
import { assertTransfersOf, type IncomingTransfer, type TransferSource } from './transfer-source.ts'
import { createWalletLookup } from './wallet-lookup.ts'

/** Bounds of one run of `maintain()`, for each chain. */
export const transferLimits = {
  /** Lists of blocks. */
  ranges: 20,
  /** Transfers that one commit records, of two writes for each wallet. */
  transfersPerCommit: 200,
  /** Timeout of a list of blocks in milliseconds. */
  listTimeoutMs: 60_000,
} as const

/**
 * Records what wallets have received in the blocks that became final since the last run, within bounds. A cursor moves in the same
 * commit, so that a run resumes where the last one stopped, and one of several concurrent runs records each transfer.
 */
export async function recordIncomingTransfers(services: CustodyServices): Promise<void> {
  for (const [secretType, source] of services.transferSources ?? [])
    try {
      await recordChain(services, secretType, source)
    } catch (error) {
      // callNode has logged it.
      if (!isBillfoldError(error, 'transaction.chain-unavailable')) throw error
    }
}

async function recordChain(services: CustodyServices, secretType: string, source: TransferSource): Promise<void> {
  const finalBlock = await callNode(source, services.logger, () => source.finalBlock())
  let cursor = await findOrCreateCursor(services, secretType, source, finalBlock)
  for (let range = 0; range < transferLimits.ranges && cursor !== undefined && cursor.block < finalBlock; range++)
    cursor = await recordRange(services, source, cursor, Math.min(cursor.block + source.blockRange, finalBlock))
}

/** Undefined if another process is creating it. */
async function findOrCreateCursor(
  services: CustodyServices,
  secretType: string,
  { network, fromBlock }: TransferSource,
  finalBlock: number,
): Promise<TransferCursorRow | undefined> {
  const [known] = await services.storage.find(transferCursors, { where: { secretType, network } })
  if (known !== undefined) return known
  const cursor = { secretType, network, block: fromBlock === undefined ? finalBlock : fromBlock - 1, position: 0 }
  return (await tryCommit(services, insert(transferCursors, cursor))) ? cursor : undefined
}

/** Records the transfers up to a block. Undefined if another process records them. */
async function recordRange(
  services: CustodyServices,
  source: TransferSource,
  cursor: TransferCursorRow,
  toBlock: number,
): Promise<TransferCursorRow | undefined> {
  const { findWallets, listWallets } = createWalletLookup(services, cursor.secretType)
  const query = { fromBlock: cursor.block + 1, toBlock, findWallets }
  const listed = await callNode(
    source,
    services.logger,
    async () => assertTransfersOf(query, await source.listTransfers(query)),
    transferLimits.listTimeoutMs,
  )
  const remaining = listed.filter(({ block, position }) => block > query.fromBlock || position >= cursor.position)
  let reached: TransferCursorRow | undefined = cursor
  for (let start = 0; reached !== undefined && reached.block < toBlock; start += transferLimits.transfersPerCommit) {
    const chunk = remaining.slice(start, start + transferLimits.transfersPerCommit)
    const last = start + chunk.length < remaining.length ? chunk.at(-1) : undefined
    const next =
      last === undefined ? { block: toBlock, position: 0 } : { block: last.block - 1, position: last.position + 1 }
    const writes = chunk.flatMap((transfer) =>
      listWallets(transfer.to).flatMap((wallet) => receivedWrites(services, cursor.secretType, wallet, transfer)),
    )
    reached = await moveCursor(services, reached, next, writes)
  }
  return reached
}

/** Undefined if another process has moved it. */
async function moveCursor(
  services: CustodyServices,
  cursor: TransferCursorRow,
  set: Pick<TransferCursorRow, 'block' | 'position'>,
  writes: readonly Write[],
): Promise<TransferCursorRow | undefined> {
  const moved = await tryCommit(services, update(transferCursors, { where: cursor, set }), ...writes)
  return moved ? { ...cursor, ...set } : undefined
}

function receivedWrites(
  services: CustodyServices,
  secretType: string,
  { id: walletId, tenant }: CustodyWalletRow,
  { hash, from, amount, tokenAddress, tokenId }: IncomingTransfer,
): readonly Write[] {
  const detail = {
    hash,
    amount: amount.toString(),
    ...(from !== undefined && { from }),
    ...(tokenAddress !== undefined && { tokenAddress }),
    ...(tokenId !== undefined && { tokenId }),
  }
  return [
    auditWrite({ tenant, id: 'chain' }, 'transfer.received', walletId, services.now(), detail),
    ...eventWrites(services, tenant, 'transfer.received', { walletId, secretType, hash }),
  ]
}
