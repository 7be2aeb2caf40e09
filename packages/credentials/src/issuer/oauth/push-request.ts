import { newId } from '@billfold/core'
import { randomSecret } from '@billfold/core/crypto'
import { insert } from '@billfold/core/storage'
import { z } from 'zod'
import { commitSteps } from '../../commit-steps.ts'
import { isRedirectUri } from '../../redirect-uri.ts'
import { hashSecret } from '../../secret-hash.ts'
import { findOpenOffer } from '../offers/find-offer.ts'
import type { IssuerContext } from '../settings.ts'
import { authorizationRequests, type AuthorizationRequestRow } from '../tables.ts'
import { wireError } from '../wire-errors.ts'
import type { WalletClientIdentity } from './authenticate-client.ts'
import { type AuthorizationBody, sealedAuthorizationBody } from './authorization-body.ts'
import type { DpopProof } from './dpop.ts'
import { parseRequestedTypes } from './requested-types.ts'

/** The form of a pushed authorization request (RFC 9126 section 2.1). */
export const pushFormSchema = z.object({
  client_id: z.string().min(1).max(2048),
  response_type: z.string().max(64),
  redirect_uri: z.string().min(1).max(2048),
  code_challenge: z.string().max(128).optional(),
  code_challenge_method: z.string().max(16).optional(),
  scope: z.string().max(4096).optional(),
  authorization_details: z.string().max(16_384).optional(),
  state: z.string().max(2048).optional(),
  issuer_state: z.string().max(512).optional(),
  dpop_jkt: z.string().max(64).optional(),
  request_uri: z.string().optional(),
  request: z.string().optional(),
})

/** The prefix of `request_uri` (RFC 9126 section 2.2). */
export const requestUriPrefix = 'urn:ietf:params:oauth:request_uri:'
const lifetimeSeconds = 60

/**
 * Stores an authorization request, for the browser that comes with its `request_uri` within a minute.
 * @throws BillfoldError `oauth.invalid-request`, `oauth.invalid-client`, `oauth.invalid-scope`, `oauth.invalid-authorization-details`,
 *   `oauth.unsupported-response-type`, `oauth.invalid-dpop-proof`
 */
export async function pushAuthorizationRequest(
  context: IssuerContext,
  form: z.output<typeof pushFormSchema>,
  client: WalletClientIdentity,
  proof: DpopProof | undefined,
): Promise<{ readonly request_uri: string; readonly expires_in: number }> {
  const { services, tenant } = context
  const body = await parseAuthorizationRequest(context, form, client)
  const key = { id: newId(), tenant }
  const secret = randomSecret()
  const now = services.now()
  if (form.dpop_jkt !== undefined && proof !== undefined && form.dpop_jkt !== proof.jkt)
    throw wireError('oauth.invalid-dpop-proof', 'dpop_jkt and the DPoP proof name different keys')
  const row: AuthorizationRequestRow = {
    ...key,
    clientId: form.client_id,
    sealedBody: await sealedAuthorizationBody.seal(services, key, body),
    jkt: proof?.jkt ?? form.dpop_jkt ?? null,
    requestUriHash: hashSecret(secret),
    browserHash: null,
    codeHash: null,
    userId: null,
    grantId: null,
    state: 'pushed',
    createdAt: now,
    expiresAt: now + lifetimeSeconds * 1000,
  }
  await commitSteps(services.storage, ...(proof === undefined ? [] : [proof.step]), ...client.steps, {
    write: insert(authorizationRequests, row),
  })
  return { request_uri: requestUriPrefix + secret, expires_in: lifetimeSeconds }
}

async function parseAuthorizationRequest(
  context: IssuerContext,
  form: z.output<typeof pushFormSchema>,
  client: WalletClientIdentity,
): Promise<AuthorizationBody> {
  const { settings } = context
  if (settings.authorize === undefined)
    throw wireError('oauth.invalid-request', 'This issuer has no authorization endpoint')
  if (form.request_uri !== undefined || form.request !== undefined)
    throw wireError('oauth.invalid-request', 'request and request_uri are not accepted here')
  if (form.response_type !== 'code') throw wireError('oauth.unsupported-response-type')
  if (form.code_challenge_method !== 'S256' || !/^[\w-]{43}$/.test(form.code_challenge ?? ''))
    throw wireError('oauth.invalid-request', 'PKCE with S256 is required')
  assertRedirectUri(context, form, client)
  const offered = [...settings.configurations.keys()]
  const asked = parseRequestedTypes(context, form, offered)
  const offer =
    form.issuer_state === undefined
      ? undefined
      : await findOpenOffer(context, { issuerStateHash: hashSecret(form.issuer_state) })
  if (form.issuer_state !== undefined && offer === undefined)
    throw wireError('oauth.invalid-request', 'issuer_state is unknown, used or expired')
  const ofOffer = offer?.configurations.split(' ')
  const configurations = asked?.configurations ?? ofOffer
  if (configurations === undefined) throw wireError('oauth.invalid-scope')
  if (ofOffer !== undefined && !configurations.every((id) => ofOffer.includes(id)))
    throw wireError('oauth.invalid-scope', 'More was asked for than the offer has')
  return {
    redirectUri: form.redirect_uri,
    codeChallenge: form.code_challenge ?? '',
    configurations: [...configurations],
    hasIdentifiers: asked?.hasIdentifiers ?? false,
    ...(form.state !== undefined && { state: form.state }),
    ...(form.issuer_state !== undefined && { issuerState: form.issuer_state }),
  }
}

/** Exactly one of a registered client's; of an attested wallet any https or private-use URI (RFC 8252 section 7). */
function assertRedirectUri(
  { settings }: IssuerContext,
  { client_id: clientId, redirect_uri: uri }: z.output<typeof pushFormSchema>,
  { isAttested }: WalletClientIdentity,
): void {
  const registered = settings.clients.get(clientId)
  if (registered !== undefined) {
    if (!registered.redirectUris.includes(uri))
      throw wireError('oauth.invalid-request', 'redirect_uri is not registered')
    return
  }
  if (!isAttested) throw wireError('oauth.invalid-client', 'The client is not registered')
  if (!isRedirectUri(uri))
    throw wireError('oauth.invalid-request', 'redirect_uri must be https or of a private-use scheme')
}
