import type { ChainClient, EvmCall, EvmClient } from '../../../chain-clients/index.ts'
import { BillfoldError } from '../../../../kernel/errors.ts'
import { encodeFunctionData } from './encode-function-data.ts'
import { parseAbiAddress, parseAbiBytes, parseAbiInteger } from './abi-values.ts'
import { parseUnits } from '../units.ts'
import { type FormatContext, requestIssue } from '../transaction-format.ts'
import type { TransactionRequest } from '../transaction-request.ts'

type RequestOf<T extends TransactionRequest['type']> = Extract<TransactionRequest, { readonly type: T }>

/** ERC-165 interface ids. */
const interfaces = { erc721: '0x80ac58cd', erc1155: '0xd9b67a26' } as const

/** Builds the EVM call of a request: recipient, value and call data. */
export async function buildEvmCall(request: TransactionRequest, context: FormatContext): Promise<EvmCall> {
  switch (request.type) {
    case 'TRANSFER':
    case 'GAS_TRANSFER':
      return transfer(request, context)
    case 'TOKEN_TRANSFER':
      return tokenTransfer(request, context)
    case 'NFT_TRANSFER':
      return nftTransfer(request, context)
    case 'CONTRACT_EXECUTION':
      return execution(request, context)
    case 'BATCH':
      // Only a contract account can make several calls at once.
      throw new BillfoldError('transaction.unsupported-type')
    case 'DELEGATION':
      return transfer({ ...request, to: request.to ?? context.from, value: request.value ?? '0' }, context)
  }
}

/** Narrows a client to an EVM client. @throws TypeError if the client is of another chain family */
export function toEvmClient(client: ChainClient): EvmClient {
  if (client.family !== 'evm') throw new TypeError('the chain client is not an EVM client')
  return client
}

function transfer(
  request: Pick<RequestOf<'TRANSFER' | 'GAS_TRANSFER'>, 'to' | 'value' | 'data'>,
  { from, decimals }: FormatContext,
): EvmCall {
  const data =
    request.data === undefined || request.data === ''
      ? new Uint8Array()
      : parseAbiBytes(undefined, request.data, 'data')
  const value = parseUnits(request.value, decimals, 'transactionRequest.value')
  return { from, to: parseAbiAddress(request.to, 'to'), value, data }
}

/** ERC-20 `transfer`, with the decimals that the contract reports. */
async function tokenTransfer(request: RequestOf<'TOKEN_TRANSFER'>, context: FormatContext): Promise<EvmCall> {
  const token = parseAbiAddress(request.tokenAddress, 'tokenAddress')
  const recipient = parseAbiAddress(request.to, 'to')
  const result = await read(context, token, encodeFunctionData('decimals', []))
  const decimals = result.length === 32 ? Number(BigInt(`0x${Buffer.from(result).toString('hex')}`)) : 256
  if (decimals > 255)
    throw new BillfoldError('input.invalid', {
      issues: [requestIssue('tokenAddress', 'is not a token contract with decimals')],
    })
  const value = parseUnits(request.value, decimals, 'transactionRequest.value').toString()
  const data = encodeFunctionData('transfer', [
    { type: 'address', value: recipient },
    { type: 'uint256', value },
  ])
  return { from: context.from, to: token, value: 0n, data }
}

/** `safeTransferFrom` of ERC-721 or ERC-1155, as the contract reports by ERC-165. */
async function nftTransfer(request: RequestOf<'NFT_TRANSFER'>, context: FormatContext): Promise<EvmCall> {
  const token = parseAbiAddress(request.tokenAddress, 'tokenAddress')
  const tokenId = parseAbiInteger(true, 256, request.tokenId ?? '', 'tokenId').toString()
  const amount = parseAbiInteger(true, 256, request.amount ?? 1, 'amount').toString()
  const first = [
    { type: 'address', value: context.from },
    { type: 'address', value: parseAbiAddress(request.to, 'to') },
    { type: 'uint256', value: tokenId },
  ]
  const more = [
    { type: 'uint256', value: amount },
    { type: 'bytes', value: '0x' },
  ]
  if (await supports(context, token, interfaces.erc1155))
    return {
      from: context.from,
      to: token,
      value: 0n,
      data: encodeFunctionData('safeTransferFrom', [...first, ...more]),
    }
  if (!(await supports(context, token, interfaces.erc721)))
    throw new BillfoldError('input.invalid', {
      issues: [requestIssue('tokenAddress', 'is neither an ERC-721 nor an ERC-1155 contract')],
    })
  if (amount !== '1')
    throw new BillfoldError('input.invalid', { issues: [requestIssue('amount', 'must be 1 for an ERC-721 token')] })
  return { from: context.from, to: token, value: 0n, data: encodeFunctionData('safeTransferFrom', first) }
}

/** Its value is in wei, as in the vendor's documentation; a fraction is refused. */
function execution(request: RequestOf<'CONTRACT_EXECUTION'>, { from }: FormatContext): EvmCall {
  const value = parseUnits(request.value ?? '0', 0, 'transactionRequest.value')
  return {
    from,
    to: parseAbiAddress(request.to, 'to'),
    value,
    data: encodeFunctionData(request.functionName, request.inputs ?? []),
  }
}

async function supports(context: FormatContext, contract: string, interfaceId: string): Promise<boolean> {
  const result = await read(
    context,
    contract,
    encodeFunctionData('supportsInterface', [{ type: 'bytes4', value: interfaceId }]),
  )
  return result.length === 32 && result[31] === 1
}

/** Calls a view function of a contract. Returns no bytes if the call reverts, as it does if the function is missing. */
async function read(context: FormatContext, contract: string, data: Uint8Array): Promise<Uint8Array> {
  try {
    return await context.callNode((client) =>
      toEvmClient(client).call({ from: context.from, to: contract, value: 0n, data }),
    )
  } catch (error) {
    if (error instanceof BillfoldError && error.code === 'transaction.reverted') return new Uint8Array()
    throw error
  }
}
