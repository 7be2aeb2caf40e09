import { BillfoldError } from '../../../../kernel/errors.ts'
import type { ChainCall } from '../../../../platform/acts/act.ts'
import type { ChainClient, SolanaClient } from '../../../chain-clients/index.ts'
import { signEd25519 } from '../../../wallets/chains/ed25519.ts'
import { isAddressOf } from '../../../wallets/chains/is-address.ts'
import { parseAbiInteger } from '../evm/abi-values.ts'
import type { PreparedTransaction, ReservingContext, ReservingFormat } from '../reserving-format.ts'
import { requestIssue } from '../transaction-format.ts'
import type { ChainSpecificFields, TransactionRequest } from '../transaction-request.ts'
import { parseUnits } from '../units.ts'
import { encodeMessage, encodeTransaction, type Instruction, toTransactionHash } from './message.ts'
import {
  createAssociatedToken,
  findAssociatedToken,
  limitComputeUnits,
  programs,
  setComputeUnitPrice,
  transferLamports,
  transferTokens,
} from './programs.ts'

/** What a transaction does, and how much computing it may take. */
interface Transfer {
  readonly instructions: readonly Instruction[]
  readonly call: ChainCall
  readonly computeUnits: number
}

/** The compute units of the instructions, with a margin: those of the budget and a transfer, of a token transfer, and of a new token account. */
const computeUnits = { base: 1_000, tokenTransfer: 20_000, newTokenAccount: 50_000 } as const

/** In millionths of a lamport per compute unit: less than a lamport for a transfer. */
const maxTrifle = 1_000

/** Builds transactions of Solana: transfers of SOL, and of tokens to the associated token account of their recipient, which is created if it does not exist. */
export const solanaTransactionFormat: ReservingFormat = async (request, context) => {
  const client = await context.callNode((any) => Promise.resolve(toSolanaClient(any)))
  const transfer = await buildTransfer(request, client, context)
  const price = await resolvePrice(request.chainSpecificFields ?? {}, transfer, client, context)
  const { blockhash, lastValidBlockHeight } = await context.callNode(() => client.latestBlockhash())
  return {
    call: transfer.call,
    prepare: ({ attempt }) => {
      // Equal transfers over one blockhash would be one transaction: after a conflict the price differs by a trifle, and from those of
      // other processes.
      const unitPrice = attempt === 1 ? price : price + BigInt(1 + Math.floor(Math.random() * maxTrifle))
      return prepare(context.from, transfer, unitPrice, blockhash, lastValidBlockHeight)
    },
  }
}

/** Narrows a client. @throws TypeError if the client is of another chain family */
function toSolanaClient(client: ChainClient): SolanaClient {
  if (client.family !== 'solana') throw new TypeError('the chain client is not a client of Solana')
  return client
}

function prepare(
  from: string,
  { instructions, call, computeUnits: units }: Transfer,
  unitPrice: bigint,
  blockhash: string,
  expiry: number,
): PreparedTransaction {
  const budget = [limitComputeUnits(units), setComputeUnitPrice(unitPrice)]
  const message = encodeMessage(from, [...budget, ...instructions], blockhash)
  return {
    sign: (privateKey) => {
      const signature = signEd25519(message, privateKey)
      const hash = toTransactionHash(signature)
      return {
        raw: encodeTransaction([signature], message),
        hash,
        // A transaction that is equal to one that was sent is no second payment.
        reservations: [{ resource: hash, amount: null }],
        replacements: [],
        expiry,
      }
    },
    describe: () => ({
      type: 'SOLANA',
      from,
      to: call.to,
      transfers: (call.transfers ?? []).map(({ asset, amount, to }) => ({ asset, amount: amount.toString(), to })),
      computeUnitLimit: units,
      computeUnitPrice: unitPrice.toString(),
      recentBlockhash: blockhash,
      lastValidBlockHeight: expiry,
      unsigned: Buffer.from(encodeTransaction([new Uint8Array(64)], message)).toString('base64'),
    }),
  }
}

async function buildTransfer(
  request: TransactionRequest,
  client: SolanaClient,
  context: ReservingContext,
): Promise<Transfer> {
  if (request.type === 'TRANSFER' || request.type === 'GAS_TRANSFER') {
    if (request.data !== undefined && request.data !== '') throw invalid('data', 'is not supported on this chain')
    const amount = parseAmount(request.value, context.chain.decimals)
    return transferCoins(context.from, parseAddress(request.to, 'to'), amount)
  }
  if (request.type === 'TOKEN_TRANSFER') return transferToken(request, client, context)
  throw new BillfoldError('transaction.unsupported-type')
}

function transferCoins(from: string, to: string, amount: bigint): Transfer {
  return {
    instructions: [transferLamports(from, to, amount)],
    call: { to, value: amount, data: new Uint8Array(), transfers: [{ asset: 'native', amount, to }] },
    computeUnits: computeUnits.base,
  }
}

async function transferToken(
  request: Extract<TransactionRequest, { readonly type: 'TOKEN_TRANSFER' }>,
  client: SolanaClient,
  { from, callNode }: ReservingContext,
): Promise<Transfer> {
  const to = parseAddress(request.to, 'to')
  const mint = parseAddress(request.tokenAddress, 'tokenAddress')
  const token = await callNode(() => client.token(mint))
  if (token === undefined) throw invalid('tokenAddress', 'is not a token')
  const { program, decimals, accountRent } = token
  const amount = parseAmount(request.value, decimals)
  const recipient = { mint, program, owner: to }
  const owner = await callNode(() => client.accountOwner(to))
  // Tokens in the associated account of a token account could never be moved again.
  if (owner === programs.token || owner === programs.token2022)
    throw invalid('to', 'is a token account or a token; name its owner')
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

/** The price that the caller asks for, or the node recommends, within the limit of the client. */
async function resolvePrice(
  { computeUnitPrice }: ChainSpecificFields,
  { instructions }: Transfer,
  client: SolanaClient,
  { callNode }: ReservingContext,
): Promise<bigint> {
  if (computeUnitPrice !== undefined) {
    const requested = parseAbiInteger(true, 64, computeUnitPrice, 'chainSpecificFields.computeUnitPrice')
    if (requested > client.maxComputeUnitPrice) throw new BillfoldError('transaction.fee-too-high')
    return requested
  }
  const written = instructions.flatMap(({ accounts }) => accounts.filter(({ isWritable }) => isWritable))
  const recommended = await callNode(() => client.computeUnitPrice(written.map(({ address }) => address)))
  return recommended > client.maxComputeUnitPrice ? client.maxComputeUnitPrice : recommended
}

/** Amounts have 64 bits. @throws BillfoldError `input.invalid` */
function parseAmount(value: number | string, decimals: number): bigint {
  const amount = parseUnits(value, decimals, 'transactionRequest.value')
  if (amount >= 2n ** 64n) throw invalid('value', 'is too large')
  return amount
}

function parseAddress(text: string, field: string): string {
  if (!isAddressOf('SOLANA', text)) throw invalid(field, 'is not an address of this chain')
  return text
}

function invalid(field: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [requestIssue(field, message)] })
}
