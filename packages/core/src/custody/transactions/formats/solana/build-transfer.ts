import type { SolanaClient, SolanaToken } from '../../../chain-clients/index.ts'
import { BillfoldError } from '../../../../kernel/errors.ts'
import { parseAbiInteger } from '../evm/abi-values.ts'
import type { ReservingContext } from '../reserving-format.ts'
import { parseUnits } from '../units.ts'
import { type Action, computeUnits, invalidRequest, parseAddress, type RequestOf } from './action.ts'
import {
  createAssociatedToken,
  findAssociatedToken,
  programs,
  type TokenAccount,
  transferLamports,
  transferTokens,
} from './programs.ts'

type CallNode = ReservingContext['callNode']

/** Transfers SOL. */
export async function buildTransfer(
  request: RequestOf<'TRANSFER' | 'GAS_TRANSFER'>,
  { from, chain }: ReservingContext,
): Promise<Action> {
  if (request.data !== undefined && request.data !== '') throw invalidRequest('data', 'is not supported on this chain')
  const amount = parseAmount(request.value, chain.decimals)
  const to = parseAddress(request.to, 'to')
  return {
    instructions: [transferLamports(from, to, amount)],
    call: { to, value: amount, data: new Uint8Array(), transfers: [{ asset: 'native', amount, to }] },
    computeUnits: computeUnits.base,
  }
}

/** Transfers tokens, in whole ones. */
export async function buildTokenTransfer(
  request: RequestOf<'TOKEN_TRANSFER'>,
  client: SolanaClient,
  context: ReservingContext,
): Promise<Action> {
  const to = parseAddress(request.to, 'to')
  const mint = parseAddress(request.tokenAddress, 'tokenAddress')
  const token = await getToken(client, context.callNode, mint)
  return transfer({ mint, to, amount: parseAmount(request.value, token.decimals) }, token, client, context)
}

/**
 * Transfers an NFT: a token without decimals, of which one exists. One whose account is frozen is refused, because only the program of a programmable
 * NFT can move it.
 */
export async function buildNftTransfer(
  request: RequestOf<'NFT_TRANSFER'>,
  client: SolanaClient,
  context: ReservingContext,
): Promise<Action> {
  const { from, callNode } = context
  const { tokenAccount } = client
  if (tokenAccount === undefined) throw new BillfoldError('transaction.unsupported-type')
  const to = parseAddress(request.to, 'to')
  const mint = parseAddress(request.tokenAddress, 'tokenAddress')
  if (request.tokenId !== undefined && request.tokenId !== mint)
    throw invalidRequest('tokenId', 'is not tokenAddress again, which alone names an NFT on this chain')
  if (parseAbiInteger(true, 64, request.amount ?? 1, 'amount') !== 1n)
    throw invalidRequest('amount', 'must be 1 for an NFT')
  const token = await getToken(client, callNode, mint)
  if (token.decimals !== 0 || token.supply !== 1n)
    throw invalidRequest('tokenAddress', 'is not an NFT: one that exists once, without decimals')
  const held = await callNode(() => tokenAccount(findAssociatedToken({ mint, program: token.program, owner: from })))
  if (held === undefined || held.amount < 1n) throw new BillfoldError('transaction.insufficient-funds')
  if (held.isFrozen) throw invalidRequest('tokenAddress', frozen)
  return transfer({ mint, to, amount: 1n }, token, client, context)
}

const frozen =
  'is frozen: programmable NFTs are not supported, which their own program moves, nor are others while they are locked'

async function getToken(client: SolanaClient, callNode: CallNode, mint: string): Promise<SolanaToken> {
  const token = await callNode(() => client.token(mint))
  if (token === undefined) throw invalidRequest('tokenAddress', 'is not a token')
  return token
}

async function transfer(
  { mint, to, amount }: { readonly mint: string; readonly to: string; readonly amount: bigint },
  { program, decimals, accountRent }: SolanaToken,
  client: SolanaClient,
  { from, callNode }: ReservingContext,
): Promise<Action> {
  const recipient: TokenAccount = { mint, program, owner: to }
  const owner = await callNode(() => client.accountOwner(to))
  // Tokens in the associated account of a token account could never be moved again.
  if (owner === programs.token || owner === programs.token2022)
    throw invalidRequest('to', 'is a token account or a token; name its owner')
  const account = findAssociatedToken(recipient)
  const isNew = (await callNode(() => client.accountOwner(account))) === undefined
  const rent = isNew ? [{ asset: 'native', amount: accountRent, to }] : []
  return {
    instructions: [
      ...(isNew ? [createAssociatedToken(from, recipient)] : []),
      transferTokens({ mint, program, owner: from }, recipient, amount, decimals),
    ],
    call: { to, value: 0n, data: new Uint8Array(), transfers: [{ asset: `spl:${mint}`, amount, to }, ...rent] },
    computeUnits: computeUnits.base + computeUnits.tokenTransfer + (isNew ? computeUnits.newTokenAccount : 0),
  }
}

/** Amounts have 64 bits. @throws BillfoldError `input.invalid` */
function parseAmount(value: number | string, decimals: number): bigint {
  const amount = parseUnits(value, decimals, 'transactionRequest.value')
  if (amount >= 2n ** 64n) throw invalidRequest('value', 'is too large')
  return amount
}
