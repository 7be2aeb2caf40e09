import type { Actor } from '../../audit/record.ts'
import type { OpenedMethod } from '../../credentials/unlock.ts'
import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import type { RequestContext } from '../../http/index.ts'
import { type DidAuthority, verifyDidAuth } from '../../identities/did-auth/verify.ts'
import type { Services } from '../../services.ts'
import type { Authorise } from '../../vaults/holder.ts'
import { missing } from '../../vaults/wallet-config-schema.ts'
import { type BroughtMethod, type MethodHeaders, methodIn, openAuthority } from '../authority.ts'
import { signingMethodHeader } from '../signing-method-header.ts'
import type { Dids } from './dids.ts'

/**
 * Headers of routes that change wallets: the token of the controller, and the signing method of a user if one is
 * needed.
 */
export const changingHeaders = signingMethodHeader.extend({
  'x-did-auth': z.string(missing).max(8192).describe('A JWT signed by a DID that controls the wallets'),
})

/** Verifies the token of a request and consumes its nonce. @throws BillfoldError `did-auth.invalid` */
export function didAuthorityOf(
  { services, settings, audience }: Dids,
  context: RequestContext,
  route: { readonly act: string; readonly roles: readonly DidAuthority['role'][] },
  token: string,
): Promise<DidAuthority> {
  const { rawBody } = context
  if (rawBody === undefined) throw new BillfoldError('body.raw-unavailable')
  const { tenant } = context.caller
  return verifyDidAuth(services, settings, token, { tenant, audience, ...route, body: rawBody })
}

/**
 * Creates a function that authorizes with the presented signing method, once per user and only when the key is needed.
 */
export function authoriserOf(
  services: Services,
  context: RequestContext,
  actor: Actor,
  headers: MethodHeaders,
): Authorise {
  let presented: Promise<BroughtMethod | undefined> | undefined
  const methods = new Map<string, Promise<OpenedMethod>>()
  const authorize = async (userId: string): Promise<OpenedMethod> => {
    presented ??= methodIn(services, context, headers)
    return openAuthority(services, actor, userId, await presented)
  }
  return (userId) => {
    const method = methods.get(userId) ?? authorize(userId)
    methods.set(userId, method)
    return method
  }
}
