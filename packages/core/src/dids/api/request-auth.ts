import type { CustodyServices } from '../../custody/services.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import type { AuthorizedMethod } from '../../identity/signing-methods/authorized-method.ts'
import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import type { RequestContext } from '../../http/index.ts'
import { type AuthenticatedDid, verifyDidAuthToken } from '../did-wallets/did-auth/verify.ts'
import type { AuthorizeUser } from '../vaults/sealing-scope.ts'
import { requiredMessage } from '../vaults/wallet-config-schema.ts'
import {
  type PresentedMethod,
  type SigningMethodHeaders,
  parseSigningMethod,
  authorizeWithSigningMethod,
} from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import type { DidsContext } from './context.ts'

/**
 * Headers of routes that change wallets: the token of the controller, and the signing method of a user if one is
 * needed.
 */
export const didAuthHeaders = signingMethodHeadersSchema.extend({
  'x-did-auth': z.string(requiredMessage).max(8192).describe('A JWT signed by a DID that controls the wallets'),
})

/** Verifies the token of a request and consumes its nonce. @throws BillfoldError `did-auth.invalid` */
export function authenticateDid(
  { services, settings, audience }: DidsContext,
  context: RequestContext,
  route: { readonly act: string; readonly roles: readonly AuthenticatedDid['role'][] },
  token: string,
): Promise<AuthenticatedDid> {
  const { rawBody } = context
  if (rawBody === undefined) throw new BillfoldError('body.raw-unavailable')
  const { tenant } = context.caller
  return verifyDidAuthToken(services, settings, token, { tenant, audience, ...route, body: rawBody })
}

/**
 * Creates a function that authorizes with the presented signing method, once per user and only when the key is needed.
 */
export function createAuthorizer(
  services: CustodyServices,
  context: RequestContext,
  actor: Actor,
  headers: SigningMethodHeaders,
): AuthorizeUser {
  let presented: Promise<PresentedMethod | undefined> | undefined
  const methods = new Map<string, Promise<AuthorizedMethod>>()
  const authorize = async (userId: string): Promise<AuthorizedMethod> => {
    presented ??= parseSigningMethod(services, context, headers)
    return authorizeWithSigningMethod(services, actor, userId, await presented)
  }
  return (userId) => {
    const method = methods.get(userId) ?? authorize(userId)
    methods.set(userId, method)
    return method
  }
}
