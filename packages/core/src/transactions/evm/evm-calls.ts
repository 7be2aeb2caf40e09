import type { ChainClient, EvmCall, EvmClient } from '../../chain-clients/index.ts'
import { BillfoldError } from '../../errors.ts'
import { abiCall } from './abi-call.ts'
import { abiAddress, abiBytes, abiInteger } from './abi-values.ts'
import { parseAmount } from '../amounts.ts'
import { type DraftSetting, wrongField } from '../format.ts'
import type { TransactionRequest } from '../request.ts'

type RequestOf<T extends TransactionRequest['type']> = Extract<TransactionRequest, { readonly type: T }>

/** ERC-165 interface ids. */
const interfaces = { erc721: '0x80ac58cd', erc1155: '0xd9b67a26' } as const

/** What a request calls: where, with which value, with which data. */
export async function evmCallOf(request: TransactionRequest, setting: DraftSetting): Promise<EvmCall> {
  switch (request.type) {
    case 'TRANSFER':
    case 'GAS_TRANSFER':
      return transfer(request, setting)
    case 'TOKEN_TRANSFER':
      return tokenTransfer(request, setting)
    case 'NFT_TRANSFER':
      return nftTransfer(request, setting)
    case 'CONTRACT_EXECUTION':
      return execution(request, setting)
  }
}

/** The client, which the family of the chain says is one of an EVM chain. */
export function evm(client: ChainClient): EvmClient {
  if (client.family !== 'evm') throw new TypeError('The client of an EVM chain is one of another family')
  return client
}

function transfer(request: RequestOf<'TRANSFER' | 'GAS_TRANSFER'>, { from, decimals }: DraftSetting): EvmCall {
  const data = request.data === undefined ? new Uint8Array() : abiBytes(undefined, request.data, 'data')
  const value = parseAmount(request.value, decimals, 'transactionRequest.value')
  return { from, to: abiAddress(request.to, 'to'), value, data }
}

/** `transfer` of ERC-20, with the decimals that the contract says it has. */
async function tokenTransfer(request: RequestOf<'TOKEN_TRANSFER'>, setting: DraftSetting): Promise<EvmCall> {
  const token = abiAddress(request.tokenAddress, 'tokenAddress')
  const recipient = abiAddress(request.to, 'to')
  const answer = await read(setting, token, abiCall('decimals', []))
  const decimals = answer.length === 32 ? Number(BigInt(`0x${Buffer.from(answer).toString('hex')}`)) : 256
  if (decimals > 255)
    throw new BillfoldError('input.invalid', { issues: [wrongField('tokenAddress', 'is not a token with decimals')] })
  const value = parseAmount(request.value, decimals, 'transactionRequest.value').toString()
  const data = abiCall('transfer', [
    { type: 'address', value: recipient },
    { type: 'uint256', value },
  ])
  return { from: setting.from, to: token, value: 0n, data }
}

/** `safeTransferFrom` of ERC-721 or ERC-1155, whichever the contract says it is (ERC-165). */
async function nftTransfer(request: RequestOf<'NFT_TRANSFER'>, setting: DraftSetting): Promise<EvmCall> {
  const token = abiAddress(request.tokenAddress, 'tokenAddress')
  const tokenId = abiInteger(true, 256, request.tokenId, 'tokenId').toString()
  const amount = abiInteger(true, 256, request.amount ?? 1, 'amount').toString()
  const first = [
    { type: 'address', value: setting.from },
    { type: 'address', value: abiAddress(request.to, 'to') },
    { type: 'uint256', value: tokenId },
  ]
  const more = [
    { type: 'uint256', value: amount },
    { type: 'bytes', value: '0x' },
  ]
  if (await supports(setting, token, interfaces.erc1155))
    return { from: setting.from, to: token, value: 0n, data: abiCall('safeTransferFrom', [...first, ...more]) }
  if (!(await supports(setting, token, interfaces.erc721)))
    throw new BillfoldError('input.invalid', {
      issues: [wrongField('tokenAddress', 'is neither an ERC-721 nor an ERC-1155')],
    })
  if (amount !== '1') throw new BillfoldError('input.invalid', { issues: [wrongField('amount', 'of an ERC-721 is 1')] })
  return { from: setting.from, to: token, value: 0n, data: abiCall('safeTransferFrom', first) }
}

function execution(request: RequestOf<'CONTRACT_EXECUTION'>, { from, decimals }: DraftSetting): EvmCall {
  const value = parseAmount(request.value ?? '0', decimals, 'transactionRequest.value')
  return { from, to: abiAddress(request.to, 'to'), value, data: abiCall(request.functionName, request.inputs ?? []) }
}

async function supports(setting: DraftSetting, contract: string, interfaceId: string): Promise<boolean> {
  const answer = await read(setting, contract, abiCall('supportsInterface', [{ type: 'bytes4', value: interfaceId }]))
  return answer.length === 32 && answer[31] === 1
}

/** What a contract answers; nothing, when it has no such function. */
async function read({ ask, from }: DraftSetting, contract: string, data: Uint8Array): Promise<Uint8Array> {
  try {
    return await ask((client) => evm(client).call({ from, to: contract, value: 0n, data }))
  } catch (error) {
    if (error instanceof BillfoldError && error.code === 'transaction.reverted') return new Uint8Array()
    throw error
  }
}
