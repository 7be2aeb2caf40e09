import type { ChainClient, UtxoClient } from '../../../chain-clients/index.ts'
import { BillfoldError, isBillfoldError } from '../../../../kernel/errors.ts'
import type { Chain, OutputAddress } from '../../../wallets/chains/chain.ts'
import { parseUnits } from '../units.ts'
import type {
  PreparedTransaction,
  ReservingAccountState,
  ReservingContext,
  ReservingFormat,
  ReservingTransaction,
} from '../reserving-format.ts'
import { requestIssue } from '../transaction-format.ts'
import type { TransactionRequest } from '../transaction-request.ts'
import { computeFeeRateSchedule } from './fee-rates.ts'
import { type CoinSelection, type CoinTarget, selectCoins } from './select-coins.ts'
import { buildUtxoTransaction, signUtxoTransaction } from './sign-utxo.ts'
import { listSpendableCoins, type SpendableCoins, toChangeResource, toOutpoint } from './spendable-coins.ts'
import { computeDustLimit, computeVirtualSize } from './transaction-size.ts'

/** Fee rates are satoshis per virtual byte in the API, and per 1000 virtual bytes inside. */
const feeRateDecimals = 3

interface UtxoTransfer {
  readonly target: CoinTarget
  readonly ownScript: Uint8Array
  /** The fee rates of the replacements, lowest first. */
  readonly bumps: readonly bigint[]
  readonly incrementalFeeRate: bigint
}

/** Builds transactions of the Bitcoin family: P2WPKH inputs of one address to P2PKH, P2SH, P2WPKH, P2WSH or P2TR, with change to the sender. */
export const utxoTransactionFormat: ReservingFormat = async (request, context) => {
  const { chain, from } = context
  if (request.type !== 'TRANSFER' && request.type !== 'GAS_TRANSFER')
    throw new BillfoldError('transaction.unsupported-type')
  if (request.data !== undefined && request.data !== '') throw invalid('data', 'is not supported on this chain')
  const recipient = parseRecipient(chain, request.to)
  if (recipient === undefined) throw invalid('to', 'is not an address of this chain')
  const own = getOwnOutput(chain, from)
  const amount = parseUnits(request.value, chain.decimals, 'transactionRequest.value')
  const client = await context.callNode((any) => Promise.resolve(toUtxoClient(any)))
  const dustLimit = computeDustLimit(recipient.script, client.dustRelayFeeRate)
  if (amount < dustLimit) throw invalid('value', `is below the smallest output that nodes relay: ${dustLimit}`)
  const feeRate = await resolveFeeRate(request, client, context)
  const bumps = computeBumps(request, feeRate, client, context)
  const coins = await context.callNode(() => client.unspent(from))
  const target: CoinTarget = {
    outputs: [{ script: recipient.script, amount }],
    changeScript: own.script,
    dustLimit: computeDustLimit(own.script, client.dustRelayFeeRate),
    feeRate,
  }
  const transfer = { target, ownScript: own.script, bumps, incrementalFeeRate: client.incrementalFeeRate }
  return {
    call: { to: recipient.address, value: amount, data: new Uint8Array() },
    prepare: (state) => prepare(transfer, listSpendableCoins(coins, state, own.script), state, from),
  }
}

/** Narrows a client. @throws TypeError if the client is of another chain family */
export function toUtxoClient(client: ChainClient): UtxoClient {
  if (client.family !== 'utxo') throw new TypeError('the chain client is not a client of the Bitcoin family')
  return client
}

/** Gets the output of the sender. @throws BillfoldError `transaction.unsupported-type` if the chain has no outputs */
export function getOwnOutput(chain: Chain, from: string): OutputAddress {
  const own = parseRecipient(chain, from)
  if (own === undefined) throw new BillfoldError('transaction.unsupported-type')
  return own
}

function parseRecipient({ parseRecipient: parse }: Chain, address: string): OutputAddress | undefined {
  if (parse === undefined) throw new BillfoldError('transaction.unsupported-type')
  return parse(address)
}

function prepare(
  transfer: UtxoTransfer,
  coins: SpendableCoins,
  { attempt }: ReservingAccountState,
  from: string,
): PreparedTransaction {
  const selection = select(transfer.target, coins, attempt)
  return {
    sign: (privateKey) => sign(transfer, selection, privateKey),
    describe: () => describe(transfer, selection, from),
  }
}

/** Spends confirmed coins if they suffice. After a conflict it selects from a random half first, so that processes do not select the same coins. */
function select(target: CoinTarget, { confirmed, change, later }: SpendableCoins, attempt: number): CoinSelection {
  const both = [...confirmed, ...change]
  const choices = [confirmed, both]
  if (attempt > 1) choices.unshift(confirmed.filter(isPicked), both.filter(isPicked))
  for (const candidates of choices) {
    const selection = trySelect(target, candidates)
    if (selection !== undefined) return selection
  }
  try {
    return selectCoins(target, [], both)
  } catch (error) {
    const isLater = isBillfoldError(error, 'transaction.insufficient-funds') && later > 0n
    throw isLater ? new BillfoldError('transaction.funds-pending', { cause: error }) : error
  }
}

function isPicked(): boolean {
  return Math.random() < 0.5
}

function trySelect(target: CoinTarget, candidates: SpendableCoins['confirmed']): CoinSelection | undefined {
  try {
    return selectCoins(target, [], candidates)
  } catch (error) {
    if (!isBillfoldError(error, 'transaction.insufficient-funds')) throw error
    return undefined
  }
}

