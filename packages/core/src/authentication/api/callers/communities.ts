import { BillfoldError } from '../../../kernel/errors.ts'
import type { AuthenticationContext } from '../context.ts'
import type { AuthenticationCaller } from './authentication-caller.ts'
import type { Community } from '../options.ts'

/** The communities used if the host configures none. */
const defaultCommunities: readonly Community[] = [{ id: 'default' }]

/** Returns the communities configured by the host. */
export function configuredCommunities(authentication: AuthenticationContext): readonly Community[] {
  return authentication.options.communities ?? defaultCommunities
}

/** The tenant and community named in a request body. */
export interface CommunityReference {
  readonly tenantId?: string | undefined
  readonly communityId?: string | undefined
  readonly dns?: string | undefined
}

/**
 * Resolves the community named in a request body. It must be one of the host's, and the licence's own if the licence has one. Defaults
 * to the licence's community, or to the only configured one. The DNS name is compared, never resolved.
 * @throws BillfoldError `caller.forbidden`
 */
export function resolveCommunity(
  authentication: AuthenticationContext,
  caller: AuthenticationCaller,
  named: CommunityReference = {},
): Community {
  const communities = configuredCommunities(authentication)
  const own = caller.licence?.community
  const id = named.communityId ?? own ?? (communities.length === 1 ? communities[0]?.id : undefined)
  const community = communities.find((candidate) => candidate.id === id)
  const isAllowed =
    community !== undefined &&
    (own === undefined || own === community.id) &&
    (named.tenantId === undefined || named.tenantId === caller.tenant) &&
    (named.dns === undefined || named.dns === community.dns)
  if (!isAllowed) throw new BillfoldError('caller.forbidden')
  return community
}
