import { type Actor, auditRecord } from '../audit/record.ts'
import type { OpenedMethod } from '../credentials/unlock.ts'
import { type ChainClient, clientFor } from '../chain-clients/index.ts'
import { BillfoldError, type ErrorCode } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError, pause } from '../storage/index.ts'
import type { Chain } from '../wallets/chains/chain.ts'
import type { WalletRow } from '../wallets/sealing.ts'
import { openedKey, stillOpen } from '../wallets/sign.ts'
import { catchUp } from './catch-up.ts'
import { draftOf } from './draft.ts'
import { type Draft, wrongField } from './format.ts'
import { tryToHandOver } from './hand-over.ts'
import { earlierOne, type Sameness, samenessOf } from './idempotency.ts'
import { transactionLimits } from './limits.ts'
import { nextNonce, takeNonce } from './nonces.ts'
import { type Account, accountName, accountOf, type TransactionRow } from './record.ts'
import { keepReplacements } from './repricing/replacements.ts'
import type { TransactionRequest } from './request.ts'
import { accountNonces, transactions } from './tables.ts'
import { transactionEvent } from './transaction-event.ts'

/** One send: who, from which wallet, opened by what, what. */
interface Sending {
  readonly actor: Actor
  readonly wallet: WalletRow
  readonly authority: OpenedMethod
  readonly request: TransactionRequest
  readonly sameness: Sameness
  readonly account: Account
  readonly draft: Draft
}

/**
 * Signs and sends a transaction of a wallet, which a method of the wallet's owner opens. It is kept, with its nonce, before
 * it is handed to the node. So once it is kept it is sent, by whoever comes next, even if this process dies or the node does not
 * answer; and what is answered `transaction.chain-unavailable` was not kept and is never sent. Under the same idempotency
 * key the same wallet sends once, and gives the same answer again.
 * @throws BillfoldError `wallet.archived`, `signing-method.invalid` when the method is not one of the wallet's owner,
 *   `idempotency-key.reused`, `input.invalid`, `server.busy`, `transaction.chain-unavailable`,
 *   `transaction.insufficient-funds`, `transaction.refused`, `transaction.replaced`, `transaction.reverted`,
 *   `transaction.unsupported-type`
 */
export async function sendTransaction(
  services: Services,
  actor: Actor,
  wallet: WalletRow,
  chain: Chain,
  request: TransactionRequest,
  authority: OpenedMethod,
  idempotencyKey?: string,
): Promise<TransactionRow> {
  if (wallet.archivedAt !== null) throw new BillfoldError('wallet.archived')
  if (authority.row.ownerId !== wallet.ownerId) throw new BillfoldError('signing-method.invalid')
  if (request.chainSpecificFields?.nonce !== undefined)
    throw new BillfoldError('input.invalid', { issues: [nonceGiven] })
  const client = clientFor(services.chainConnections, wallet.secretType)
  const sameness = samenessOf(request, idempotencyKey)
  const earlier = await earlierOne(services, wallet.id, sameness)
  if (earlier !== undefined) return answerAgain(services, client, earlier)
  const { draft, network } = await draftOf(services, wallet, chain, request)
  const account = { network, address: wallet.address }
  const sending = { actor, wallet, authority, request, sameness, account, draft }
  return services.chainConnections.inTurn(accountName(account), async () => {
    const { row, isNew } = await signed(services, client, sending)
    if (!isNew) return answerAgain(services, client, row, 'in turn')
    await tryToHandOver(services, client, row)
    return answer(services, row)
  })
}

const nonceGiven = wrongField('chainSpecificFields.nonce', 'cannot be chosen for a transaction that is sent')

/** The row of a send: a new one, or that of the same send in another process. */
async function signed(
  services: Services,
  client: ChainClient,
  sending: Sending,
): Promise<{ row: TransactionRow; isNew: boolean }> {
  const { mined, next } = await catchUp(services, client, sending.account)
  for (let round = 1; ; round++) {
    try {
      return { row: await signOnce(services, sending, mined, next), isNew: true }
    } catch (error) {
      if (!isCommitError(error)) throw error
      if (round === transactionLimits.decisions) throw new BillfoldError('storage.refused', { cause: error })
      const earlier = await earlierOne(services, sending.wallet.id, sending.sameness)
      if (earlier !== undefined) return { row: earlier, isNew: false }
      await pause(round)
    }
  }
}

/** Takes the next nonce, signs, and keeps both in one commit: a nonce is given to nothing but a signed transaction. */
async function signOnce(services: Services, sending: Sending, mined: number, next: number): Promise<TransactionRow> {
  const { account, actor, authority, wallet, draft, request } = sending
  const [counter] = await services.storage.find(accountNonces, { where: { ...account }, limit: 1 })
  const nonce = await nextNonce(services, account, next, counter?.next ?? 0)
  if (nonce - mined >= transactionLimits.waiting) throw new BillfoldError('server.busy')
  const privateKey = await openedKey(services, wallet, authority)
  const [transaction, cancel] = [draft.sign(nonce, privateKey), draft.signCancel(nonce, privateKey)]
  const replacements = draft.signReplacements(nonce, privateKey)
  privateKey.fill(0)
  const row = rowOf(services, sending, nonce, transaction, cancel.raw)
  await services.storage.commit(
    batch(
      takeNonce(account, counter?.next, nonce),
      insert(transactions, row),
      ...(await keepReplacements(services, row, replacements)),
      ...stillOpen(wallet, authority),
      auditRecord(actor, 'transaction.signed', wallet.id, row.createdAt, {
        id: row.id,
        hash: row.hash,
        type: request.type,
      }),
      ...transactionEvent(services, row, 'transaction.created'),
    ),
  )
  return row
}

function rowOf(
  services: Services,
  { wallet, account, sameness }: Sending,
  nonce: number,
  transaction: { readonly raw: Uint8Array; readonly hash: string },
  cancelRaw: Uint8Array,
): TransactionRow {
  const now = services.now()
  return {
    id: newId(),
    tenant: wallet.tenant,
    walletId: wallet.id,
    secretType: wallet.secretType,
    ...account,
    nonce,
    ...transaction,
    cancelRaw,
    state: 'signed',
    failure: null,
    idempotencyKey: sameness.key,
    contentHash: sameness.content,
    createdAt: now,
    nextLookAt: now + transactionLimits.lookAgainMilliseconds,
  }
}

/** The answer to a send that was made before. If nobody knows whether a node has it, it is handed over first. */
async function answerAgain(
  services: Services,
  client: ChainClient,
  row: TransactionRow,
  place?: 'in turn',
): Promise<TransactionRow> {
  const { inTurn } = services.chainConnections
  if (row.state === 'signed') {
    const handOver = (): Promise<void> => tryToHandOver(services, client, row)
    await (place === 'in turn' ? handOver() : inTurn(accountName(accountOf(row)), handOver))
  }
  return answer(services, row)
}

/** The row as it is now. @throws BillfoldError the reason for which it was refused */
async function answer(services: Services, row: TransactionRow): Promise<TransactionRow> {
  const [current = row] = await services.storage.find(transactions, { where: { id: row.id }, limit: 1 })
  if (current.failure === null) return current
  throw new BillfoldError(failures.find((code) => code === current.failure) ?? 'transaction.refused')
}

const failures: readonly ErrorCode[] = ['transaction.insufficient-funds', 'transaction.refused', 'transaction.replaced']
