import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { type Route, route } from '../../http/index.ts'
import { buildTransaction } from '../../transactions/build.ts'
import { transactionLimits } from '../../transactions/limits.ts'
import type { TransactionRequest } from '../../transactions/request.ts'
import { sendTransaction } from '../../transactions/send.ts'
import { transactionStatus } from '../../transactions/status.ts'
import type { Chain } from '../../wallets/chains/chain.ts'
import { chainOf } from '../../wallets/chains/index.ts'
import { findWallet } from '../../wallets/find.ts'
import type { WalletRow } from '../../wallets/sealing.ts'
import { assertUsable } from '../../wallets/sign.ts'
import { actorOf, methodIn, openAuthority } from '../authority.ts'
import { signingMethodHeader } from '../signing-method-header.ts'
import type { Custody } from './custody.ts'
import { success } from './envelope.ts'
import { bodyLimit, id, pincode, succeeded } from './schemas.ts'

const amount = z.union([z.number().nonnegative(), z.string().max(transactionLimits.amountLength)])
const address = z.string().min(1).max(transactionLimits.addressLength)
const count = z.number().int().nonnegative()

const chainSpecificFields = z.object({
  nonce: count.optional(),
  gasLimit: amount.optional(),
  gasPrice: amount.optional(),
  maxFeePerGas: amount.optional(),
  maxPriorityFeePerGas: amount.optional(),
  highestFeePerGas: amount
    .optional()
    .describe('EVM: the maximum fee per gas, in wei, up to which the fee of the pending transaction may be bumped'),
  fee: amount.optional(),
  ttl: count.optional(),
})

const common = {
  secretType: z.string().max(32),
  walletId: id,
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

const newTransaction = z.object({ pincode: pincode.optional(), transactionRequest })

const sendHeaders = signingMethodHeader.extend({
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
export function transactionRoutes(custody: Custody): readonly Route[] {
  return [
    sendRoute(custody, 'createTransaction', '/api/transactions'),
    sendRoute(custody, 'executeTransaction', '/api/transactions/execute'),
    buildRoute(custody),
    statusRoute(custody),
  ]
}

function sendRoute(custody: Custody, name: string, path: string): Route {
  const { services, service } = custody
  return route({
    id: name,
    idempotency: 'own',
    method: 'POST',
    path,
    summary: 'Sign and send a transaction; requests with the same Idempotency-Key send it once',
    guard: service,
    headers: sendHeaders,
    body: { encoding: 'json', schema: newTransaction, limit: bodyLimit, raw: 'when-kept' },
    replies: {
      200: {
        description: 'The transaction is stored, and is sent even if no node accepts it now',
        schema: succeeded(sentBody),
      },
      409: { description: 'Another transaction used its nonce; nothing was sent' },
      422: { description: 'The Idempotency-Key was used for another request' },
      503: unavailable,
    },
    handler: async ({ body, headers }, context) => {
      const actor = actorOf(context)
      const { wallet, chain, request } = await findSendingWallet(custody, actor.tenant, body.transactionRequest)
      const header = await methodIn(services, context, headers)
      const authorizedBy = await openAuthority(services, actor, wallet.ownerId, header, body.pincode)
      const row = await sendTransaction(
        services,
        actor,
        wallet,
        chain,
        request,
        authorizedBy,
        headers['idempotency-key'],
      )
      return success({ id: row.id, transactionHash: row.hash })
    },
  })
}

function buildRoute(custody: Custody): Route {
  const { services, service } = custody
  return route({
    id: 'buildTransaction',
    idempotency: 'none',
    method: 'POST',
    path: '/api/transactions/build',
    summary: 'Build an unsigned transaction; no node is needed if nonce, gasLimit and gasPrice are given',
    guard: service,
    body: { encoding: 'json', schema: z.object({ transactionRequest }), limit: bodyLimit },
    replies: {
      200: { description: 'The unsigned transaction', schema: succeeded(z.record(z.string(), z.unknown())) },
      503: unavailable,
    },
    handler: async ({ body }, { caller }) => {
      const { wallet, chain, request } = await findSendingWallet(custody, caller.tenant, body.transactionRequest)
      return success(await buildTransaction(services, wallet, chain, request))
    },
  })
}

function statusRoute({ services, chains, service }: Custody): Route {
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
    replies: { 200: { description: 'The status of the transaction', schema: succeeded(statusBody) }, 503: unavailable },
    handler: async ({ params }, { caller }) => {
      const { secretType } = chainOf(chains, params.secretType)
      return success(await transactionStatus(services, caller.tenant, secretType, params.hash))
    },
  })
}

async function findSendingWallet(
  { services, chains }: Custody,
  tenant: string,
  body: RequestBody,
): Promise<{ wallet: WalletRow; chain: Chain; request: TransactionRequest }> {
  const wallet = await findWallet(services, tenant, body.walletId)
  if (wallet.secretType !== body.secretType) throw new BillfoldError('input.invalid', { issues: [chainMismatch] })
  assertUsable(wallet)
  return { wallet, chain: chainOf(chains, wallet.secretType), request: body }
}

const chainMismatch = { path: 'transactionRequest.secretType', message: "does not match the wallet's secretType" }
