import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Route, route } from '../../http/index.ts'
import { buildTransaction } from '../transactions/sending/build-transaction.ts'
import { transactionLimits } from '../transactions/limits.ts'
import type { TransactionRequest } from '../transactions/formats/transaction-request.ts'
import { sendTransaction } from '../transactions/sending/send.ts'
import { getTransactionStatus } from '../transactions/tracking/status.ts'
import type { Chain } from '../wallets/chains/chain.ts'
import { getChain } from '../wallets/chains/index.ts'
import { getCustodyWallet } from '../wallets/find.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'
import { assertWalletNotArchived } from '../wallets/sign.ts'
import {
  actorFromRequest,
  parseSigningMethod,
  authorizeWithSigningMethod,
} from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import { custodyBodyLimit, idSchema, pincodeSchema, successSchema } from './schemas.ts'

const amount = z.union([z.number().nonnegative(), z.string().max(transactionLimits.amountLength)])
const address = z.string().min(1).max(transactionLimits.addressLength)
const count = z.number().int().nonnegative()

const chainSpecificFields = z.object({
  nonce: count.optional(),
  gasLimit: amount.optional(),
  gasPrice: amount.optional(),
  maxFeePerGas: amount.optional(),
  maxPriorityFeePerGas: amount.optional(),
  maxReplacementFeePerGas: amount
    .optional()
    .describe('EVM: the maximum fee per gas, in wei, up to which the fee of the pending transaction may be bumped'),
  fee: amount.optional(),
  ttl: count.optional(),
})

const common = {
  secretType: z.string().max(32),
  walletId: idSchema,
  to: address,
  chainSpecificFields: chainSpecificFields.optional(),
}

const transfer = {
  ...common,
  value: amount.describe('In whole units: 0.1'),
  data: z.string().max(transactionLimits.dataLength).optional(),
}

const transactionRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('TRANSFER'), ...transfer }),
  z.object({ type: z.literal('GAS_TRANSFER'), ...transfer }),
  z.object({
    type: z.literal('TOKEN_TRANSFER'),
    ...common,
    tokenAddress: address,
    value: amount.describe('In whole tokens'),
  }),
  z.object({
    type: z.literal('NFT_TRANSFER'),
    ...common,
    tokenAddress: address,
    tokenId: amount,
    amount: amount.optional(),
  }),
  z.object({
    type: z.literal('CONTRACT_EXECUTION'),
    ...common,
    functionName: z.string().max(transactionLimits.nameLength),
    inputs: z
      .array(z.object({ type: z.string().max(transactionLimits.nameLength), value: z.unknown() }))
      .max(transactionLimits.inputs)
      .optional(),
    value: amount.optional(),
  }),
])

type RequestBody = z.output<typeof transactionRequest>

const newTransaction = z.object({ pincode: pincodeSchema.optional(), transactionRequest })

const sendHeaders = signingMethodHeadersSchema.extend({
  'idempotency-key': z.string().min(1).max(transactionLimits.idempotencyKeyLength).optional(),
})

const sentBody = z.object({ id: z.string(), transactionHash: z.string() })

const statusBody = z.object({
  hash: z.string(),
  status: z.enum(['UNKNOWN', 'PENDING', 'SUCCEEDED', 'FAILED']),
  confirmations: z.number(),
  blockNumber: z.number().optional(),
  blockHash: z.string().optional(),
  hasReachedFinality: z.boolean(),
  replacedBy: z
    .string()
    .optional()
    .describe('The hash of the replacement at a higher fee that is pending or mined instead'),
})

const unavailable = { description: 'No node of the chain is available; nothing was sent' }

/** The routes that send (under two paths) and build transactions and get their status. */
export function transactionRoutes(custody: CustodyContext): readonly Route[] {
  return [
    sendRoute(custody, 'createTransaction', '/api/transactions'),
    sendRoute(custody, 'executeTransaction', '/api/transactions/execute'),
    buildRoute(custody),
    statusRoute(custody),
  ]
}

function sendRoute(custody: CustodyContext, name: string, path: string): Route {
  const { services, service } = custody
  return route({
    id: name,
    idempotency: 'custom',
    method: 'POST',
    path,
    summary: 'Sign and send a transaction; requests with the same Idempotency-Key send it once',
    guard: service,
    headers: sendHeaders,
    body: { encoding: 'json', schema: newTransaction, limit: custodyBodyLimit, raw: 'if-available' },
    replies: {
      200: {
        description: 'The transaction is stored, and is sent even if no node accepts it now',
        schema: successSchema(sentBody),
      },
      409: { description: 'Another transaction used its nonce; nothing was sent' },
      422: { description: 'The Idempotency-Key was used for another request' },
      503: unavailable,
    },
    handler: async ({ body, headers }, context) => {
      const actor = actorFromRequest(context)
      const { wallet, chain, request } = await findSendingWallet(custody, actor.tenant, body.transactionRequest)
      const header = await parseSigningMethod(services, context, headers)
      const authorizedBy = await authorizeWithSigningMethod(services, actor, wallet.ownerId, header, body.pincode)
      const row = await sendTransaction(
        services,
        actor,
        wallet,
        chain,
        request,
        authorizedBy,
        headers['idempotency-key'],
      )
      return custodySuccessReply({ id: row.id, transactionHash: row.hash })
    },
  })
}

function buildRoute(custody: CustodyContext): Route {
  const { services, service } = custody
  return route({
    id: 'buildTransaction',
    idempotency: 'none',
    method: 'POST',
    path: '/api/transactions/build',
    summary: 'Build an unsigned transaction; no node is needed if nonce, gasLimit and gasPrice are given',
    guard: service,
    body: { encoding: 'json', schema: z.object({ transactionRequest }), limit: custodyBodyLimit },
    replies: {
      200: { description: 'The unsigned transaction', schema: successSchema(z.record(z.string(), z.unknown())) },
      503: unavailable,
    },
    handler: async ({ body }, context) => {
      const actor = actorFromRequest(context)
      const { wallet, chain, request } = await findSendingWallet(custody, actor.tenant, body.transactionRequest)
      return custodySuccessReply(await buildTransaction(services, actor, wallet, chain, request))
    },
  })
}

function statusRoute({ services, chains, service }: CustodyContext): Route {
  return route({
    id: 'getTransactionStatus',
    method: 'GET',
    path: '/api/transactions/:secretType/:hash/status',
    summary: 'Get the on-chain status of a transaction',
    guard: service,
    params: z.object({
      secretType: z.string().max(32),
      hash: z.string().regex(/^(0x[0-9a-fA-F]{64}|th_[1-9A-HJ-NP-Za-km-z]{40,60})$/),
    }),
    replies: {
      200: { description: 'The status of the transaction', schema: successSchema(statusBody) },
      503: unavailable,
    },
    handler: async ({ params }, { caller }) => {
      const { secretType } = getChain(chains, params.secretType)
      return custodySuccessReply(await getTransactionStatus(services, caller.tenant, secretType, params.hash))
    },
  })
}

async function findSendingWallet(
  { services, chains }: CustodyContext,
  tenant: string,
  body: RequestBody,
): Promise<{ wallet: CustodyWalletRow; chain: Chain; request: TransactionRequest }> {
  const wallet = await getCustodyWallet(services, tenant, body.walletId)
  if (wallet.secretType !== body.secretType) throw new BillfoldError('input.invalid', { issues: [chainMismatch] })
  assertWalletNotArchived(wallet)
  return { wallet, chain: getChain(chains, wallet.secretType), request: body }
}

const chainMismatch = { path: 'transactionRequest.secretType', message: "does not match the wallet's secretType" }
