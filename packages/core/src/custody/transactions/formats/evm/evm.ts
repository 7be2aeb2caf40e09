import { type AuthorizationItem, Transaction } from 'micro-eth-signer'
import { estimateGasInRange, type EvmCall, type EvmFees, fetchFeesInRange } from '../../../chain-clients/index.ts'
import { BillfoldError } from '../../../../kernel/errors.ts'
import { parseAbiInteger } from './abi-values.ts'
import { toEvmClient, buildEvmCall } from './build-call.ts'
import { type Delegation, parseDelegation, signAuthorization } from './delegation.ts'
import { computeFeeBumpSchedule, toMaxFee } from '../../fee-bumping/fee-bump-schedule.ts'
import {
  type UnsignedTransaction,
  type FormatContext,
  type SignedTransaction,
  type TransactionFormat,
  requestIssue,
} from '../transaction-format.ts'
import type { ChainSpecificFields, TransactionRequest } from '../transaction-request.ts'

/** The gas of a plain transfer of the native coin (Ethereum Yellow Paper, appendix G). */
const transferGas = 21_000n

/** The gas of an authorization of a delegation (EIP-7702, PER_EMPTY_ACCOUNT_COST). */
const authorizationGas = 25_000n

type EvmTransaction = Pick<ReturnType<typeof Transaction.fromHex>, 'toHex' | 'signBy'>

interface EvmFields {
  readonly chainId: bigint
  readonly call: EvmCall
  readonly gasLimit: bigint
  readonly fees: EvmFees
  readonly delegation?: Delegation | undefined
  /** The signed authorization of the delegation, of a transaction that was signed before. */
  readonly authorizations?: readonly AuthorizationItem[] | undefined
}

/** Builds EVM transactions: EIP-1559, or legacy with EIP-155 if the request has a `gasPrice` or the chain has no base fee. */
export const evmTransactionFormat: TransactionFormat = async (request, context) => {
  const call = await buildEvmCall(request, context)
  const fields = request.chainSpecificFields ?? {}
  const delegation = parseDelegation(request, context)
  const fees = await resolveFees(fields, context)
  if (delegation !== undefined && 'gasPrice' in fees)
    throw new BillfoldError('transaction.unsupported-type', { message: 'A delegation needs EIP-1559 fees' })
  const unsigned: EvmFields = {
    chainId: BigInt(context.network.slice('eip155:'.length)),
    call,
    gasLimit: await resolveGasLimit(fields, { ...call, delegate: delegation?.delegate }, context),
    fees,
    delegation,
  }
  return toUnsignedTransaction(unsigned, replacementFees(fields, unsigned.fees, context))
}

function toUnsignedTransaction(unsigned: EvmFields, bumps: readonly EvmFees[]): UnsignedTransaction {
  const { from } = unsigned.call
  const cancellation = {
    ...unsigned,
    call: { from, to: from, value: 0n, data: new Uint8Array() },
    gasLimit: cancellationGas(unsigned),
    delegation: undefined,
    authorizations: undefined,
  }
  return {
    // One spelling of an address, so that equal calls are equal acts.
    call: { ...unsigned.call, to: unsigned.call.to.toLowerCase() },
    delegation: unsigned.delegation,
    sign: (nonce, privateKey) => sign(unsigned, nonce, privateKey),
    signReplacements: (nonce, privateKey) =>
      bumps.map((fees) => ({ fees, ...sign({ ...unsigned, fees }, nonce, privateKey) })),
    signCancellation: (nonce, privateKey) => sign(cancellation, nonce, privateKey),
    describe: (nonce) => ({
      ...describe(unsigned, nonce),
      ...(bumps.length > 0 && { replacements: bumps.map(formatFees) }),
    }),
  }
}

/** Some chains require more than 21,000 gas for a transfer, but never more than the transaction's own limit. */
function cancellationGas({ gasLimit, call }: EvmFields): bigint {
  return call.data.length === 0 ? gasLimit : gasLimit > transferGas ? gasLimit : transferGas
}

function sign(unsigned: EvmFields, nonce: number, privateKey: Uint8Array): SignedTransaction {
  const { delegation } = unsigned
  const authorizations =
    unsigned.authorizations ??
    (delegation === undefined ? undefined : [signAuthorization(delegation, nonce, privateKey)])
  const signed = prepare({ ...unsigned, authorizations }, nonce).signBy(privateKey, false)
  return { raw: signed.toBytes(), hash: signed.hash }
}

/** Disables the strict mode of the library, which is meant for user input. The fields are validated before. */
function prepare({ chainId, call, gasLimit, fees, authorizations }: EvmFields, nonce: number): EvmTransaction {
  const data = call.data.length === 0 ? '' : `0x${Buffer.from(call.data).toString('hex')}`
  const fields = { chainId, nonce: BigInt(nonce), gasLimit, to: call.to, value: call.value, data }
  if ('gasPrice' in fees) return Transaction.prepare({ type: 'legacy', ...fields, gasPrice: fees.gasPrice }, false)
  if (authorizations === undefined)
    return Transaction.prepare({ type: 'eip1559', ...fields, ...fees, accessList: [] }, false)
  const authorizationList = [...authorizations]
  return Transaction.prepare({ type: 'eip7702', ...fields, ...fees, accessList: [], authorizationList }, false)
}

