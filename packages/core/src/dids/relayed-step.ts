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

/** A transaction of a payer that makes one step. */
export interface RelayedStep {
  readonly actor: Actor
  readonly stepId: string
  /** The identity that it changes, for the audit. */
  readonly identity: string
  readonly payer: Payer
  readonly transaction: PayerTransaction
  /** The name of the chain's client in the connections. */
  readonly clientName: string
}

/** The row of a step; undefined when nobody has handed it in. */
export async function findStep(
  services: ChainServices,
  tenant: string,
  stepId: string,
): Promise<TransactionRow | undefined> {
  const where = { walletId: standsForWallet, idempotencyKey: keyOf(tenant, stepId) }
  const [row] = await services.storage.find(transactions, { where, limit: 1 })
  return row
}

/**
 * Sends a step: it is signed and kept with the payer's next nonce in one commit, under the step's id as a unique key, and
 * handed to the node after that. So no step is sent twice, and one that is kept is sent, by whoever comes next, whatever
 * dies between. Processes that share a payer share its line of nonces; in one process its steps take turns.
 * @param through the client that it is handed to first; that of the chain takes over when it does not get there
 * @returns its row, which is that of another process where that was faster
 * @throws BillfoldError `server.busy` when too many wait, `transaction.chain-unavailable`; then nothing is kept
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
    const { row, isNew } = await keepSigned(services, step, account, { mined, next })
    if (isNew) await tryToHandOver(services, through, row)
    return row
  })
}

/** The payer's account, named as those of wallets are: they may be the same. */
export async function payerAccount(client: EvmClient, payer: Payer): Promise<Account> {
  return { network: client.network, address: withChecksum(await payer.address()) }
}

async function keepSigned(
  services: ChainServices,
  step: RelayedStep,
  account: Account,
  chain: { readonly mined: number; readonly next: number },
): Promise<{ readonly row: TransactionRow; readonly isNew: boolean }> {
  for (let round = 1; ; round++) {
    const earlier = await findStep(services, step.actor.tenant, step.stepId)
    if (earlier !== undefined) return { row: earlier, isNew: false }
    try {
      return { row: await signOnce(services, step, account, chain), isNew: true }
    } catch (error) {
      if (!isCommitError(error)) throw error
      if (round === transactionLimits.decisions) throw new BillfoldError('storage.refused', { cause: error })
      await pause(round)
    }
  }
}

async function signOnce(
  services: ChainServices,
  step: RelayedStep,
  account: Account,
  { mined, next }: { readonly mined: number; readonly next: number },
): Promise<TransactionRow> {
  const { actor, payer, transaction, stepId, identity } = step
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
    idempotencyKey: keyOf(actor.tenant, stepId),
    contentHash: hash(Buffer.from(transaction.data)),
    createdAt: now,
    nextLookAt: now + transactionLimits.lookAgainMilliseconds,
  }
  await services.storage.commit(
    batch(
      takeNonce(account, counter?.next, nonce),
      insert(transactions, row),
      auditRecord(actor, 'did.change-signed', identity, now, { step: stepId, hash: row.hash }),
    ),
  )
  return row
}

function keyOf(tenant: string, stepId: string): string {
  return hash(Buffer.from(JSON.stringify([tenant, stepId]), 'utf8'))
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url')
}

/** Hands a step that the node does not have to it again, and everything of the payer before it. */
export async function sendAgain(services: ChainServices, client: EvmClient, row: TransactionRow): Promise<void> {
  const account = { network: row.network, address: row.address }
  await services.chainConnections.inTurn(accountName(account), () => catchUp(services, client, account))
}

/** What the chain asks for, where the host has not said it. */
export function feesOf(services: ChainServices, client: EvmClient): Promise<PayerTransaction['fees']> {
  return askChain(client, services.logger, () => client.fees())
}
