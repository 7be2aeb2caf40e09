import { BillfoldError } from '../../errors.ts'
import type { Authentication } from './authentication.ts'
import type { AuthenticationCaller } from './caller.ts'
import type { Community } from './options.ts'

/** The communities of a tenant, where the host names none. */
const one: readonly Community[] = [{ id: 'default' }]

/** The communities that the host has. */
export function communitiesOf(authentication: Authentication): readonly Community[] {
  return authentication.options.communities ?? one
}

/** What a body says about where it belongs. */
export interface NamedCommunity {
  readonly tenantId?: string | undefined
  readonly communityId?: string | undefined
  readonly dns?: string | undefined
}

/**
 * The community that a caller's body names: one of the host's, and the caller's own where its licence is for one. Nothing that the body says is
 * looked up anywhere else. Without a name it is the licence's, or the only one there is.
 * @throws BillfoldError `caller.forbidden`
 */
export function communityOf(
  authentication: Authentication,
  caller: AuthenticationCaller,
  named: NamedCommunity = {},
): Community {
  const all = communitiesOf(authentication)
  const own = caller.licence?.community
  const id = named.communityId ?? own ?? (all.length === 1 ? all[0]?.id : undefined)
  const community = all.find((known) => known.id === id)
  const fits =
    community !== undefined &&
    (own === undefined || own === community.id) &&
    (named.tenantId === undefined || named.tenantId === caller.tenant) &&
    (named.dns === undefined || named.dns === community.dns)
  if (!fits) throw new BillfoldError('caller.forbidden')
  return community
}
