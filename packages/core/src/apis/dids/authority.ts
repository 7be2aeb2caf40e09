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

/** The headers of a route that changes wallets: the token of who controls them, and a user's signing method where one is needed. */
export const changingHeaders = signingMethodHeader.extend({
  'x-did-auth': z.string(missing).max(8192).describe('A JWT of a DID that controls the wallets'),
})

/** The token of a request, verified and used up. @throws BillfoldError `did-auth.invalid` */
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

/** Opens the signing method that a request brings, once, when somebody's key is needed. */
export function authoriserOf(
  services: Services,
  context: RequestContext,
  actor: Actor,
  headers: MethodHeaders,
): Authorise {
  let header: Promise<BroughtMethod | undefined> | undefined
  const opened = new Map<string, Promise<OpenedMethod>>()
  const open = async (userId: string): Promise<OpenedMethod> => {
    header ??= methodIn(services, context, headers)
    return openAuthority(services, actor, userId, await header)
  }
  return (userId) => {
    const method = opened.get(userId) ?? open(userId)
    opened.set(userId, method)
    return method
  }
}
