import type { ChainTransfer } from '../../../../platform/acts/act.ts'
import type { TronClient } from '../../../chain-clients/index.ts'
import { BillfoldError } from '../../../../kernel/errors.ts'
import { encodeBase58check } from '../../../wallets/chains/base58.ts'
import { encodeFunctionData } from '../evm/encode-function-data.ts'
import type { ReservingContext } from '../reserving-format.ts'
import { requestIssue } from '../transaction-format.ts'
import type { ContractInput, TransactionRequest } from '../transaction-request.ts'
import { parseUnits } from '../units.ts'
import { decodeTronAddress, type TronAction } from './serialize.ts'

type RequestOf<T extends TransactionRequest['type']> = Extract<TransactionRequest, { readonly type: T }>

/** The largest amount of TRX and of a call value: a signed integer of 64 bits, of which a client may take 53. */
const maxSun = BigInt(Number.MAX_SAFE_INTEGER)

/** Builds what a request does: a transfer, or a call with its data. */
export async function buildTronAction(
  request: TransactionRequest,
  client: TronClient,
  context: ReservingContext,
): Promise<TronAction> {
  switch (request.type) {
    case 'TRANSFER':
    case 'GAS_TRANSFER':
      return buildTransfer(request, context)
    case 'TOKEN_TRANSFER':
      return buildTokenTransfer(request, client, context)
    case 'CONTRACT_EXECUTION':
      return buildExecution(request, context)
    case 'NFT_TRANSFER':
    case 'BATCH':
    case 'DELEGATION':
      throw new BillfoldError('transaction.unsupported-type')
  }
}

function buildTransfer(request: RequestOf<'TRANSFER' | 'GAS_TRANSFER'>, { from, chain }: ReservingContext): TronAction {
  if (request.data !== undefined && request.data !== '') throw invalid('data', 'is not supported on this chain')
  const to = parseAddress(request.to, 'to')
  const value = parseSun(request.value, chain.decimals)
  if (value === 0n) throw invalid('value', 'must be above 0')
  if (to === from) throw invalid('to', 'is the sender, to which this chain transfers nothing')
  return { from, to, value, data: undefined }
}

/** TRC-20 `transfer`, with the decimals that the contract reports. */
async function buildTokenTransfer(
  request: RequestOf<'TOKEN_TRANSFER'>,
  client: TronClient,
  { from, callNode }: ReservingContext,
): Promise<TronAction> {
  const token = parseAddress(request.tokenAddress, 'tokenAddress')
  const recipient = parseAddress(request.to, 'to')
  const data = encodeFunctionData('decimals', [])
  const { result } = await callNode(() => client.call({ from, to: token, value: 0n, data }))
  const decimals = result.length === 32 ? BigInt(`0x${Buffer.from(result).toString('hex')}`) : 256n
  if (decimals > 255n) throw invalid('tokenAddress', 'is not a token contract with decimals')
  const value = parseUnits(request.value, Number(decimals), 'transactionRequest.value').toString()
  const inputs = [
    { type: 'address', value: toHexAddress(recipient) },
    { type: 'uint256', value },
  ]
  return { from, to: token, value: 0n, data: encodeFunctionData('transfer', inputs) }
}

/** Its value is in sun. Addresses among its inputs may be in base58check. */
function buildExecution(request: RequestOf<'CONTRACT_EXECUTION'>, { from }: ReservingContext): TronAction {
  const data = encodeFunctionData(request.functionName, (request.inputs ?? []).map(toHexInput))
  return { from, to: parseAddress(request.to, 'to'), value: parseSun(request.value ?? '0', 0), data }
}

function toHexInput(input: ContractInput): ContractInput {
  const { type, value } = input
  if (type !== 'address' || typeof value !== 'string' || decodeTronAddress(value) === undefined) return input
  return { ...input, value: toHexAddress(value) }
}

/**
 * Finds what an action moves: TRX, and the tokens of a `transfer`, whatever type of request it was. Undefined for other calls, which may move
 * more.
 */
export function toTronTransfers({ to, value, data }: TronAction): readonly ChainTransfer[] | undefined {
  const coins = value === 0n ? [] : [{ asset: 'native', amount: value, to }]
  if (data === undefined) return coins
  const hex = Buffer.from(data).toString('hex')
  const [, recipient, amount] = /^a9059cbb0{24}([0-9a-f]{40})([0-9a-f]{64})$/.exec(hex) ?? []
  if (recipient === undefined || amount === undefined) return undefined
  const owner = encodeBase58check(Uint8Array.from(Buffer.from(`41${recipient}`, 'hex')))
  return [...coins, { asset: `trc20:${to.toLowerCase()}`, amount: BigInt(`0x${amount}`), to: owner }]
}

/** Converts an address to that of the EVM: its last 20 bytes. */
function toHexAddress(address: string): string {
  return `0x${Buffer.from(decodeTronAddress(address)?.subarray(1) ?? []).toString('hex')}`
}

function parseAddress(address: string, field: string): string {
  if (decodeTronAddress(address) === undefined) throw invalid(field, 'is not an address of this chain')
  return address
}

function parseSun(value: number | string, decimals: number): bigint {
  const sun = parseUnits(value, decimals, 'transactionRequest.value')
  if (sun > maxSun) throw invalid('value', 'is too large')
  return sun
}

function invalid(field: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [requestIssue(field, message)] })
}
