import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Route, route } from '../../http/index.ts'
import { actorFromRequest, parseSigningMethod, withSigningMethod } from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import { claimRequest } from '../saved-requests/claim-request.ts'
import { listSavedRequests } from '../saved-requests/list-requests.ts'
import { openRequest, type SavedRequestRow } from '../saved-requests/saved-request.ts'
import { getCustodyWallet } from '../wallets/find.ts'
import { signWithWallet } from '../wallets/sign.ts'
import type { CustodyContext } from './context.ts'
import { visibleUserOrigins } from './custody-user.ts'
import { readPage } from './pagination.ts'
import { custodySuccessReply } from './response-format.ts'
import { assertChain, confirmationBody, getVisibleRequest, savedRequestReplies } from './saved-request-access.ts'
import { savedSignatureBody, signatureStatuses, toSavedSignatureBody } from './saved-request-bodies.ts'
import { cancelRoute, confirmRoute, type SavedRequestResource } from './saved-request-routes.ts'
import {
  booleanQuerySchema,
  custodyPaging,
  idSchema,
  pageSchema,
  resultSchemas,
  sortOrderQuery,
  statusesQuery,
  successSchema,
} from './schemas.ts'
import { withSignatureRequestPath } from './signature-data.ts'
import { parseSavedSignature, toSigning } from './signature-requests.ts'

const params = z.object({ signatureId: idSchema })
const path = '/api/signatures/:signatureId'
const body = { description: 'The request', schema: successSchema(savedSignatureBody) }

/** The routes of requests for a signature that are saved, confirmed by their user, and signed later. */
export function savedSignatureRoutes(custody: CustodyContext): readonly Route[] {
  return [listRoute(custody), getRoute(custody), ...changeRoutes(custody), signRoute(custody)]
}

function listRoute({ services, service }: CustodyContext): Route {
  return route({
    id: 'listSignatures',
    method: 'GET',
    path: '/api/signatures',
    summary:
      'List the requests for a signature that were saved, newest first by default. Those signed at once are not among them',
    guard: service,
    query: z.object({
      ...custodyPaging,
      status: statusesQuery(signatureStatuses),
      userId: idSchema.optional(),
      includeUsers: booleanQuerySchema.optional().describe('False for those of wallets without a user only'),
      sortOn: z.literal('createdAt').optional(),
      sortOrder: sortOrderQuery,
    }),
    replies: { 200: { description: 'A page of requests', schema: pageSchema(savedSignatureBody) } },
    handler: async ({ query }, { caller }) => {
      const { sortOrder = 'desc', status: statuses, userId } = query
      const filter = { statuses, userId, userOrigins: visibleUserOrigins(caller, query.includeUsers) }
      const read = listSavedRequests(services, caller.tenant, 'signature', filter, sortOrder)
      const { items, pagination } = await readPage(query, read)
      const now = services.now()
      return custodySuccessReply(
        items.map((row) => toSavedSignatureBody(row, now)),
        pagination,
      )
    },
  })
}

function getRoute(custody: CustodyContext): Route {
  const { services, service } = custody
  return route({
    id: 'getSignature',
    method: 'GET',
    path,
    summary: 'Get a saved request for a signature',
    guard: service,
    params,
    replies: { 200: body, 404: savedRequestReplies[404] },
    handler: async (input, context) => {
      const row = await getVisibleRequest(custody, context, 'signature', input.params.signatureId)
      return custodySuccessReply(toSavedSignatureBody(row, services.now(), await openContent(custody, row)))
    },
  })
}

/** What cancels and confirms them. */
function changeRoutes(custody: CustodyContext): readonly Route[] {
  const resource: SavedRequestResource<typeof params> = {
    kind: 'signature',
    path,
    params,
    toId: ({ signatureId }) => signatureId,
    reply: body,
    toBody: async (row, isWhole) =>
      toSavedSignatureBody(row, custody.services.now(), isWhole ? await openContent(custody, row) : undefined),
  }
  return [
    cancelRoute(custody, resource, {
      id: 'deleteSignature',
      summary: 'Cancel a saved request for a signature',
    }),
    confirmRoute(custody, resource, {
      id: 'confirmSignature',
      summary: 'Confirm a saved request with a signing method of its user; it can be signed for some minutes then',
    }),
  ]
}

function signRoute(custody: CustodyContext): Route {
  const { services, service } = custody
  return route({
    id: 'signSavedSignature',
    secretReply: true,
    method: 'POST',
    path: `${path}/sign`,
    summary: 'Sign a request that is ready, once, with a signing method of its user',
    guard: service,
    params,
    headers: signingMethodHeadersSchema,
    body: confirmationBody,
    replies: {
      200: { description: 'The signature', schema: successSchema(resultSchemas.signature) },
      ...savedRequestReplies,
    },
    handler: async (input, context) => {
      const saved = await getVisibleRequest(custody, context, 'signature', input.params.signatureId, ['READY'])
      assertChain(saved, input.body.secretType)
      const actor = actorFromRequest(context)
      const wallet = await getCustodyWallet(services, actor.tenant, saved.walletId)
      const opened = await openRequest(services, saved)
      if (opened === undefined) throw new BillfoldError('saved-request.canceled')
      const { chain, request } = toSigning(custody, wallet, parseSavedSignature(opened))
      const header = await parseSigningMethod(services, context, input.headers)
      const claim = claimRequest(services, saved)
      const { pincode } = input.body
      const signed = await withSigningMethod(services, actor, saved.ownerId, header, pincode, (authorizedBy) =>
        withSignatureRequestPath(() => signWithWallet(services, actor, wallet, chain, request(), authorizedBy, claim)),
      )
      return custodySuccessReply(signed)
    },
  })
}

/** The data of a request; undefined once the request is final. */
async function openContent({ services }: CustodyContext, row: SavedRequestRow): Promise<{ readonly data: unknown }> {
  const opened = await openRequest(services, row)
  return { data: opened === undefined ? undefined : parseSavedSignature(opened).data }
}
