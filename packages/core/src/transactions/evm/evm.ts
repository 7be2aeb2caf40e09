import { Transaction } from 'micro-eth-signer'
import type { EvmCall, EvmFees } from '../../chain-clients/index.ts'
import { BillfoldError } from '../../errors.ts'
import { abiInteger } from './abi-values.ts'
import { evm, evmCallOf } from './evm-calls.ts'
import { feeLadder, priceOf } from '../repricing/fee-ladder.ts'
import { type Draft, type DraftSetting, type SignedTransaction, type TransactionFormat, wrongField } from '../format.ts'
import type { ChainSpecificFields, TransactionRequest } from '../request.ts'

/** The gas of a transaction that only moves the chain's own coin (yellow paper, appendix G). */
const transferGas = 21_000n

type EvmTransaction = Pick<ReturnType<typeof Transaction.fromHex>, 'toHex' | 'signBy'>

interface Unsigned {
  readonly chainId: bigint
  readonly call: EvmCall
  readonly gasLimit: bigint
  readonly fees: EvmFees
}

/** Transactions of EVM chains: EIP-1559, or EIP-155 where a `gasPrice` is given or the chain has no base fee. */
export const evmTransactions: TransactionFormat = async (request, setting) => {
  const call = await evmCallOf(request, setting)
  const given = request.chainSpecificFields ?? {}
  const unsigned: Unsigned = {
    chainId: BigInt(setting.network.slice('eip155:'.length)),
    call,
    gasLimit: await gasLimitOf(given, call, setting),
    fees: await feesOf(given, setting),
  }
  return draft(unsigned, ladderOf(given, unsigned.fees, setting))
}

function draft(unsigned: Unsigned, ladder: readonly EvmFees[]): Draft {
  const { from } = unsigned.call
  const cancel = {
    ...unsigned,
    call: { from, to: from, value: 0n, data: new Uint8Array() },
    gasLimit: cancelGas(unsigned),
  }
  return {
    sign: (nonce, privateKey) => sign(unsigned, nonce, privateKey),
    signReplacements: (nonce, privateKey) =>
      ladder.map((fees) => ({ fees, ...sign({ ...unsigned, fees }, nonce, privateKey) })),
    signCancel: (nonce, privateKey) => sign(cancel, nonce, privateKey),
    show: (nonce) => ({
      ...show(unsigned, nonce),
      ...(ladder.length > 0 && { replacements: ladder.map(shownFees) }),
    }),
  }
}

/** Some chains ask for more gas than 21,000 for a transfer, but none for more than a transaction's own limit. */
function cancelGas({ gasLimit, call }: Unsigned): bigint {
  return call.data.length === 0 ? gasLimit : gasLimit > transferGas ? gasLimit : transferGas
}

function sign(unsigned: Unsigned, nonce: number, privateKey: Uint8Array): SignedTransaction {
  const signed = prepare(unsigned, nonce).signBy(privateKey, false)
  return { raw: signed.toBytes(), hash: signed.hash }
}

/** Not by the library's strict rules, which are for what people type: the bounds are those of the fields above. */
function prepare({ chainId, call, gasLimit, fees }: Unsigned, nonce: number): EvmTransaction {
  const data = call.data.length === 0 ? '' : `0x${Buffer.from(call.data).toString('hex')}`
  const fields = { chainId, nonce: BigInt(nonce), gasLimit, to: call.to, value: call.value, data }
  return 'gasPrice' in fees
    ? Transaction.prepare({ type: 'legacy', ...fields, gasPrice: fees.gasPrice }, false)
    : Transaction.prepare({ type: 'eip1559', ...fields, ...fees, accessList: [] }, false)
}

function show(unsigned: Unsigned, nonce: number): Readonly<Record<string, unknown>> {
  const { chainId, call, gasLimit, fees } = unsigned
  return {
    type: 'gasPrice' in fees ? 'LEGACY' : 'EIP1559',
    chainId: chainId.toString(),
    nonce,
    from: call.from,
    to: call.to,
    value: call.value.toString(),
    data: `0x${Buffer.from(call.data).toString('hex')}`,
    gas: gasLimit.toString(),
    ...shownFees(fees),
    unsigned: prepare(unsigned, nonce).toHex(),
  }
}

function shownFees(fees: EvmFees): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fees).map(([name, amount]) => [name, String(amount)]))
}

/** The fees of the replacements that the request allows. */
function ladderOf(given: ChainSpecificFields, fees: EvmFees, setting: DraftSetting): readonly EvmFees[] {
  if (given.highestFeePerGas === undefined) return []
  const highest = abiInteger(true, 128, given.highestFeePerGas, 'chainSpecificFields.highestFeePerGas')
  const { highestFeePerGas: bound, mostReplacements } = setting
  if (bound !== undefined && highest > bound)
    throw invalid('highestFeePerGas', `is more than the host allows: ${bound}`)
  if (highest < priceOf(fees)) throw invalid('highestFeePerGas', `is less than what is paid at first: ${priceOf(fees)}`)
  return feeLadder(fees, highest, mostReplacements)
}

/** The fees of a signed transaction. */
export function evmFeesOf(raw: Uint8Array): EvmFees {
  const { raw: fields } = Transaction.fromBytes(raw)
  if ('gasPrice' in fields) return { gasPrice: fields.gasPrice }
  return { maxFeePerGas: fields.maxFeePerGas, maxPriorityFeePerGas: fields.maxPriorityFeePerGas }
}

/** What the node estimates, and a fifth more for a contract, whose state may change before its turn comes. */
async function gasLimitOf(given: ChainSpecificFields, call: EvmCall, { ask }: DraftSetting): Promise<bigint> {
  if (given.gasLimit !== undefined) return abiInteger(true, 64, given.gasLimit, 'chainSpecificFields.gasLimit')
  const estimate = await ask((client) => evm(client).estimateGas(call))
  return estimate === transferGas ? estimate : (estimate * 6n) / 5n
}

async function feesOf(given: ChainSpecificFields, { ask }: DraftSetting): Promise<EvmFees> {
  const price = (name: 'gasPrice' | 'maxFeePerGas' | 'maxPriorityFeePerGas'): bigint | undefined =>
    given[name] === undefined ? undefined : abiInteger(true, 128, given[name], `chainSpecificFields.${name}`)
  const [gasPrice, maxFee, tip] = [price('gasPrice'), price('maxFeePerGas'), price('maxPriorityFeePerGas')]
  if (gasPrice !== undefined) {
    if (maxFee !== undefined || tip !== undefined) throw invalid('gasPrice', 'stands beside the fields of EIP-1559')
    return { gasPrice }
  }
  if (maxFee === undefined) {
    if (tip !== undefined) throw invalid('maxFeePerGas', 'is needed with maxPriorityFeePerGas')
    return ask((client) => evm(client).fees())
  }
  const maxPriorityFeePerGas = tip ?? 0n
  if (maxPriorityFeePerGas > maxFee) throw invalid('maxPriorityFeePerGas', 'is more than maxFeePerGas')
  return { maxFeePerGas: maxFee, maxPriorityFeePerGas }
}

function invalid(field: keyof NonNullable<TransactionRequest['chainSpecificFields']>, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [wrongField(`chainSpecificFields.${field}`, message)] })
}
