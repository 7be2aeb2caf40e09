import { p2wpkh } from '@scure/btc-signer'
import type { CustodyServices } from '../../services.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { insert, retryOnConflict, type Write } from '../../../kernel/storage/index.ts'
import { callNode, type Coin, type UtxoClient } from '../../chain-clients/index.ts'
import { loadWalletKey } from '../../wallets/sign.ts'
import { walletAct } from '../../wallets/wallet-act.ts'
import { listReplacements, openReplacement } from '../fee-bumping/replacements.ts'
import { pendingStates, storeReplacement } from '../fee-bumping/store-replacement.ts'
import type { Replacing } from '../fee-bumping/replacing.ts'
import type { ReservingAccountState } from '../formats/reserving-format.ts'
import type { SignedTransaction } from '../formats/transaction-format.ts'
import { computeFeeOf } from '../formats/utxo/fee-rates.ts'
import { type CoinSelection, selectCoins } from '../formats/utxo/select-coins.ts'
import { parseOutputs, signUtxoTransaction } from '../formats/utxo/sign-utxo.ts'
import { listSpendableCoins, toChangeResource, toOutpoint } from '../formats/utxo/spendable-coins.ts'
import { computeDustLimit } from '../formats/utxo/transaction-size.ts'
import { transactionReservations, transactions } from '../tables.ts'
import { resolveOnChainStatus } from '../tracking/on-chain-status.ts'
import { chainAccountKey, toChainAccount, type TransactionRow } from '../transaction-row.ts'
import { loadAccountState } from './account-state.ts'
import { getSpentCoins } from './spent-coins.ts'
import { toRejectionCode } from '../sending/rejection-code.ts'

/**
 * Replaces a pending transaction of the Bitcoin family (BIP-125), authorized by a signing method of its wallet's owner: with the same payment, or
 * with none. It spends the same coins, so that either of the two can be mined, never both; if they do not suffice for the fee, it adds others.
 * @returns the replacement's hash
 */
export function replaceUtxo(services: CustodyServices, client: UtxoClient, replacing: Replacing): Promise<string> {
  if (!client.allowsReplacement) throw new BillfoldError('transaction.unsupported-type')
  const account = chainAccountKey(toChainAccount(replacing.row))
  return services.chainConnections.withAccountLock(account, async () => {
    const coins = await callNode(client, services.logger, () => client.unspent(replacing.row.address))
    const { raw, hash } = await retryOnConflict((attempt) => signAndStore(services, client, replacing, coins, attempt))
    const result = await callNode(client, services.logger, () => client.broadcast(raw))
    if (result.outcome === 'conflict' || result.outcome === 'expired')
      throw new BillfoldError('transaction.not-pending')
    if (result.outcome === 'rejected') throw new BillfoldError(toRejectionCode(result.reason))
    return hash
  })
}

async function signAndStore(
  services: CustodyServices,
  client: UtxoClient,
  replacing: Replacing,
  coins: readonly Coin[],
  attempt: number,
): Promise<SignedTransaction> {
  const { actor, wallet, authorizedBy } = replacing
  const { row, cancels, level, ownScript, feeRate, selection, reservations } = await prepareReplacement(
    services,
    client,
    replacing,
    coins,
    attempt,
  )
  // The value was authorized and counted with the transaction: of the two only one can be mined.
  const { privateKey, writes } = await loadWalletKey(services, wallet, authorizedBy, () => ({
    ...walletAct(actor, wallet, authorizedBy),
    kind: 'transaction-replace',
    network: row.network,
    content: `${cancels ? 'cancellation' : 'same'} ${row.hash}`,
  }))
  const signed = signUtxoTransaction(selection, ownScript, privateKey)
  privateKey.fill(0)
  const replacement = { ...signed, fees: { gasPrice: feeRate }, level, cancels }
  await storeReplacement(services, replacing, row, replacement, { reservations, writes })
  return signed
}

/** A replacement that is complete except for its signature. */
interface PreparedReplacement {
  readonly row: TransactionRow
  readonly cancels: boolean
  readonly level: number
  readonly ownScript: Uint8Array
  readonly feeRate: bigint
  readonly selection: CoinSelection
  readonly reservations: readonly Write[]
}

