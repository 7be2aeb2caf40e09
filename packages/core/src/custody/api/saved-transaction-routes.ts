import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import {
  actorFromRequest,
  authorizeWithSigningMethod,
  parseSigningMethod,
} from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { claimRequest } from '../saved-requests/claim-request.ts'
import { openRequest, type SavedRequestRow } from '../saved-requests/saved-request.ts'
import { findTransaction } from '../transactions/list-transactions.ts'
import { sendTransaction } from '../transactions/sending/send.ts'
import { getCustodyWallet } from '../wallets/find.ts'
import type { CustodyContext } from './context.ts'
import { visibleUserOrigins } from './custody-user.ts'
import { custodySuccessReply } from './response-format.ts'
import { assertChain, confirmationBody, getVisibleRequest, savedRequestReplies } from './saved-request-access.ts'
import { toSavedTransactionBody, toTransactionBody, transactionBody } from './saved-request-bodies.ts'
import { cancelRoute, confirmRoute, type SavedRequestResource } from './saved-request-routes.ts'
import { idSchema, successSchema } from './schemas.ts'
import { toSending } from './to-sending.ts'
import { type TransactionRequestBody, transactionRequestSchema } from './transaction-schemas.ts'

const params = z.object({ transactionId: idSchema })
const path = '/api/transactions/:transactionId'
const body = { description: 'The transaction', schema: successSchema(transactionBody) }

/** The routes of transactions that are saved, confirmed by their user, and executed later. */
export function savedTransactionRoutes(custody: CustodyContext): readonly Route[] {
  return [getRoute(custody), ...changeRoutes(custody), executeRoute(custody)]
}

function getRoute(custody: CustodyContext): Route {
  const { services, service } = custody
  return route({
    id: 'getTransaction',
    method: 'GET',
    path,
    summary: 'Get a transaction that is saved, or was sent',
    guard: service,
    params,
    replies: { 200: body, 404: savedRequestReplies[404] },
    handler: async (input, context) => {
      const { transactionId: id } = input.params
      const sent = await findTransaction(services, context.caller.tenant, id, visibleUserOrigins(context.caller))
      if (sent !== undefined) return custodySuccessReply(toTransactionBody(sent))
      const row = await getVisibleRequest(custody, context, 'transaction', id)
      return custodySuccessReply(toSavedTransactionBody(row, services.now(), await openTransaction(custody, row)))
    },
  })
}

/** What cancels and confirms them. */
function changeRoutes(custody: CustodyContext): readonly Route[] {
  const resource: SavedRequestResource<typeof params> = {
    kind: 'transaction',
    path,
    params,
    toId: ({ transactionId }) => transactionId,
    reply: body,
    toBody: async (row, isWhole) =>
      toSavedTransactionBody(row, custody.services.now(), isWhole ? await openTransaction(custody, row) : undefined),
  }
  return [
    cancelRoute(custody, resource, {
      id: 'deleteTransaction',
      summary:
        'Cancel a transaction that is saved. One that was sent is canceled on its chain, by POST /api/transactions/cancel',
    }),
    confirmRoute(custody, resource, {
      id: 'confirmTransaction',
      summary:
        'Confirm a saved transaction with a signing method of its user; it can be executed for some minutes then',
    }),
  ]
}

function executeRoute(custody: CustodyContext): Route {
  const { services, service } = custody
  return route({
    id: 'executeSavedTransaction',
    method: 'POST',
    path: `${path}/execute`,
    summary: 'Sign and send a transaction that is ready, once, with a signing method of its user',
    guard: service,
    params,
    headers: signingMethodHeadersSchema,
    body: confirmationBody,
    replies: {
      200: {
        description: 'The transaction is stored, and is sent even if no node accepts it now',
        schema: successSchema(z.object({ id: z.string(), transactionHash: z.string() })),
      },
      ...savedRequestReplies,
      503: { description: 'No node of the chain is available; nothing was sent' },
    },
    handler: async (input, context) => {
      const saved = await getVisibleRequest(custody, context, 'transaction', input.params.transactionId, ['READY'])
      assertChain(saved, input.body.secretType)
      const actor = actorFromRequest(context)
      const wallet = await getCustodyWallet(services, actor.tenant, saved.walletId)
      const requested = await openTransaction(custody, saved)
      if (requested === undefined) throw new BillfoldError('saved-request.canceled')
      const { chain, request } = toSending(custody, wallet, requested)
      const header = await parseSigningMethod(services, context, input.headers)
      const { pincode } = input.body
      const authorizedBy = await authorizeWithSigningMethod(services, actor, saved.ownerId, header, pincode)
      const claim = claimRequest(services, saved)
      const row = await sendTransaction(services, actor, wallet, chain, request, authorizedBy, undefined, claim)
      return custodySuccessReply({ id: row.id, transactionHash: row.hash })
    },
  })
}

/** What was asked for; undefined once the request is final. */
async function openTransaction(
  { services }: CustodyContext,
  row: SavedRequestRow,
): Promise<TransactionRequestBody | undefined> {
  return transactionRequestSchema.optional().parse(await openRequest(services, row))
}
