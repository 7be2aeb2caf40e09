import type { CustodyServices } from '../../services.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import { type AuthorizedMethod, commitAuthorized } from '../../../identity/signing-methods/authorized-method.ts'
import { getChainClient, hasNonces, type NonceChainClient } from '../../chain-clients/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { isCommitError, backoff, StaleReadError } from '../../../kernel/storage/index.ts'
import type { Chain } from '../../wallets/chains/chain.ts'
import type { CustodyWalletRow } from '../../wallets/sealing.ts'
import type { RequestClaim } from '../../saved-requests/claim-request.ts'
import { loadWalletKey } from '../../wallets/sign.ts'
import { walletAct } from '../../wallets/wallet-act.ts'
import { sendOperation } from '../../smart-accounts/send-operation.ts'
import { describeTransaction } from './transaction-act.ts'
import { countNonces } from '../formats/evm/delegation-rules.ts'
import { assertTransactionsSupported } from '../formats/families.ts'
import { rebroadcastMissing } from './rebroadcast.ts'
import { buildUnsignedTransaction } from './build-unsigned.ts'
import { type UnsignedTransaction, requestIssue } from '../formats/transaction-format.ts'
import { repeatReserving, sendReserving } from '../reservations/send-reserving.ts'
import { tryBroadcastTransaction } from './broadcast.ts'
import { getCurrentResult } from './current-result.ts'
import { buildTransactionRow, type Sending } from './sending.ts'
import { signedTransactionWrites } from './signed-transaction-writes.ts'
import { computeTransactionFingerprint, findEarlier } from './request-fingerprint.ts'
import { transactionLimits } from '../limits.ts'
import { findNextNonce, reserveNonceWrite } from './nonces.ts'
import { chainAccountKey, toChainAccount, type TransactionRow } from '../transaction-row.ts'
import { replacementInserts } from '../fee-bumping/replacements.ts'
import type { TransactionRequest } from '../formats/transaction-request.ts'
import { accountNonces } from '../tables.ts'

/** The context of one send on a chain with nonces. */
interface NonceSending extends Sending {
  readonly unsigned: UnsignedTransaction
}

/**
 * Signs and sends a transaction, authorized by a signing method of the wallet's owner. The signed transaction and its nonce
 * are stored before the broadcast. A stored transaction is sent eventually, even if the process dies or the node does not
 * respond; if `transaction.chain-unavailable` is thrown, nothing was stored and nothing will be sent. A request with the same
 * idempotency key and wallet sends once and returns the same result. The commit that stores the transaction uses up `claim`, if given.
 * @throws BillfoldError `wallet.archived`, `signing-method.invalid` if the method does not belong to the wallet's owner,
 *   `idempotency-key.reused`, `input.invalid`, `server.busy`, `saved-request.already-signed`, `transaction.chain-unavailable`,
 *   `transaction.funds-pending`,
 *   `transaction.insufficient-funds`, `transaction.rejected`, `transaction.replaced`, `transaction.reverted`,
 *   `transaction.unsupported-type`
 */
export async function sendTransaction(
  services: CustodyServices,
  actor: Actor,
  wallet: CustodyWalletRow,
  chain: Chain,
  request: TransactionRequest,
  authorizedBy: AuthorizedMethod,
  idempotencyKey?: string,
  claim?: RequestClaim,
): Promise<TransactionRow> {
  if (wallet.archivedAt !== null) throw new BillfoldError('wallet.archived')
  if (authorizedBy.row.ownerId !== wallet.ownerId) throw new BillfoldError('signing-method.invalid')
  if (request.chainSpecificFields?.nonce !== undefined)
    throw new BillfoldError('input.invalid', { issues: [nonceNotAllowed] })
  if (wallet.accountType !== null)
    return sendOperation(services, actor, wallet, chain, request, authorizedBy, idempotencyKey, claim)
  assertTransactionsSupported(services.chainConnections, wallet.secretType)
  const client = getChainClient(services.chainConnections, wallet.secretType)
  // A saved request is used once, and not repeated by its key.
  const fingerprint = claim?.fingerprint ?? computeTransactionFingerprint(request, idempotencyKey)
  const earlier = await findEarlier(services, { wallet, fingerprint, claim })
  const account = { network: client.network, address: wallet.address }
  const sending = { actor, wallet, authorizedBy, request, fingerprint, account, claim }
  if (!hasNonces(client))
    return earlier === undefined
      ? sendReserving(services, client, chain, sending)
      : repeatReserving(services, client, earlier)
  if (earlier !== undefined) return repeatResult(services, client, earlier)
  const { unsigned } = await buildUnsignedTransaction(services, wallet, chain, request)
  return sendWithNonce(services, client, { ...sending, unsigned })
}