async function prepareReplacement(
  services: CustodyServices,
  client: UtxoClient,
  { wallet, row: read, request }: Replacing,
  coins: readonly Coin[],
  attempt: number,
): Promise<PreparedReplacement> {
  const [row = read] = await services.storage.find(transactions, { where: { id: read.id }, limit: 1 })
  const status = await resolveOnChainStatus(services, client, row)
  if (!pendingStates.includes(row.state) || status.state === 'mined' || status.state === 'failed')
    throw new BillfoldError('transaction.not-pending')
  const earlier = (await listReplacements(services, [row.id])).get(row.id) ?? []
  const current = earlier.findLast(({ broadcastAt }) => broadcastAt !== null)
  const state = await loadAccountState(services, toChainAccount(row), attempt)
  const changeResource = toChangeResource(row.hash)
  const change = state.reserved.get(changeResource)
  if (change !== undefined && change.transactionId !== row.id) throw new BillfoldError('transaction.change-spent')
  const currentRaw = (current === undefined ? undefined : await openReplacement(services, current)) ?? row.raw
  const cancels = request === 'cancel' || current?.cancels === true
  const ownScript = p2wpkh(wallet.publicKey).script
  const spent = await getSpentCoins(services, row, currentRaw)
  const feeRate = await resolveFeeRate(services, client, row, computeFeeOf(currentRaw, spent).feeRate)
  const selection = selectReplacement(client, { currentRaw, spent, ownScript, feeRate, cancels }, coins, state)
  const added = selection.coins.filter((coin) => !state.reserved.has(toOutpoint(coin)))
  const reservations = [
    ...added.map((coin) => reserve(row, toOutpoint(coin), coin.amount)),
    // Its change must not be spent: which of the versions is mined is not known.
    ...(change === undefined ? [reserve(row, changeResource, null)] : []),
  ]
  return { row, cancels, level: (earlier.at(-1)?.level ?? 0) + 1, ownScript, feeRate, selection, reservations }
}

interface Replaced {
  readonly currentRaw: Uint8Array
  readonly spent: CoinSelection['coins']
  readonly ownScript: Uint8Array
  readonly feeRate: bigint
  readonly cancels: boolean
}

/** Added coins must be in a block (BIP-125 rule 2). */
function selectReplacement(
  { dustRelayFeeRate, incrementalFeeRate }: UtxoClient,
  { currentRaw, spent, ownScript, feeRate, cancels }: Replaced,
  coins: readonly Coin[],
  state: ReservingAccountState,
): CoinSelection {
  const payments = parseOutputs(currentRaw).filter(({ script }) => Buffer.compare(script, ownScript) !== 0)
  const target = {
    outputs: cancels ? [] : payments,
    changeScript: ownScript,
    dustLimit: computeDustLimit(ownScript, dustRelayFeeRate),
    feeRate,
    replaced: { fee: computeFeeOf(currentRaw, spent).fee, incrementalFeeRate },
  }
  return selectCoins(target, spent, listSpendableCoins(coins, state, ownScript).confirmed)
}

/** The node's recommendation, and more than the current rate. @throws BillfoldError `transaction.fee-too-high` */
async function resolveFeeRate(
  { logger, chainConnections }: CustodyServices,
  client: UtxoClient,
  { secretType }: TransactionRow,
  current: bigint,
): Promise<bigint> {
  const recommended = await callNode(client, logger, () => client.feeRate())
  const raised = current + client.incrementalFeeRate
  const feeRate = recommended > raised ? recommended : raised
  const limit = chainConnections.feeBumping.maxReplacementFeePerGas[secretType]
  if (feeRate > client.maxFeeRate || (limit !== undefined && feeRate > limit))
    throw new BillfoldError('transaction.fee-too-high')
  return feeRate
}

function reserve(
  { id: transactionId, tenant, network, address }: TransactionRow,
  resource: string,
  amount: bigint | null,
): Write {
  return insert(transactionReservations, { network, resource, tenant, address, transactionId, amount })
}
