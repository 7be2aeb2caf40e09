import { z } from 'zod'
import {
  actorFromRequest,
  authorizeWithSigningMethod,
  parseSigningMethod,
} from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import { getPasskeyKind } from '../../identity/signing-methods/method-kinds.ts'
import { hasMethods, listMethods } from '../../identity/signing-methods/methods.ts'
import { type Route, route } from '../../http/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { CustodyContext } from './context.ts'
import { getCustodyUser } from './custody-user.ts'
import { custodySuccessReply } from './response-format.ts'
import { custodyBodyLimit, idSchema, successSchema } from './schemas.ts'

const optionsBody = z.object({
  userName: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe("The account's name in the dialogs of the authenticator, such as an email address"),
})
const challengeBody = z.object({
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']),
  target: z
    .string()
    .max(2048)
    .regex(/^\/[!-~]*$/)
    .describe('The path relative to the mount point, including the query string'),
  bodyDigest: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .describe('SHA-256 of the request body, base64url'),
})
const webAuthnOptions = z.record(z.string(), z.unknown())
const failures = { 404: { description: 'No such user or signing method' } }

/** The routes of PASSKEY signing methods. Without the module that brings them, they answer `passkey.unavailable`. */
export function passkeyRoutes(custody: CustodyContext): readonly Route[] {
  return [optionsRoute(custody), challengeRoute(custody)]
}

function optionsRoute({ services, service }: CustodyContext): Route {
  return route({
    id: 'createPasskeyOptions',
    method: 'POST',
    path: '/api/users/:userId/signing-methods/passkey-options',
    summary: 'Start to add a PASSKEY, authorized by an existing signing method',
    guard: service,
    limits: [{ by: 'caller', limit: 6000, windowSeconds: 3600 }],
    // A challenge is used once; an answer that is given again must not be one that somebody has used.
    secretReply: true,
    unlisted: services.signingMethodKinds?.has('PASSKEY') !== true,
    params: z.object({ userId: idSchema }),
    headers: signingMethodHeadersSchema,
    body: { encoding: 'json', schema: optionsBody, limit: custodyBodyLimit, optional: true, raw: 'if-available' },
    replies: {
      200: { description: '`PublicKeyCredentialCreationOptionsJSON`', schema: successSchema(webAuthnOptions) },
      ...failures,
    },
    handler: async ({ params, headers, body }, context) => {
      const kind = getPasskeyKind(services)
      const actor = actorFromRequest(context)
      const { id, tenant, reference } = await getCustodyUser(services, context.caller, params.userId)
      if (await hasMethods(services, { tenant, ownerId: id, ownerKind: 'user' })) {
        const presented = await parseSigningMethod(services, context, headers)
        await authorizeWithSigningMethod(services, actor, id, presented)
      } else if (!kind.mayBeFirst) throw new BillfoldError('signing-method.pin-must-be-first')
      const name = body.userName ?? reference?.slice(0, 64) ?? id
      return custodySuccessReply(await kind.startEnrolment(services, actor, { id, tenant, name }))
    },
  })
}

function challengeRoute({ services, service }: CustodyContext): Route {
  return route({
    id: 'createPasskeyChallenge',
    method: 'POST',
    path: '/api/users/:userId/signing-methods/:signingMethodId/passkey-challenges',
    summary: 'Start to use a PASSKEY for one request',
    guard: service,
    limits: [{ by: 'caller', limit: 6000, windowSeconds: 3600 }],
    // A challenge is used once; an answer that is given again must not be one that somebody has used.
    secretReply: true,
    unlisted: services.signingMethodKinds?.has('PASSKEY') !== true,
    params: z.object({ userId: idSchema, signingMethodId: idSchema }),
    body: { encoding: 'json', schema: challengeBody, limit: custodyBodyLimit },
    replies: {
      200: { description: '`PublicKeyCredentialRequestOptionsJSON`', schema: successSchema(webAuthnOptions) },
      ...failures,
    },
    handler: async ({ params, body }, context) => {
      const kind = getPasskeyKind(services)
      const user = await getCustodyUser(services, context.caller, params.userId)
      const methods = await listMethods(services, user.tenant, user.id)
      if (!methods.some(({ id, type }) => id === params.signingMethodId && type === kind.type))
        throw new BillfoldError('signing-method.not-found')
      const method = { tenant: user.tenant, userId: user.id, methodId: params.signingMethodId }
      const request = { method: body.method, target: body.target, bodySha256: body.bodyDigest }
      return custodySuccessReply(await kind.startUse(services, actorFromRequest(context), method, request))
    },
  })
}
