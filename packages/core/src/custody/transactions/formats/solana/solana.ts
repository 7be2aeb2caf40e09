import { BillfoldError } from '../../../../kernel/errors.ts'
import type { ChainClient, SolanaClient } from '../../../chain-clients/index.ts'
import { signEd25519 } from '../../../wallets/chains/ed25519.ts'
import { parseAbiInteger } from '../evm/abi-values.ts'
import type { PreparedTransaction, ReservingContext, ReservingFormat } from '../reserving-format.ts'
import { requestIssue } from '../transaction-format.ts'
import type { ChainSpecificFields, TransactionRequest } from '../transaction-request.ts'
import type { Action } from './action.ts'
import { buildExecution } from './build-execution.ts'
import { buildNftTransfer, buildTokenTransfer, buildTransfer } from './build-transfer.ts'
import { encodeMessage, encodeTransaction, toTransactionHash } from './message.ts'
import { limitComputeUnits, setComputeUnitPrice } from './programs.ts'
import { fetchUnitPrice } from './unit-price.ts'

/** Bytes of the largest transaction that the network takes. */
const maxTransactionBytes = 1232

/** In millionths of a lamport per compute unit: less than a lamport for a transfer. */
const maxTrifle = 1_000

/**
 * Builds transactions of Solana: transfers of SOL, of tokens and NFTs to the associated token account of their recipient, which is created if it does
 * not exist, and calls of programs.
 */
export const solanaTransactionFormat: ReservingFormat = async (request, context) => {
  const client = await context.callNode((any) => Promise.resolve(toSolanaClient(any)))
  const action = await buildAction(request, client, context)
  const price = await resolvePrice(request.chainSpecificFields ?? {}, action, client, context)
  const { blockhash, lastValidBlockHeight } = await context.callNode(() => client.latestBlockhash())
  return {
    call: action.call,
    prepare: ({ attempt }) => {
      // Equal transfers over one blockhash would be one transaction: after a conflict the price differs by a trifle, and from those of
      // other processes.
      const unitPrice = attempt === 1 ? price : price + BigInt(1 + Math.floor(Math.random() * maxTrifle))
      return prepare(context.from, action, unitPrice, blockhash, lastValidBlockHeight)
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
  { instructions, call, computeUnits: units }: Action,
  unitPrice: bigint,
  blockhash: string,
  expiry: number,
): PreparedTransaction {
  const budget = [limitComputeUnits(units), setComputeUnitPrice(unitPrice)]
  const message = encodeMessage(from, [...budget, ...instructions], blockhash)
  const unsigned = encodeTransaction([new Uint8Array(64)], message)
  if (unsigned.length > maxTransactionBytes) throw new BillfoldError('input.invalid', { issues: [tooLarge] })
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
      ...(call.transfers !== undefined && {
        transfers: call.transfers.map(({ asset, amount, to }) => ({ asset, amount: amount.toString(), to })),
      }),
      ...(call.accounts !== undefined && {
        accounts: call.accounts,
        data: `0x${Buffer.from(call.data).toString('hex')}`,
      }),
      computeUnitLimit: units,
      computeUnitPrice: unitPrice.toString(),
      recentBlockhash: blockhash,
      lastValidBlockHeight: expiry,
      unsigned: Buffer.from(unsigned).toString('base64'),
    }),
  }
}

function buildAction(request: TransactionRequest, client: SolanaClient, context: ReservingContext): Promise<Action> {
  switch (request.type) {
    case 'TRANSFER':
    case 'GAS_TRANSFER':
      return buildTransfer(request, context)
    case 'TOKEN_TRANSFER':
      return buildTokenTransfer(request, client, context)
    case 'NFT_TRANSFER':
      return buildNftTransfer(request, client, context)
    case 'CONTRACT_EXECUTION':
      return buildExecution(request, client, context)
    case 'BATCH':
    case 'DELEGATION':
      throw new BillfoldError('transaction.unsupported-type')
  }
}

const tooLarge = requestIssue(
  'chainSpecificFields.accounts',
  `make a transaction of more than ${maxTransactionBytes} bytes`,
)

/** The price that the caller asks for, or the node recommends, within the limit of the client. */
async function resolvePrice(
  { computeUnitPrice }: ChainSpecificFields,
  { instructions }: Action,
  client: SolanaClient,
  { callNode }: ReservingContext,
): Promise<bigint> {
  if (computeUnitPrice !== undefined) {
    const requested = parseAbiInteger(true, 64, computeUnitPrice, 'chainSpecificFields.computeUnitPrice')
    if (requested > client.maxComputeUnitPrice) throw new BillfoldError('transaction.fee-too-high')
    return requested
  }
  const written = instructions.flatMap(({ accounts }) => accounts.filter(({ isWritable }) => isWritable))
  return fetchUnitPrice(
    client,
    written.map(({ address }) => address),
    { callNode },
  )
}
