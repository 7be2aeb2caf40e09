import { z } from 'zod'
import { type FaceBinding, resolveFaceBinding } from '../../identity/signing-methods/face-binding.ts'
import {
  addFirstMethod,
  addMethod,
  hasMethods,
  type MethodOwner,
  removeMethod,
  replaceMethod,
} from '../../identity/signing-methods/methods.ts'
import { type RequestContext, type Route, route } from '../../http/index.ts'
import { getCustodyUser } from './custody-user.ts'
import {
  actorFromRequest,
  parseSigningMethod,
  authorizeWithSigningMethod,
} from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import { toSigningMethodBody } from './response-bodies.ts'
import {
  custodyBodyLimit,
  devicePublicKeySchema,
  idSchema,
  optionalField,
  signingMethodValueSchema,
  resultSchemas,
  successSchema,
} from './schemas.ts'

const newMethod = z.object({
  type: z.string().max(32),
  value: optionalField(signingMethodValueSchema),
  devicePublicKey: optionalField(devicePublicKeySchema),
})
const newValue = z.object({
  value: optionalField(signingMethodValueSchema),
  devicePublicKey: optionalField(devicePublicKeySchema),
})
const methodParams = z.object({ userId: idSchema, signingMethodId: idSchema })
const methodReplies = { 200: { description: 'The signing method', schema: successSchema(resultSchemas.signingMethod) } }

/** The routes that add, replace and remove a user's signing methods. */
export function signingMethodRoutes(custody: CustodyContext): readonly Route[] {
  return [
    addRoute(custody),
    ...(['PUT', 'PATCH'] as const).map((method) => replaceRoute(custody, method)),
    removeRoute(custody),
  ]
}

function addRoute(custody: CustodyContext): Route {
  const { services, service, methods } = custody
  return route({
    id: 'createSigningMethod',
    secretReply: true,
    method: 'POST',
    path: '/api/users/:userId/signing-methods',
    summary: 'Add a signing method; all but the first must be authorized by an existing one',
    guard: service,
    params: z.object({ userId: idSchema }),
    headers: signingMethodHeadersSchema,
    body: { encoding: 'json', schema: newMethod, limit: custodyBodyLimit, raw: 'if-available' },
    replies: methodReplies,
    handler: async ({ params, headers, body }, context) => {
      const owner = await findOwner(services, context, params.userId)
      const actor = actorFromRequest(context)
      if (!(await hasMethods(services, owner))) {
        const first = await addFirstMethod(services, methods, actor, owner, body)
        return custodySuccessReply(toSigningMethodBody(first.row, first.generatedValue))
      }
      const authorizedBy = await authorizeWithSigningMethod(
        services,
        actor,
        owner.ownerId,
        await parseSigningMethod(services, context, headers),
      )
      const input = { ...body, face: await resolveRequestedBinding(custody, owner, body.devicePublicKey) }
      const { row, generatedValue } = await addMethod(services, methods, actor, owner, input, authorizedBy)
      return custodySuccessReply(toSigningMethodBody(row, generatedValue))
    },
  })
}

function replaceRoute(custody: CustodyContext, method: 'PUT' | 'PATCH'): Route {
  const { services, service, methods } = custody
  return route({
    id: method === 'PUT' ? 'replaceSigningMethod' : 'updateSigningMethod',
    method,
    path: '/api/users/:userId/signing-methods/:signingMethodId',
    summary: 'Replace the value of a signing method, authorized by another one',
    guard: service,
    params: methodParams,
    headers: signingMethodHeadersSchema,
    body: { encoding: 'json', schema: newValue, limit: custodyBodyLimit, optional: true, raw: 'if-available' },
    replies: methodReplies,
    handler: async ({ params, headers, body }, context) => {
      const owner = await findOwner(services, context, params.userId)
      const actor = actorFromRequest(context)
      const authorizedBy = await authorizeWithSigningMethod(
        services,
        actor,
        owner.ownerId,
        await parseSigningMethod(services, context, headers),
      )
      const { row, generatedValue } = await replaceMethod(
        services,
        methods,
        actor,
        owner,
        params.signingMethodId,
        body.value,
        authorizedBy,
        await resolveRequestedBinding(custody, owner, body.devicePublicKey),
      )
      return custodySuccessReply(toSigningMethodBody(row, generatedValue))
    },
  })
}

function removeRoute({ services, service }: CustodyContext): Route {
  return route({
    id: 'deleteSigningMethod',
    method: 'DELETE',
    path: '/api/users/:userId/signing-methods/:signingMethodId',
    summary: 'Remove a signing method, authorized by another one',
    guard: service,
    params: methodParams,
    headers: signingMethodHeadersSchema,
    replies: { 200: { description: 'The signing method was removed' } },
    handler: async ({ params, headers }, context) => {
      const owner = await findOwner(services, context, params.userId)
      const actor = actorFromRequest(context)
      const header = await parseSigningMethod(services, context, headers, 'without body')
      const authorizedBy = await authorizeWithSigningMethod(services, actor, owner.ownerId, header)
      await removeMethod(services, actor, owner, params.signingMethodId, authorizedBy)
      return { status: 200, body: { success: true } }
    },
  })
}

/** Resolves the face and device to bind a signing method to, if the body has a device key. */
function resolveRequestedBinding(
  { faces }: CustodyContext,
  owner: MethodOwner,
  key: string | undefined,
): Promise<FaceBinding | undefined> {
  return key === undefined ? Promise.resolve(undefined) : resolveFaceBinding(faces, owner.tenant, owner.ownerId, key)
}

async function findOwner(
  services: CustodyContext['services'],
  context: RequestContext,
  userId: string,
): Promise<MethodOwner> {
  const user = await getCustodyUser(services, context.caller, userId)
  return { tenant: user.tenant, ownerId: user.id, ownerKind: 'user' }
}
