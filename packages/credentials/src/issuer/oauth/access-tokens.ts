import type { Caller, Guard, IncomingRequest } from '@billfold/core/http'
import { isBillfoldError } from '@billfold/core'
import type { CommitStep } from '../../commit-steps.ts'
import type { IssuerContext } from '../settings.ts'
import type { GrantRow } from '../tables.ts'
import { issuanceGrants } from '../tables.ts'
import { missingTokenError, wireError } from '../wire-errors.ts'
import { accessTokenSeconds } from './create-grant.ts'
import { verifyDpopProof } from './dpop.ts'

const type = 'credential-access+jwt'

/** The reply of the token endpoint (RFC 6749 section 5.1, OpenID4VCI section 6.2). */
export interface TokenReply {
  readonly access_token: string
  readonly token_type: 'DPoP' | 'Bearer'
  readonly expires_in: number
  readonly refresh_token?: string
  readonly authorization_details?: readonly {
    readonly type: 'openid_credential'
    readonly credential_configuration_id: string
    readonly credential_identifiers: readonly string[]
  }[]
}

/** Issues an access token of a grant. */
export async function issueAccessToken(
  { services, settings, tenant }: IssuerContext,
  { id, jkt, configurations, hasIdentifiers }: GrantRow,
  refreshToken: string | undefined,
): Promise<TokenReply> {
  const lifetimeSeconds = accessTokenSeconds(jkt)
  const token = await services.tokens.issue({
    type,
    audience: settings.publicUrl,
    tenant,
    subject: id,
    lifetimeSeconds,
    ...(jkt !== null && { claims: { cnf: { jkt } } }),
  })
  return {
    access_token: token,
    token_type: jkt === null ? 'Bearer' : 'DPoP',
    expires_in: lifetimeSeconds,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(hasIdentifiers && { authorization_details: configurations.split(' ').map(toDetail) }),
  }
}

function toDetail(id: string) {
  return { type: 'openid_credential' as const, credential_configuration_id: id, credential_identifiers: [id] }
}

/** A wallet with an access token. */
export interface GrantCaller extends Caller {
  readonly kind: 'wallet'
  readonly grant: GrantRow
  /** Uses the DPoP proof up; part of the commit of the act. Empty for Bearer tokens. */
  readonly steps: readonly CommitStep[]
}

/** The guard of the routes that take an access token. It may run twice, so it writes nothing. */
export function accessTokenGuard(context: IssuerContext): Guard {
  const dpop = { type: 'http', scheme: 'dpop', description: 'Access token of POST /token with a DPoP proof (RFC 9449)' }
  return {
    name: 'access token',
    security: [{ accessToken: [] }],
    schemes: { accessToken: dpop },
    admit: (request): Promise<GrantCaller> => admit(context, request),
  }
}

/** Returns the grant of a caller that {@link accessTokenGuard} admitted. @throws BillfoldError `oauth.invalid-token` */
export function toGrantCaller(caller: Caller): GrantCaller {
  if (!isGrantCaller(caller)) throw wireError('oauth.invalid-token')
  return caller
}

function isGrantCaller(caller: Caller): caller is GrantCaller {
  return caller.kind === 'wallet' && 'grant' in caller
}

async function admit(context: IssuerContext, request: IncomingRequest): Promise<GrantCaller> {
  const { services, settings, tenant, nonces } = context
  await nonces.loadDpopNonce()
  const header = request.headers['authorization']
  const [, scheme = '', token = ''] = /^(DPoP|Bearer) +(\S+)$/i.exec(typeof header === 'string' ? header : '') ?? []
  if (token === '') throw missingTokenError()
  const grant = await findGrant(context, token)
  const proof = await verifyDpopProof(context, request, token)
  const isBound = grant.jkt !== null
  if (isBound && (scheme.toLowerCase() !== 'dpop' || proof?.jkt !== grant.jkt))
    throw wireError('oauth.invalid-token', 'The access token is bound to a key')
  // A host that has turned Bearer tokens off accepts none that it issued before.
  if (!isBound && (scheme.toLowerCase() !== 'bearer' || !settings.bearerTokens))
    throw wireError('oauth.invalid-token', 'The access token is not bound to a key')
  if (grant.expiresAt <= services.now()) throw wireError('oauth.invalid-token')
  const steps = proof === undefined ? [] : [proof.step]
  return { kind: 'wallet', tenant, id: grant.id, scopes: new Set(), grant, steps }
}

async function findGrant({ services, settings, tenant }: IssuerContext, token: string): Promise<GrantRow> {
  try {
    const { subject } = await services.tokens.verify(token, { type, audience: settings.publicUrl, tenant })
    const [row] = await services.storage.find(issuanceGrants, { where: { id: subject, tenant }, limit: 1 })
    if (row?.state !== 'active') throw wireError('oauth.invalid-token')
    return row
  } catch (error) {
    if (isBillfoldError(error, 'token.invalid') || isBillfoldError(error, 'token.expired'))
      throw wireError('oauth.invalid-token')
    throw error
  }
}
