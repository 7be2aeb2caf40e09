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

/** The context of one send. */
interface Sending {
  readonly actor: Actor
  readonly wallet: WalletRow
  readonly authorizedBy: OpenedMethod
  readonly request: TransactionRequest
  readonly fingerprint: Sameness
  readonly account: Account
  readonly unsigned: Draft
}

/**
 * Signs and sends a transaction, authorized by a signing method of the wallet's owner. The signed transaction and its nonce
 * are stored before the broadcast. A stored transaction is sent eventually, even if the process dies or the node does not
 * respond; if `transaction.chain-unavailable` is thrown, nothing was stored and nothing will be sent. A request with the same
 * idempotency key and wallet sends once and returns the same result.
 * @throws BillfoldError `wallet.archived`, `signing-method.invalid` if the method does not belong to the wallet's owner,
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
  authorizedBy: OpenedMethod,
  idempotencyKey?: string,
): Promise<TransactionRow> {
  if (wallet.archivedAt !== null) throw new BillfoldError('wallet.archived')
  if (authorizedBy.row.ownerId !== wallet.ownerId) throw new BillfoldError('signing-method.invalid')
  if (request.chainSpecificFields?.nonce !== undefined)
    throw new BillfoldError('input.invalid', { issues: [nonceNotAllowed] })
  const client = clientFor(services.chainConnections, wallet.secretType)
  const fingerprint = samenessOf(request, idempotencyKey)
  const earlier = await earlierOne(services, wallet.id, fingerprint)
  if (earlier !== undefined) return repeatResult(services, client, earlier)
  const { unsigned, network } = await draftOf(services, wallet, chain, request)
  const account = { network, address: wallet.address }
  const sending = { actor, wallet, authorizedBy, request, fingerprint, account, unsigned }
  return services.chainConnections.inTurn(accountName(account), async () => {
    const { row, isNew } = await signAndStore(services, client, sending)
    if (!isNew) return repeatResult(services, client, row, 'locked')
    await tryToHandOver(services, client, row)
    return currentResult(services, row)
  })
}

const nonceNotAllowed = wrongField(
  'chainSpecificFields.nonce',
  'is assigned by Billfold for transactions that are sent',
)

/** Signs and stores the transaction, or returns the row that another process has stored for the same idempotency key. */
async function signAndStore(
  services: Services,
  client: ChainClient,
  sending: Sending,
): Promise<{ row: TransactionRow; isNew: boolean }> {
  const { mined, next } = await catchUp(services, client, sending.account)
  for (let attempt = 1; ; attempt++) {
    try {
      return { row: await signOnce(services, sending, mined, next), isNew: true }
    } catch (error) {
      if (!isCommitError(error)) throw error
      if (attempt === transactionLimits.decisions) throw new BillfoldError('storage.refused', { cause: error })
      const earlier = await earlierOne(services, sending.wallet.id, sending.fingerprint)
      if (earlier !== undefined) return { row: earlier, isNew: false }
      await pause(attempt)
    }
  }
}

/** Reserves the next nonce, signs, and stores both in one commit, so that every reserved nonce has a signed transaction. */
async function signOnce(services: Services, sending: Sending, mined: number, next: number): Promise<TransactionRow> {
  const { account, actor, authorizedBy, wallet, unsigned, request } = sending
  const [counter] = await services.storage.find(accountNonces, { where: { ...account }, limit: 1 })
  const nonce = await nextNonce(services, account, next, counter?.next ?? 0)
  if (nonce - mined >= transactionLimits.waiting) throw new BillfoldError('server.busy')
  const privateKey = await openedKey(services, wallet, authorizedBy)
  const [transaction, cancellation] = [unsigned.sign(nonce, privateKey), unsigned.signCancel(nonce, privateKey)]
  const replacements = unsigned.signReplacements(nonce, privateKey)
  privateKey.fill(0)
  const row = buildRow(services, sending, nonce, transaction, cancellation.raw)
  await services.storage.commit(
    batch(
      takeNonce(account, counter?.next, nonce),
      insert(transactions, row),
      ...(await keepReplacements(services, row, replacements)),
      ...stillOpen(wallet, authorizedBy),
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

function buildRow(
  services: Services,
  { wallet, account, fingerprint }: Sending,
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
    idempotencyKey: fingerprint.key,
    contentHash: fingerprint.content,
    createdAt: now,
    nextLookAt: now + transactionLimits.lookAgainMilliseconds,
  }
}

/** Returns the result of an earlier send. If its broadcast is unconfirmed, it is broadcast first. */
async function repeatResult(
  services: Services,
  client: ChainClient,
  row: TransactionRow,
  accountLock?: 'locked',
): Promise<TransactionRow> {
  if (row.state === 'signed') {
    const broadcast = (): Promise<void> => tryToHandOver(services, client, row)
    await (accountLock === 'locked'
      ? broadcast()
      : services.chainConnections.inTurn(accountName(accountOf(row)), broadcast))
  }
  return currentResult(services, row)
}

/** Reads the current row. @throws BillfoldError the failure code of a refused or replaced transaction */
async function currentResult(services: Services, row: TransactionRow): Promise<TransactionRow> {
  const [current = row] = await services.storage.find(transactions, { where: { id: row.id }, limit: 1 })
  if (current.failure === null) return current
  throw new BillfoldError(failureCodes.find((code) => code === current.failure) ?? 'transaction.refused')
}

const failureCodes: readonly ErrorCode[] = [
  'transaction.insufficient-funds',
  'transaction.refused',
  'transaction.replaced',
]
