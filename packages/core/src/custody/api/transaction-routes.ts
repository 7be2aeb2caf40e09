import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { buildTransaction } from '../transactions/sending/build-transaction.ts'
import { getChainFamily } from '../transactions/formats/families.ts'
import { transactionLimits } from '../transactions/limits.ts'
import { sendTransaction } from '../transactions/sending/send.ts'
import { getTransactionStatus } from '../transactions/tracking/status.ts'
import { getChain } from '../wallets/chains/index.ts'
import { getReachableWallet } from './custody-user.ts'
import { getCustodyWallet } from '../wallets/find.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'
import type { TransactionRequest } from '../transactions/formats/transaction-request.ts'
import {
  actorFromRequest,
  parseSigningMethod,
  authorizeWithSigningMethod,
} from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import type { CustodyContext } from './context.ts'
import { replacementRoutes } from './replacement-routes.ts'
import { toTransactionRequestType } from './request-types.ts'
import { transactionListRoute } from './transaction-list-route.ts'
import { transactionBody } from './saved-request-bodies.ts'
import { savedTransactionRoutes } from './saved-transaction-routes.ts'
import { saveTransaction } from './save-transaction.ts'
import { toSending } from './to-sending.ts'
import { parseTransactionBody, transactionBodySchema } from './transaction-schemas.ts'
import { nodeUnavailable, withoutSending } from './without-sending.ts'
import { custodySuccessReply } from './response-format.ts'
import { custodyBodyLimit, successSchema, secretTypeField } from './schemas.ts'

const sendHeaders = signingMethodHeadersSchema.extend({
  'idempotency-key': z.string().min(1).max(transactionLimits.idempotencyKeyLength).optional(),
})

const sentBody = z.object({
  id: z.string(),
  transactionHash: z
    .string()
    .describe('The hash of the transaction; of a contract account, that of the user operation'),
})

const statusBody = z.object({
  hash: z.string(),
  status: z.enum(['UNKNOWN', 'PENDING', 'SUCCEEDED', 'FAILED', 'CANCELED', 'EXPIRED']),
  confirmations: z.number(),
  blockNumber: z.number().optional(),
  blockHash: z.string().optional(),
  hasReachedFinality: z.boolean(),
  chain: z.string().describe('The secretType'),
  transactionHash: z
    .string()
    .optional()
    .describe('Of a user operation, whose hash is hash: the transaction that executed it'),
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
    transactionListRoute(custody),
    ...savedTransactionRoutes(custody),
    ...replacementRoutes(custody),
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
    body: { encoding: 'json', schema: transactionBodySchema, limit: custodyBodyLimit, raw: 'if-available' },
    replies: {
      200: {
        description: 'The transaction is stored, and is sent even if no node accepts it now',
        schema: successSchema(z.union([sentBody, transactionBody.describe('If it is executed later')])),
      },
      409: { description: 'Another transaction used its nonce; nothing was sent' },
      422: { description: 'The Idempotency-Key was used for another request' },
      503: unavailable,
    },
    handler: async ({ body, headers }, context) => {
      const actor = actorFromRequest(context)
      const requested = parseTransactionBody(body)
      const { status } = requested
      const presented = headers['signing-method'] ?? headers['encrypted-signing-method'] ?? body.pincode
      if (status === 'SAVED' || (status === 'READY' && presented === undefined))
        return custodySuccessReply(
          await saveTransaction(custody, context, requested, status, headers['idempotency-key']),
        )
      const wallet = await getCustodyWallet(services, actor.tenant, requested.walletId)
      const { chain, request } = toSending(custody, wallet, requested)
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
    method: 'POST',
    path: '/api/transactions/build',
    summary:
      'Build an unsigned transaction, or save it if it has a status; no node is needed if nonce, gasLimit and gasPrice are given',
    guard: service,
    body: { encoding: 'json', schema: transactionBodySchema, limit: custodyBodyLimit },
    replies: {
      200: { description: 'The unsigned transaction', schema: successSchema(z.record(z.string(), z.unknown())) },
      503: unavailable,
    },
    handler: async ({ body }, context) => {
      const requested = parseTransactionBody(body)
      if (requested.status !== undefined)
        return custodySuccessReply(await saveTransaction(custody, context, requested, requested.status))
      const wallet = await getReachableWallet(services, context.caller, requested.walletId)
      const { chain, request } = toSending(custody, wallet, requested)
      const built = await buildTransaction(services, actorFromRequest(context), wallet, chain, request)
      return custodySuccessReply(toBuiltBody(wallet, request, built))
    },
  })
}

/** The vendor's clients read a request by its type, so that of the transaction (EIP-2718) has another name. */
function toBuiltBody(
  { id, secretType }: CustodyWalletRow,
  { type }: TransactionRequest,
  { type: transactionType, ...unsigned }: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return {
    ...unsigned,
    ...(transactionType !== undefined && { transactionType }),
    walletId: id,
    type: toTransactionRequestType(secretType, type),
  }
}

function statusRoute({ services, chains, service }: CustodyContext): Route {
  return route({
    id: 'getTransactionStatus',
    method: 'GET',
    path: '/api/transactions/:secretType/:hash/status',
    summary: 'Get the on-chain status of a transaction',
    guard: service,
    params: z.object({
      secretType: secretTypeField,
      hash: z.string().regex(/^((0x)?[0-9a-fA-F]{64}|th_[1-9A-HJ-NP-Za-km-z]{40,60}|[1-9A-HJ-NP-Za-km-z]{80,88})$/),
    }),
    replies: {
      200: { description: 'The status of the transaction', schema: successSchema(statusBody) },
      503: nodeUnavailable,
    },
    handler: async ({ params }, { caller }) => {
      const { secretType } = getChain(chains, params.secretType)
      assertHashOf(services, secretType, params.hash)
      const status = () => getTransactionStatus(services, caller.tenant, secretType, params.hash)
      return custodySuccessReply({ ...(await withoutSending(status)), chain: secretType })
    },
  })
}

/** Chains with nonces write a hash with a prefix, others without. @throws BillfoldError `input.invalid`, `transaction.unsupported-type` */
function assertHashOf({ chainConnections }: CustodyContext['services'], secretType: string, hash: string): void {
  const { ordering } = getChainFamily(secretType, chainConnections.clients.get(secretType))
  if (ordering === 'nonces' && !/^(0x|th_)/.test(hash))
    throw new BillfoldError('input.invalid', { issues: [{ path: 'hash', message: 'is not a hash of this chain' }] })
}
