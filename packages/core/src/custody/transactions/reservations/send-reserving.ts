import type { CustodyServices } from '../../services.ts'
import { commitAuthorized } from '../../../identity/signing-methods/authorized-method.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { backoff, isCommitError, StaleReadError } from '../../../kernel/storage/index.ts'
import type { ReservingChainClient } from '../../chain-clients/index.ts'
import type { Chain } from '../../wallets/chains/chain.ts'
import { loadWalletKey } from '../../wallets/sign.ts'
import { walletAct } from '../../wallets/wallet-act.ts'
import { feeRateReplacementInserts } from '../fee-bumping/replacements.ts'
import type { TransactionPlan } from '../formats/reserving-format.ts'
import { transactionLimits } from '../limits.ts'
import { getCurrentResult } from '../sending/current-result.ts'
import { findEarlier } from '../sending/request-fingerprint.ts'
import { buildTransactionRow, type Sending } from '../sending/sending.ts'
import { signedTransactionWrites } from '../sending/signed-transaction-writes.ts'
import { describeTransaction } from '../sending/transaction-act.ts'
import { chainAccountKey, toChainAccount, type TransactionRow } from '../transaction-row.ts'
import { loadAccountState, reservationInserts } from './account-state.ts'
import { tryBroadcastReserving } from './broadcast-reserving.ts'
import { planTransaction } from './plan-transaction.ts'

/**
 * Signs and sends a transaction of a chain without nonces. What it uses up is reserved in the commit that stores it, before the broadcast: of two
 * transactions that use the same, one is stored, in any process.
 */
export function sendReserving(
  services: CustodyServices,
  client: ReservingChainClient,
  chain: Chain,
  sending: Sending,
): Promise<TransactionRow> {
  return services.chainConnections.withAccountLock(chainAccountKey(sending.account), async () => {
    const row = await signAndStore(services, chain, sending)
    await tryBroadcastReserving(services, client, row)
    return getCurrentResult(services, row)
  })
}

/** Returns the result of an earlier send. If its broadcast is unconfirmed, it is broadcast first: the same bytes. */
export async function repeatReserving(
  services: CustodyServices,
  client: ReservingChainClient,
  row: TransactionRow,
): Promise<TransactionRow> {
  if (row.state === 'signed')
    await services.chainConnections.withAccountLock(chainAccountKey(toChainAccount(row)), () =>
      tryBroadcastReserving(services, client, row),
    )
  return getCurrentResult(services, row)
}

/** Signs and stores the transaction, or returns the row that another process has stored for the same idempotency key. */
async function signAndStore(services: CustodyServices, chain: Chain, sending: Sending): Promise<TransactionRow> {
  const { wallet, request } = sending
  const waiting = await findEarlier(services, sending)
  if (waiting !== undefined) return waiting
  let { plan } = await planTransaction(services, wallet, chain, request)
  for (let attempt = 1; ; attempt++) {
    try {
      return await signOnce(services, sending, plan, attempt)
    } catch (error) {
      if (!isCommitError(error) && !(error instanceof StaleReadError)) throw error
      if (attempt === transactionLimits.maxSendAttempts) throw new BillfoldError('storage.conflict', { cause: error })
      const earlier = await findEarlier(services, sending)
      if (earlier !== undefined) return earlier
      await backoff(attempt)
      // What the node said becomes old while other processes send.
      if (attempt % attemptsPerPlan === 0) ({ plan } = await planTransaction(services, wallet, chain, request))
    }
  }
}

const attemptsPerPlan = 10

/** Chooses what the transaction uses up, signs, and stores both in one commit. */
async function signOnce(
  services: CustodyServices,
  sending: Sending,
  plan: TransactionPlan,
  attempt: number,
): Promise<TransactionRow> {
  const { account, actor, authorizedBy, wallet, claim } = sending
  const claimed = (await claim?.writes()) ?? []
  const prepared = plan.prepare(await loadAccountState(services, account, attempt))
  const { privateKey, writes } = await loadWalletKey(services, wallet, authorizedBy, () => ({
    ...walletAct(actor, wallet, authorizedBy),
    ...describeTransaction(plan, account.network),
    kind: 'transaction',
  }))
  const signed = prepared.sign(privateKey)
  privateKey.fill(0)
  const row = buildTransactionRow(sending, { ...signed, nonce: null, rawCancellation: null }, services.now())
  await commitAuthorized(
    services,
    authorizedBy,
    ...claimed,
    ...reservationInserts(row, signed.reservations),
    ...signedTransactionWrites(services, sending, row),
    ...(await feeRateReplacementInserts(services, row, signed.replacements)),
    ...writes,
  )
  return row
}
