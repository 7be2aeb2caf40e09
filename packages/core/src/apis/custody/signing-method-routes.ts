import { z } from 'zod'
import { type FaceBinding, faceBinding } from '../../credentials/face-binding.ts'
import {
  addFirstMethod,
  addMethod,
  hasMethods,
  type Owner,
  removeMethod,
  replaceMethod,
} from '../../credentials/methods.ts'
import { type RequestContext, type Route, route } from '../../http/index.ts'
import { findUser } from '../../users/find.ts'
import { actorOf, methodIn, openAuthority } from '../authority.ts'
import { signingMethodHeader } from '../signing-method-header.ts'
import type { Custody } from './custody.ts'
import { success } from './envelope.ts'
import { presentMethod } from './present.ts'
import { bodyLimit, devicePublicKey, id, methodValue, results, succeeded } from './schemas.ts'

const newMethod = z.object({
  type: z.string().max(32),
  value: methodValue.optional(),
  devicePublicKey: devicePublicKey.optional(),
})
const newValue = z.object({ value: methodValue.optional(), devicePublicKey: devicePublicKey.optional() })
const methodParams = z.object({ userId: id, signingMethodId: id })
const methodReplies = { 200: { description: 'The signing method', schema: succeeded(results.signingMethod) } }

/** The routes that add, replace and remove a user's signing methods. */
export function signingMethodRoutes(custody: Custody): readonly Route[] {
  return [
    addRoute(custody),
    ...(['PUT', 'PATCH'] as const).map((method) => replaceRoute(custody, method)),
    removeRoute(custody),
  ]
}

function addRoute(custody: Custody): Route {
  const { services, service, methods } = custody
  return route({
    id: 'createSigningMethod',
    method: 'POST',
    path: '/api/users/:userId/signing-methods',
    summary: 'Add a signing method; all but the first must be authorized by an existing one',
    guard: service,
    params: z.object({ userId: id }),
    headers: signingMethodHeader,
    body: { encoding: 'json', schema: newMethod, limit: bodyLimit, raw: 'when-kept' },
    replies: methodReplies,
    handler: async ({ params, headers, body }, context) => {
      const owner = await findOwner(services, context, params.userId)
      const actor = actorOf(context)
      if (!(await hasMethods(services, owner))) {
        const first = await addFirstMethod(services, methods, actor, owner, body)
        return success(presentMethod(first.row, first.generatedValue))
      }
      const authorizedBy = await openAuthority(
        services,
        actor,
        owner.ownerId,
        await methodIn(services, context, headers),
      )
      const input = { ...body, face: await resolveFaceBinding(custody, owner, body.devicePublicKey) }
      const { row, generatedValue } = await addMethod(services, methods, actor, owner, input, authorizedBy)
      return success(presentMethod(row, generatedValue))
    },
  })
}

function replaceRoute(custody: Custody, method: 'PUT' | 'PATCH'): Route {
  const { services, service, methods } = custody
  return route({
    id: method === 'PUT' ? 'replaceSigningMethod' : 'updateSigningMethod',
    method,
    path: '/api/users/:userId/signing-methods/:signingMethodId',
    summary: 'Replace the value of a signing method, authorized by another one',
    guard: service,
    params: methodParams,
    headers: signingMethodHeader,
    body: { encoding: 'json', schema: newValue, limit: bodyLimit, optional: true, raw: 'when-kept' },
    replies: methodReplies,
    handler: async ({ params, headers, body }, context) => {
      const owner = await findOwner(services, context, params.userId)
      const actor = actorOf(context)
      const authorizedBy = await openAuthority(
        services,
        actor,
        owner.ownerId,
        await methodIn(services, context, headers),
      )
      const { row, generatedValue } = await replaceMethod(
        services,
        methods,
        actor,
        owner,
        params.signingMethodId,
        body.value,
        authorizedBy,
        await resolveFaceBinding(custody, owner, body.devicePublicKey),
      )
      return success(presentMethod(row, generatedValue))
    },
  })
}

function removeRoute({ services, service }: Custody): Route {
  return route({
    id: 'deleteSigningMethod',
    method: 'DELETE',
    path: '/api/users/:userId/signing-methods/:signingMethodId',
    summary: 'Remove a signing method, authorized by another one',
    guard: service,
    params: methodParams,
    headers: signingMethodHeader,
    replies: { 200: { description: 'The signing method was removed' } },
    handler: async ({ params, headers }, context) => {
      const owner = await findOwner(services, context, params.userId)
      const actor = actorOf(context)
      const header = await methodIn(services, context, headers, 'without body')
      const authorizedBy = await openAuthority(services, actor, owner.ownerId, header)
      await removeMethod(services, actor, owner, params.signingMethodId, authorizedBy)
      return { status: 200, body: { success: true } }
    },
  })
}

/** Resolves the face and device to bind a signing method to, if the body has a device key. */
function resolveFaceBinding(
  { faces }: Custody,
  owner: Owner,
  key: string | undefined,
): Promise<FaceBinding | undefined> {
  return key === undefined ? Promise.resolve(undefined) : faceBinding(faces, owner.tenant, owner.ownerId, key)
}

async function findOwner(services: Custody['services'], context: RequestContext, userId: string): Promise<Owner> {
  const user = await findUser(services, context.caller.tenant, userId)
  return { tenant: user.tenant, ownerId: user.id, ownerKind: 'user' }
}
