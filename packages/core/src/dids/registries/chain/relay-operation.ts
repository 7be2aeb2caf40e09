import type { ChainServices } from '../../../custody/services.ts'
import { createHash } from 'node:crypto'
import { type Actor, auditWrite } from '../../../platform/audit/audit-write.ts'
import { callNode, type EvmClient, fetchFeesInRange } from '../../../custody/chain-clients/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { newId } from '../../../kernel/ids.ts'
import { batch, insert, isCommitError, backoff } from '../../../kernel/storage/index.ts'
import { rebroadcastMissing } from '../../../custody/transactions/sending/rebroadcast.ts'
import { tryBroadcastTransaction } from '../../../custody/transactions/sending/broadcast.ts'
import { transactionLimits } from '../../../custody/transactions/limits.ts'
import { findNextNonce, reserveNonceWrite } from '../../../custody/transactions/sending/nonces.ts'
import {
  type ChainAccount,
  chainAccountKey,
  type TransactionRow,
} from '../../../custody/transactions/transaction-row.ts'
import { accountNonces, transactions } from '../../../custody/transactions/tables.ts'
import { didRegistryWalletId } from '../../../custody/transactions/transaction-events.ts'
import { noUserOrigin } from '../../../custody/wallets/user-origin.ts'
import { toChecksumAddress } from '../address.ts'
import type { Payer } from './payer.ts'
import { type PayerTransaction, signPayerTransaction, signCancellation } from './payer-transaction.ts'

/** A transaction of a payer that submits one signed change. */
export interface RelayedOperation {
  readonly actor: Actor
  readonly operationId: string
  /** The identity that is changed, for the audit log. */
  readonly identity: string
  readonly payer: Payer
  readonly transaction: PayerTransaction
  /** The name of the chain client in the connections. */
  readonly clientName: string
}

/** The transaction row of an operation; undefined if it was never submitted. */
export async function findOperation(
  services: ChainServices,
  tenant: string,
  operationId: string,
): Promise<TransactionRow | undefined> {
  const where = { walletId: didRegistryWalletId, idempotencyKey: toIdempotencyKey(tenant, operationId) }
  const [row] = await services.storage.find(transactions, { where, limit: 1 })
  return row
}

/**
 * Relays a change: signs the payer's transaction, stores it with the payer's next nonce in one commit under the
 * operation id (a unique key), and then broadcasts it. So an operation is never sent twice, and a stored one is
 * eventually sent by any process, even after a crash. Processes that share a payer share its nonce sequence; within a
 * process, operations of a payer are serialized.
 *
 * @param through the client for the first broadcast; later broadcasts use that of the chain
 * @returns the transaction row, possibly stored by another process
 * @throws BillfoldError `server.busy` if too many transactions are pending, `transaction.chain-unavailable`; nothing is
 *   stored then
 */
export async function relayOperation(
  services: ChainServices,
  client: EvmClient,
  through: EvmClient,
  step: RelayedOperation,
): Promise<TransactionRow> {
  const account = await getPayerAccount(client, step.payer)
  return services.chainConnections.withAccountLock(chainAccountKey(account), async () => {
    const { mined, next } = await rebroadcastMissing(services, client, account)
    const { row, isNew } = await findOrSign(services, step, account, { mined, next })
    if (isNew) await tryBroadcastTransaction(services, through, row, 'first')
    return row
  })
}

/** The account of the payer, named like those of custody wallets, since they may be the same account. */
export async function getPayerAccount(client: EvmClient, payer: Payer): Promise<ChainAccount> {
  return { network: client.network, address: toChecksumAddress(await payer.address()) }
}

async function findOrSign(
  services: ChainServices,
  step: RelayedOperation,
  account: ChainAccount,
  chain: { readonly mined: number; readonly next: number },
): Promise<{ readonly row: TransactionRow; readonly isNew: boolean }> {
  for (let attempt = 1; ; attempt++) {
    const earlier = await findOperation(services, step.actor.tenant, step.operationId)
    if (earlier !== undefined) return { row: earlier, isNew: false }
    try {
      return { row: await signAndStore(services, step, account, chain), isNew: true }
    } catch (error) {
      if (!isCommitError(error)) throw error
      if (attempt === transactionLimits.maxSendAttempts) throw new BillfoldError('storage.conflict', { cause: error })
      await backoff(attempt)
    }
  }
}

async function signAndStore(
  services: ChainServices,
  step: RelayedOperation,
  account: ChainAccount,
  { mined, next }: { readonly mined: number; readonly next: number },
): Promise<TransactionRow> {
  const { actor, payer, transaction, operationId, identity } = step
  const [counter] = await services.storage.find(accountNonces, { where: { ...account }, limit: 1 })
  const nonce = await findNextNonce(services, account, next, counter?.next ?? 0)
  if (nonce - mined >= transactionLimits.maxUnconfirmed) throw new BillfoldError('server.busy')
  const signed = await signPayerTransaction(payer, transaction, nonce)
  const rawCancellation = await signCancellation(payer, transaction, nonce)
  const now = services.now()
  const row: TransactionRow = {
    id: newId(),
    tenant: actor.tenant,
    walletId: didRegistryWalletId,
    userOrigin: noUserOrigin,
    secretType: step.clientName,
    ...account,
    type: 'DID_CHANGE',
    nonce,
    ...signed,
    rawCancellation,
    entryPoint: null,
    bundleHash: null,
    state: 'signed',
    failureCode: null,
    idempotencyKey: toIdempotencyKey(actor.tenant, operationId),
    contentHash: sha256(Buffer.from(transaction.data)),
    createdAt: now,
    expiry: null,
    nextCheckAt: now + transactionLimits.checkIntervalMs,
  }
  await services.storage.commit(
    batch(
      reserveNonceWrite(account, counter?.next, nonce),
      insert(transactions, row),
      auditWrite(actor, 'did.change-signed', identity, now, { operation: operationId, hash: row.hash }),
    ),
  )
  return row
}

function toIdempotencyKey(tenant: string, operationId: string): string {
  return sha256(Buffer.from(JSON.stringify([tenant, operationId]), 'utf8'))
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url')
}

/** Rebroadcasts an operation that the node does not know, and all earlier transactions of the payer. */
export async function rebroadcastOperation(
  services: ChainServices,
  client: EvmClient,
  row: TransactionRow,
): Promise<void> {
  const account = { network: row.network, address: row.address }
  await services.chainConnections.withAccountLock(chainAccountKey(account), () =>
    rebroadcastMissing(services, client, account),
  )
}

/** Fetches the fees that the node suggests. */
export function fetchPayerFees(services: ChainServices, client: EvmClient): Promise<PayerTransaction['fees']> {
  return callNode(client, services.logger, () => fetchFeesInRange(client))
}