function sign(
  { target, ownScript, bumps, incrementalFeeRate }: UtxoTransfer,
  selection: CoinSelection,
  privateKey: Uint8Array,
): ReservingTransaction {
  const signed = signUtxoTransaction(selection, ownScript, privateKey)
  let fee = selection.fee
  const replacements = bumps.flatMap((feeRate) => {
    const raised = trySelectReplacement({ ...target, feeRate, replaced: { fee, incrementalFeeRate } }, selection)
    if (raised === undefined) return []
    fee = raised.fee
    return [{ feeRate, ...signUtxoTransaction(raised, ownScript, privateKey) }]
  })
  const spent = selection.coins.map((coin) => ({ resource: toOutpoint(coin), amount: coin.amount }))
  const parents = selection.coins.filter(({ isPending }) => isPending === true).map(({ txid }) => txid)
  // Its change is not to be spent before it is known which version is mined.
  const withChange = replacements.length === 0 ? parents : [...parents, signed.hash]
  const change = [...new Set(withChange)].map((hash) => ({ resource: toChangeResource(hash), amount: null }))
  return { ...signed, replacements, reservations: [...spent, ...change], expiry: null }
}

/** The replacements spend the same coins; those for which these do not suffice are left out. */
function trySelectReplacement(target: CoinTarget, { coins }: CoinSelection): CoinSelection | undefined {
  try {
    return selectCoins(target, coins, [])
  } catch (error) {
    if (!isBillfoldError(error, 'transaction.insufficient-funds')) throw error
    return undefined
  }
}

function describe(
  { target, ownScript, bumps }: UtxoTransfer,
  selection: CoinSelection,
  from: string,
): Readonly<Record<string, unknown>> {
  const { coins, outputs, fee } = selection
  const size = computeVirtualSize(
    coins.length,
    outputs.map(({ script }) => script),
  )
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  return {
    type: 'UTXO',
    from,
    inputs: coins.map(({ txid, vout, amount }) => ({ txid, vout, value: amount.toString() })),
    outputs: outputs.map(({ script, amount }) => ({ script: hex(script), value: amount.toString() })),
    value: target.outputs.reduce((sum, { amount }) => sum + amount, 0n).toString(),
    fee: fee.toString(),
    feeRate: formatFeeRate(target.feeRate),
    virtualSize: Number(size),
    ...(bumps.length > 0 && { replacements: bumps.map((feeRate) => ({ feeRate: formatFeeRate(feeRate) })) }),
    unsigned: Buffer.from(buildUtxoTransaction(selection, ownScript).toPSBT(0)).toString('base64'),
  }
}

/** Formats a rate per 1000 virtual bytes in satoshis per virtual byte. */
export function formatFeeRate(feeRate: bigint): string {
  return String(Number(feeRate) / 1000)
}

async function resolveFeeRate(
  { chainSpecificFields }: TransactionRequest,
  client: UtxoClient,
  context: ReservingContext,
): Promise<bigint> {
  const requested = parseFeeRate(chainSpecificFields?.feeRate, 'feeRate')
  if (requested !== undefined) {
    if (requested < client.incrementalFeeRate)
      throw invalid(
        'chainSpecificFields.feeRate',
        `is below what nodes relay: ${formatFeeRate(client.incrementalFeeRate)}`,
      )
    if (requested > client.maxFeeRate) throw new BillfoldError('transaction.fee-too-high')
    return requested
  }
  return fetchFeeRate(client, context)
}

/** Fetches the recommended fee rate. @throws BillfoldError `transaction.fee-too-high` if it exceeds the limit of the client */
export async function fetchFeeRate(
  client: UtxoClient,
  { callNode }: { readonly callNode: (call: () => Promise<bigint>) => Promise<bigint> },
): Promise<bigint> {
  const recommended = await callNode(() => client.feeRate())
  if (recommended > client.maxFeeRate) throw new BillfoldError('transaction.fee-too-high')
  return recommended > client.incrementalFeeRate ? recommended : client.incrementalFeeRate
}

function computeBumps(
  { chainSpecificFields }: TransactionRequest,
  feeRate: bigint,
  { maxFeeRate, allowsReplacement }: UtxoClient,
  { maxReplacements, maxReplacementFeeRate = maxFeeRate }: ReservingContext,
): readonly bigint[] {
  const highest = parseFeeRate(chainSpecificFields?.maxReplacementFeeRate, 'maxReplacementFeeRate')
  if (highest === undefined) return []
  const field = 'chainSpecificFields.maxReplacementFeeRate'
  if (!allowsReplacement) throw invalid(field, 'is not supported on this chain, whose nodes replace no transactions')
  const limit = maxReplacementFeeRate < maxFeeRate ? maxReplacementFeeRate : maxFeeRate
  if (highest > limit) throw invalid(field, `exceeds the limit of the host: ${formatFeeRate(limit)}`)
  if (highest < feeRate) throw invalid(field, `is below the initial fee rate: ${formatFeeRate(feeRate)}`)
  return computeFeeRateSchedule(feeRate, highest, maxReplacements)
}

function parseFeeRate(value: number | string | undefined, field: string): bigint | undefined {
  if (value === undefined) return undefined
  return parseUnits(value, feeRateDecimals, `transactionRequest.chainSpecificFields.${field}`)
}

function invalid(field: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [requestIssue(field, message)] })
}