function sendWithNonce(
  services: CustodyServices,
  client: NonceChainClient,
  sending: NonceSending,
): Promise<TransactionRow> {
  return services.chainConnections.withAccountLock(chainAccountKey(sending.account), async () => {
    const { row, isNew } = await signAndStore(services, client, sending)
    if (!isNew) return repeatResult(services, client, row, 'locked')
    await tryBroadcastTransaction(services, client, row, 'first')
    return getCurrentResult(services, row)
  })
}

const nonceNotAllowed = requestIssue(
  'chainSpecificFields.nonce',
  'is assigned by Billfold for transactions that are sent',
)

/** Signs and stores the transaction, or returns the row that another process has stored for the same idempotency key. */
async function signAndStore(
  services: CustodyServices,
  client: NonceChainClient,
  sending: NonceSending,
): Promise<{ row: TransactionRow; isNew: boolean }> {
  const { mined, next } = await rebroadcastMissing(services, client, sending.account)
  for (let attempt = 1; ; attempt++) {
    try {
      return { row: await signOnce(services, sending, mined, next), isNew: true }
    } catch (error) {
      if (!isCommitError(error) && !(error instanceof StaleReadError)) throw error
      if (attempt === transactionLimits.maxSendAttempts) throw new BillfoldError('storage.conflict', { cause: error })
      const earlier = await findEarlier(services, sending)
      if (earlier !== undefined) return { row: earlier, isNew: false }
      await backoff(attempt)
    }
  }
}

/** Reserves the next nonce, signs, and stores both in one commit, so that every reserved nonce has a signed transaction. */
async function signOnce(
  services: CustodyServices,
  sending: NonceSending,
  mined: number,
  next: number,
): Promise<TransactionRow> {
  const { account, actor, authorizedBy, wallet, unsigned, request, claim } = sending
  const claimed = (await claim?.writes()) ?? []
  const [counter] = await services.storage.find(accountNonces, { where: { ...account }, limit: 1 })
  const count = countNonces(request.type)
  // The second nonce of a delegation must be free, too: it takes both from the counter, and leaves a gap to others.
  const first = count > 1 ? Math.max(next, counter?.next ?? 0) : undefined
  const nonce = first ?? (await findNextNonce(services, account, next, counter?.next ?? 0))
  if (nonce - mined >= transactionLimits.maxUnconfirmed) throw new BillfoldError('server.busy')
  const { privateKey, writes } = await loadWalletKey(services, wallet, authorizedBy, () => ({
    ...walletAct(actor, wallet, authorizedBy),
    ...describeTransaction(unsigned, account.network),
    kind: 'transaction',
  }))
  const [transaction, cancellation] = [unsigned.sign(nonce, privateKey), unsigned.signCancellation(nonce, privateKey)]
  const replacements = unsigned.signReplacements(nonce, privateKey)
  privateKey.fill(0)
  const row = buildTransactionRow(
    sending,
    { ...transaction, nonce, rawCancellation: cancellation.raw, expiry: null },
    services.now(),
  )
  await commitAuthorized(
    services,
    authorizedBy,
    ...claimed,
    reserveNonceWrite(account, counter?.next, nonce, count),
    ...signedTransactionWrites(services, sending, row),
    ...(await replacementInserts(services, row, replacements)),
    ...writes,
  )
  return row
}

/** Returns the result of an earlier send. If its broadcast is unconfirmed, it is broadcast first. */
async function repeatResult(
  services: CustodyServices,
  client: NonceChainClient,
  row: TransactionRow,
  accountLock?: 'locked',
): Promise<TransactionRow> {
  if (row.state === 'signed') {
    const broadcast = (): Promise<void> => tryBroadcastTransaction(services, client, row, 'repeated')
    await (accountLock === 'locked'
      ? broadcast()
      : services.chainConnections.withAccountLock(chainAccountKey(toChainAccount(row)), broadcast))
  }
  return getCurrentResult(services, row)
}
