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
import type { MethodEnrolment } from '../../platform/signing-method-kind.ts'
import { type Reply, type RequestContext, type Route, route } from '../../http/index.ts'
import { getCustodyUser } from './custody-user.ts'
import {
  actorFromRequest,
  parseSigningMethod,
  authorizeWithSigningMethod,
} from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import { describeMethod } from './describe-methods.ts'
import {
  custodyBodyLimit,
  devicePublicKeySchema,
  idSchema,
  optionalField,
  signingMethodValueSchema,
  resultSchemas,
  successSchema,
  signingMethodTypeField,
} from './schemas.ts'

const newValue = z.object({
  value: optionalField(signingMethodValueSchema),
  devicePublicKey: optionalField(devicePublicKeySchema),
  passkey: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      'For a PASSKEY: the `RegistrationResponseJSON` of WebAuthn Level 3, without the results of the PRF extension',
    ),
  name: z.string().min(1).max(64).optional().describe("For a PASSKEY: the user's name for it"),
})
const newMethod = newValue.extend({ type: signingMethodTypeField })
const methodParams = z.object({ userId: idSchema, signingMethodId: idSchema })
const addedReplies = {
  200: {
    description: 'The signing method',
    schema: successSchema(
      z.union([
        resultSchemas.signingMethod,
        z.array(resultSchemas.signingMethod).describe('If the host sets custody.signingMethodReply to array'),
      ]),
    ),
  },
}
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
    replies: addedReplies,
    handler: async ({ params, headers, body }, context) => {
      const owner = await findOwner(services, context, params.userId)
      const toReply = async (row: Parameters<typeof describeMethod>[1]): Promise<Reply> => {
        const added = await describeMethod(services, row)
        return custodySuccessReply(custody.signingMethodReply === 'array' ? [added] : added)
      }
      const actor = actorFromRequest(context)
      if (!(await hasMethods(services, owner))) {
        const first = await addFirstMethod(services, methods, actor, owner, { ...body, enrolment: toEnrolment(body) })
        return toReply(first)
      }
      const authorizedBy = await authorizeWithSigningMethod(
        services,
        actor,
        owner.ownerId,
        await parseSigningMethod(services, context, headers),
      )
      const face = await resolveRequestedBinding(custody, owner, body.devicePublicKey)
      const input = { ...body, face, enrolment: toEnrolment(body) }
      return toReply(await addMethod(services, methods, actor, owner, input, authorizedBy))
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
      const face = await resolveRequestedBinding(custody, owner, body.devicePublicKey)
      const replaced = await replaceMethod(
        services,
        methods,
        actor,
        owner,
        params.signingMethodId,
        body.value,
        authorizedBy,
        { face, enrolment: toEnrolment(body) },
      )
      return custodySuccessReply(await describeMethod(services, replaced))
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

/** What comes with a PASSKEY. A name alone proves nothing. */
function toEnrolment({ passkey: proof, name }: z.output<typeof newValue>): MethodEnrolment {
  return { proof, name }
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
