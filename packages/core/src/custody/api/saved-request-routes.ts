import type { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import { cancelRequest } from '../saved-requests/confirm-request.ts'
import type { SavedRequestKind, SavedRequestRow } from '../saved-requests/saved-request.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import {
  confirmationBody,
  confirmSavedRequest,
  getVisibleRequest,
  savedRequestReplies,
} from './saved-request-access.ts'

/** What a kind of saved requests has of its own. */
export interface SavedRequestResource<Params extends z.ZodObject> {
  readonly kind: SavedRequestKind
  /** The path of one request. */
  readonly path: string
  readonly params: Params
  readonly toId: (params: z.output<Params>) => string
  /** The documented reply with a request. */
  readonly reply: { readonly description: string; readonly schema: z.ZodType }
  /** The body of a request. @param isWhole true with what was asked for */
  readonly toBody: (row: SavedRequestRow, isWhole: boolean) => Promise<object>
}

interface Named {
  readonly id: string
  readonly summary: string
}

/** Creates the route that cancels a saved request. */
export function cancelRoute<Params extends z.ZodObject>(
  custody: CustodyContext,
  { kind, path, params, toId, reply, toBody }: SavedRequestResource<Params>,
  named: Named,
): Route {
  const { services, service } = custody
  // The schema without its type: the type of a route cannot be derived from a type parameter.
  const schema: z.ZodType = params
  return route({
    ...named,
    method: 'DELETE',
    path,
    guard: service,
    params: schema,
    replies: { 200: reply, ...savedRequestReplies },
    handler: async (input, context) => {
      const { id } = await getVisibleRequest(custody, context, kind, toId(params.parse(input.params)))
      const row = await cancelRequest(services, actorFromRequest(context), kind, id)
      return custodySuccessReply(await toBody(row, false))
    },
  })
}

/** Creates the route that confirms a saved request with a signing method of its user. */
export function confirmRoute<Params extends z.ZodObject>(
  custody: CustodyContext,
  { kind, path, params, toId, reply, toBody }: SavedRequestResource<Params>,
  named: Named,
): Route {
  const schema: z.ZodType = params
  return route({
    ...named,
    method: 'POST',
    path: `${path}/confirm`,
    guard: custody.service,
    params: schema,
    headers: signingMethodHeadersSchema,
    body: confirmationBody,
    replies: { 200: reply, ...savedRequestReplies },
    handler: async (input, context) => {
      const row = await confirmSavedRequest(custody, context, kind, toId(params.parse(input.params)), input)
      return custodySuccessReply(await toBody(row, true))
    },
  })
}