function describe(unsigned: EvmFields, nonce: number): Readonly<Record<string, unknown>> {
  const { chainId, call, gasLimit, fees, delegation } = unsigned
  return {
    type: delegation !== undefined ? 'EIP7702' : 'gasPrice' in fees ? 'LEGACY' : 'EIP1559',
    chainId: chainId.toString(),
    nonce,
    from: call.from,
    to: call.to,
    value: call.value.toString(),
    data: `0x${Buffer.from(call.data).toString('hex')}`,
    gas: gasLimit.toString(),
    ...formatFees(fees),
    // With a delegation the authorization is signed first, so there is no serialization without signatures.
    ...(delegation === undefined
      ? { unsigned: prepare(unsigned, nonce).toHex() }
      : {
          authorizationList: [
            { chainId: delegation.chainId.toString(), address: delegation.delegate, nonce: (nonce + 1).toString() },
          ],
        }),
  }
}

function formatFees(fees: EvmFees): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fees).map(([name, amount]) => [name, String(amount)]))
}

/** Computes the fees of the replacements that the request allows. */
function replacementFees(fields: ChainSpecificFields, fees: EvmFees, context: FormatContext): readonly EvmFees[] {
  if (fields.maxReplacementFeePerGas === undefined) return []
  const highest = parseAbiInteger(
    true,
    128,
    fields.maxReplacementFeePerGas,
    'chainSpecificFields.maxReplacementFeePerGas',
  )
  const bound = context.maxReplacementFeePerGas
  if (bound !== undefined && highest > bound)
    throw invalid('maxReplacementFeePerGas', `exceeds the limit of the host: ${bound}`)
  if (highest < toMaxFee(fees)) throw invalid('maxReplacementFeePerGas', `is below the initial fee: ${toMaxFee(fees)}`)
  return computeFeeBumpSchedule(fees, highest, context.maxReplacements)
}

/** What takes the place of a transaction: the same at other fees, or nothing. */
export type EvmReplacementKind = 'same' | 'cancellation'

/**
 * Signs a replacement of a signed transaction, with its nonce and other fees.
 * @param from the sender's address
 * @param network CAIP-2, such as `eip155:1`
 */
export function signEvmReplacement(
  raw: Uint8Array,
  { from, network }: Pick<FormatContext, 'from' | 'network'>,
  kind: EvmReplacementKind,
  fees: EvmFees,
  privateKey: Uint8Array,
): SignedTransaction {
  const { raw: fields } = Transaction.fromBytes(raw)
  const { to, value, data, gasLimit, nonce } = fields
  const authorizations = 'authorizationList' in fields ? fields.authorizationList : undefined
  const call = { from, to, value, data: Uint8Array.from(Buffer.from(data.replace(/^0x/, ''), 'hex')) }
  const chainId = BigInt(network.slice('eip155:'.length))
  const unsigned = toUnsignedTransaction({ chainId, call, gasLimit, fees, authorizations }, [])
  return kind === 'same'
    ? unsigned.sign(Number(nonce), privateKey)
    : unsigned.signCancellation(Number(nonce), privateKey)
}

/** Parses the fees of a signed transaction. */
export function parseEvmFees(raw: Uint8Array): EvmFees {
  const { raw: fields } = Transaction.fromBytes(raw)
  if ('gasPrice' in fields) return { gasPrice: fields.gasPrice }
  return { maxFeePerGas: fields.maxFeePerGas, maxPriorityFeePerGas: fields.maxPriorityFeePerGas }
}

/** The node's estimate. Contract calls get a margin of 20 %, because the contract's state may change before execution. */
async function resolveGasLimit(fields: ChainSpecificFields, call: EvmCall, context: FormatContext): Promise<bigint> {
  if (fields.gasLimit !== undefined) return parseAbiInteger(true, 64, fields.gasLimit, 'chainSpecificFields.gasLimit')
  const estimate = await context.callNode((client) => estimateGasInRange(toEvmClient(client), call))
  if (call.delegate !== undefined) return (estimate * 6n) / 5n + authorizationGas
  return estimate === transferGas ? estimate : (estimate * 6n) / 5n
}

async function resolveFees(fields: ChainSpecificFields, context: FormatContext): Promise<EvmFees> {
  const price = (name: 'gasPrice' | 'maxFeePerGas' | 'maxPriorityFeePerGas'): bigint | undefined =>
    fields[name] === undefined ? undefined : parseAbiInteger(true, 128, fields[name], `chainSpecificFields.${name}`)
  const [gasPrice, maxFee, tip] = [price('gasPrice'), price('maxFeePerGas'), price('maxPriorityFeePerGas')]
  if (gasPrice !== undefined) {
    if (maxFee !== undefined || tip !== undefined) throw invalid('gasPrice', 'cannot be combined with EIP-1559 fields')
    return { gasPrice }
  }
  if (maxFee === undefined) {
    if (tip !== undefined) throw invalid('maxFeePerGas', 'is required with maxPriorityFeePerGas')
    return context.callNode((client) => fetchFeesInRange(toEvmClient(client)))
  }
  const maxPriorityFeePerGas = tip ?? 0n
  if (maxPriorityFeePerGas > maxFee) throw invalid('maxPriorityFeePerGas', 'exceeds maxFeePerGas')
  return { maxFeePerGas: maxFee, maxPriorityFeePerGas }
}

function invalid(field: keyof NonNullable<TransactionRequest['chainSpecificFields']>, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [requestIssue(`chainSpecificFields.${field}`, message)] })
}
