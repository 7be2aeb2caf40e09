import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type RequestContext, type Route, route } from '../../http/index.ts'
import { actorFromRequest, parseSigningMethod, withSigningMethod } from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import { saveRequest } from '../saved-requests/save-request.ts'
import { getCustodyWallet } from '../wallets/find.ts'
import { signWithWallet } from '../wallets/sign.ts'
import type { CustodyContext } from './context.ts'
import { getReachableWallet } from './custody-user.ts'
import { custodySuccessReply } from './response-format.ts'
import { savedSignatureBody, toSavedSignatureBody } from './saved-request-bodies.ts'
import { savedSignatureRoutes } from './saved-signature-routes.ts'
import { custodyBodyLimit, optionalField, pincodeSchema, resultSchemas, successSchema } from './schemas.ts'
import { withSignatureRequestPath } from './signature-data.ts'
import { type SignatureRequestBody, signatureRequestSchema, toSigning } from './signature-requests.ts'
import { verificationRoute } from './verification-route.ts'

/** The routes that create, save and verify signatures of messages and typed data. */
export function signatureRoutes(custody: CustodyContext): readonly Route[] {
  return [verificationRoute(custody), createRoute(custody), buildRoute(custody), ...savedSignatureRoutes(custody)]
}

function createRoute(custody: CustodyContext): Route {
  const { services, chains, service } = custody
  return route({
    id: 'createSignature',
    secretReply: true,
    method: 'POST',
    path: '/api/signatures',
    summary:
      "Sign a message in the format of the wallet's chain, typed data (EIP-712), or raw bytes if the host allows it; or save the request",
    guard: service,
    headers: signingMethodHeadersSchema,
    body: {
      encoding: 'json',
      schema: z.object({
        pincode: optionalField(pincodeSchema),
        signatureRequest: signatureRequestSchema(chains),
      }),
      limit: custodyBodyLimit,
      raw: 'if-available',
      transientText: ['signatureRequest.data'],
    },
    replies: {
      200: {
        description: 'The signature',
        schema: successSchema(z.union([resultSchemas.signature, savedSignatureBody.describe('If it is signed later')])),
      },
    },
    handler: async ({ body, headers }, context) => {
      const { signatureRequest } = body
      const { status } = signatureRequest
      const presented = headers['signing-method'] ?? headers['encrypted-signing-method'] ?? body.pincode
      if (status === 'SAVED' || (status === 'READY' && presented === undefined))
        return custodySuccessReply(await saveSignature(custody, context, signatureRequest, status))
      const actor = actorFromRequest(context)
      const wallet = await getCustodyWallet(services, actor.tenant, signatureRequest.walletId)
      const { chain, request } = toSigning(custody, wallet, signatureRequest)
      const header = await parseSigningMethod(services, context, headers)
      const signed = await withSigningMethod(services, actor, wallet.ownerId, header, body.pincode, (authorizedBy) =>
        withSignatureRequestPath(async () => signWithWallet(services, actor, wallet, chain, request(), authorizedBy)),
      )
      return custodySuccessReply(signed)
    },
  })
}

function buildRoute(custody: CustodyContext): Route {
  const schema = signatureRequestSchema(custody.chains)
  return route({
    id: 'buildSignature',
    method: 'POST',
    path: '/api/signatures/build',
    summary: 'Save a request for a signature: by default it is confirmed by its user, and then signed',
    guard: custody.service,
    body: {
      encoding: 'json',
      schema: z.looseObject({ signatureRequest: optionalField(schema) }),
      limit: custodyBodyLimit,
    },
    replies: {
      200: {
        description: 'The request',
        schema: successSchema(savedSignatureBody.extend({ success: z.literal(true) })),
      },
    },
    handler: async ({ body }, context) => {
      const requested = body.signatureRequest ?? parseBareRequest(schema, body)
      const saved = await saveSignature(custody, context, requested, requested.status ?? 'SAVED')
      return custodySuccessReply({ success: true, ...saved })
    },
  })
}

function parseBareRequest(
  schema: ReturnType<typeof signatureRequestSchema>,
  body: Readonly<Record<string, unknown>>,
): SignatureRequestBody {
  if (body['type'] === undefined) throw new BillfoldError('input.invalid', { issues: [requestMissing] })
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
  throw new BillfoldError('input.invalid', { issues })
}

const requestMissing = { path: 'signatureRequest', message: 'is required' }

/** Saves a request that is signed later. What cannot be signed is refused now. */
async function saveSignature(
  custody: CustodyContext,
  context: RequestContext,
  requested: SignatureRequestBody,
  status: 'SAVED' | 'READY',
): Promise<z.output<typeof savedSignatureBody>> {
  const { services, savedRequests } = custody
  const wallet = await getReachableWallet(services, context.caller, requested.walletId)
  const { chain, request } = toSigning(custody, wallet, requested)
  const { type } = requested
  await withSignatureRequestPath(async () => {
    const parsed = request()
    if (parsed.type === 'EIP712' && chain.computeDigest === undefined)
      throw new BillfoldError('signature.unsupported-type')
    if (parsed.type === 'EIP712') chain.computeDigest?.(parsed)
  })
  const saved = { kind: 'signature' as const, type, status, request: requested }
  const row = await saveRequest(services, savedRequests, actorFromRequest(context), wallet, saved)
  return toSavedSignatureBody(row, services.now(), { data: requested.data }, 'saved')
}
