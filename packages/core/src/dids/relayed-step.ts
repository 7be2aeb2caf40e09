import { createHash } from 'node:crypto'
import { type Actor, auditRecord } from '../audit/record.ts'
import { askChain, type EvmClient } from '../chain-clients/index.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { ChainServices } from '../services.ts'
import { batch, insert, isCommitError, pause } from '../storage/index.ts'
import { catchUp } from '../transactions/catch-up.ts'
import { tryToHandOver } from '../transactions/hand-over.ts'
import { transactionLimits } from '../transactions/limits.ts'
import { nextNonce, takeNonce } from '../transactions/nonces.ts'
import { type Account, accountName, type TransactionRow } from '../transactions/record.ts'
import { accountNonces, transactions } from '../transactions/tables.ts'
import { standsForWallet } from '../transactions/transaction-event.ts'
import { withChecksum } from './address.ts'
import type { Payer } from './payer.ts'
import { type PayerTransaction, signAsPayer, signCancelAsPayer } from './payer-transaction.ts'

/** A transaction of a payer that submits one signed change. */
export interface RelayedStep {
  readonly actor: Actor
  readonly stepId: string
  /** The identity that is changed, for the audit log. */
  readonly identity: string
  readonly payer: Payer
  readonly transaction: PayerTransaction
  /** The name of the chain client in the connections. */
  readonly clientName: string
}

/** The transaction row of an operation; undefined if it was never submitted. */
export async function findStep(
  services: ChainServices,
  tenant: string,
  operationId: string,
): Promise<TransactionRow | undefined> {
  const where = { walletId: standsForWallet, idempotencyKey: toIdempotencyKey(tenant, operationId) }
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
export async function relayStep(
  services: ChainServices,
  client: EvmClient,
  through: EvmClient,
  step: RelayedStep,
): Promise<TransactionRow> {
  const account = await payerAccount(client, step.payer)
  return services.chainConnections.inTurn(accountName(account), async () => {
    const { mined, next } = await catchUp(services, client, account)
    const { row, isNew } = await findOrSign(services, step, account, { mined, next })
    if (isNew) await tryToHandOver(services, through, row)
    return row
  })
}

/** The account of the payer, named like those of custody wallets, since they may be the same account. */
export async function payerAccount(client: EvmClient, payer: Payer): Promise<Account> {
  return { network: client.network, address: withChecksum(await payer.address()) }
}

async function findOrSign(
  services: ChainServices,
  step: RelayedStep,
  account: Account,
  chain: { readonly mined: number; readonly next: number },
): Promise<{ readonly row: TransactionRow; readonly isNew: boolean }> {
  for (let attempt = 1; ; attempt++) {
    const earlier = await findStep(services, step.actor.tenant, step.stepId)
    if (earlier !== undefined) return { row: earlier, isNew: false }
    try {
      return { row: await signAndStore(services, step, account, chain), isNew: true }
    } catch (error) {
      if (!isCommitError(error)) throw error
      if (attempt === transactionLimits.decisions) throw new BillfoldError('storage.refused', { cause: error })
      await pause(attempt)
    }
  }
}

async function signAndStore(
  services: ChainServices,
  step: RelayedStep,
  account: Account,
  { mined, next }: { readonly mined: number; readonly next: number },
): Promise<TransactionRow> {
  const { actor, payer, transaction, stepId: operationId, identity } = step
  const [counter] = await services.storage.find(accountNonces, { where: { ...account }, limit: 1 })
  const nonce = await nextNonce(services, account, next, counter?.next ?? 0)
  if (nonce - mined >= transactionLimits.waiting) throw new BillfoldError('server.busy')
  const signed = await signAsPayer(payer, transaction, nonce)
  const cancelRaw = await signCancelAsPayer(payer, transaction, nonce)
  const now = services.now()
  const row: TransactionRow = {
    id: newId(),
    tenant: actor.tenant,
    walletId: standsForWallet,
    secretType: step.clientName,
    ...account,
    nonce,
    ...signed,
    cancelRaw,
    state: 'signed',
    failure: null,
    idempotencyKey: toIdempotencyKey(actor.tenant, operationId),
    contentHash: sha256(Buffer.from(transaction.data)),
    createdAt: now,
    nextLookAt: now + transactionLimits.lookAgainMilliseconds,
  }
  await services.storage.commit(
    batch(
      takeNonce(account, counter?.next, nonce),
      insert(transactions, row),
      auditRecord(actor, 'did.change-signed', identity, now, { operation: operationId, hash: row.hash }),
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
export async function sendAgain(services: ChainServices, client: EvmClient, row: TransactionRow): Promise<void> {
  const account = { network: row.network, address: row.address }
  await services.chainConnections.inTurn(accountName(account), () => catchUp(services, client, account))
}

/** Fetches the fees that the node suggests. */
export function feesOf(services: ChainServices, client: EvmClient): Promise<PayerTransaction['fees']> {
  return askChain(client, services.logger, () => client.fees())
}
