import {
  type CookieDefinition,
  formatCookie,
  listCookieValues,
  type Reply,
  type RequestContext,
} from '@billfold/core/http'
import { randomSecret, timingSafeEqual } from '@billfold/core/crypto'
import { isCommitError, batch, update } from '@billfold/core/storage'
import { z } from 'zod'
import { commitSteps } from '../../commit-steps.ts'
import { hashSecret } from '../../secret-hash.ts'
import { endedOffer } from '../offers/ended-offer.ts'
import type { IssuerContext } from '../settings.ts'
import { authorizationRequests, type AuthorizationRequestRow, credentialOffers } from '../tables.ts'
import { wireError } from '../wire-errors.ts'
import type { Authorization } from './authorize-option.ts'
import { type AuthorizationBody, sealedAuthorizationBody } from './authorization-body.ts'
import { consentPageHeaders, renderConsentPage } from './consent-page.ts'
import { prepareConsent, type Subject } from './prepare-consent.ts'
import { requestUriPrefix } from './push-request.ts'

/** The query of the authorization endpoint: what was pushed, and nothing else (RFC 9126 section 4). */
export const authorizeQuerySchema = z.strictObject({
  client_id: z.string().min(1).max(2048),
  request_uri: z.string().min(1).max(256),
})

/** The form of the consent page. */
export const decisionSchema = z.object({
  request_uri: z.string().max(256),
  consent: z.string().max(64),
  decision: z.enum(['allow', 'deny']),
})

const browserCookie: CookieDefinition = {
  name: 'credential-consent',
  path: '/authorize',
  sameSite: 'Lax',
  maxAgeSeconds: 600,
}
/** How long a user may take to log in and decide. */
const decisionMs = 10 * 60 * 1000
/** How long a code is good. */
const codeMs = 60 * 1000

/**
 * Shows the consent page to the browser that a wallet has sent (RFC 6749 section 4.1.1), once the host has named its user. Never redirects
 * to what was not pushed.
 * @throws BillfoldError `oauth.invalid-request`
 */
export async function showConsent(
  context: IssuerContext,
  query: z.output<typeof authorizeQuerySchema>,
  request: RequestContext,
): Promise<Reply> {
  const { services, settings } = context
  const row = await getOpenRequest(context, query.request_uri)
  if (row.clientId !== query.client_id) throw invalidLink()
  const { cookie, browserHash } = bindToBrowser(context, row, request)
  const body = await sealedAuthorizationBody.open(services, row, row.sealedBody)
  const authorization = await nameUser(context, body, query, request)
  const expiresAt = services.now() + decisionMs
  if ('status' in authorization) {
    await commitStep(context, row, { browserHash, expiresAt })
    return withCookie(authorization, cookie)
  }
  const subject = toSubject(authorization)
  const consent = await prepareConsent(context, body, subject)
  if (consent === undefined) {
    await commitStep(context, row, { browserHash, state: 'denied' })
    return redirectTo(settings.publicUrl, body, { error: 'access_denied' })
  }
  await commitStep(context, row, {
    browserHash,
    expiresAt,
    state: 'shown',
    userId: subject.userId,
    sealedBody: await sealedAuthorizationBody.seal(services, row, consent.body),
  })
  const page = renderConsentPage({ ...consent.page, requestUri: query.request_uri })
  return withCookie({ status: 200, headers: consentPageHeaders(body.redirectUri), body: page }, cookie)
}

/**
 * Takes the decision of the consent page, once, from the browser that it was shown to. Two tabs may have shown different users or values:
 * a decision counts for what its own page showed, and a consent for the user whom the browser still belongs to.
 * @throws BillfoldError `oauth.invalid-request`
 */
export async function decideConsent(
  context: IssuerContext,
  { request_uri: requestUri, consent, decision }: z.output<typeof decisionSchema>,
  request: RequestContext,
): Promise<Reply> {
  const { services, settings } = context
  const row = await getOpenRequest(context, requestUri)
  if (row.state !== 'shown' || !isSameBrowser(context, row, request) || isFromOtherPage(request)) throw invalidLink()
  const body = await sealedAuthorizationBody.open(services, row, row.sealedBody)
  if (body.consent === undefined || !timingSafeEqual(consent, body.consent)) throw invalidLink()
  // The page is not shown again meanwhile: that moves the expiry.
  const where = { id: row.id, state: 'shown', userId: row.userId, expiresAt: row.expiresAt }
  if (decision === 'deny') {
    const write = update(authorizationRequests, { where, set: { state: 'denied' } })
    await commitSteps(services.storage, { write, conflict: () => invalidLink() })
    return redirectTo(settings.publicUrl, body, { error: 'access_denied' })
  }
  const query = { client_id: row.clientId, request_uri: requestUri }
  const authorization = await nameUser(context, body, query, request)
  if ('status' in authorization || !isSameSubject(toSubject(authorization), body.subject))
    throw wireError('oauth.invalid-request', 'You are no longer signed in as the user of this page')
  const code = randomSecret()
  const now = services.now()
  const set = { state: 'coded', codeHash: hashSecret(code), expiresAt: now + codeMs }
  const open = { id: body.offerId ?? '', state: 'open', expiresAt: { gt: now } }
  const redeemed = { where: open, set: endedOffer('redeemed') }
  await commitSteps(
    services.storage,
    { write: update(authorizationRequests, { where, set }), conflict: () => invalidLink() },
    ...(body.offerId === undefined
      ? []
      : [{ write: update(credentialOffers, redeemed), conflict: () => invalidLink() }]),
  )
  return redirectTo(settings.publicUrl, body, { code })
}

/** Asks the host whom the browser belongs to. */
async function nameUser(
  { settings }: IssuerContext,
  { configurations }: AuthorizationBody,
  query: z.output<typeof authorizeQuerySchema>,
  { headers, native }: RequestContext,
): Promise<Authorization> {
  const types = configurations.flatMap((id) => settings.configurations.get(id)?.type.id ?? [])
  const returnTo = `${settings.publicUrl}/authorize?${new URLSearchParams(query).toString()}`
  const authorization = await settings.authorize?.({ returnTo, types: [...new Set(types)], headers, native })
  if (authorization === undefined) throw invalidLink()
  return authorization
}

function toSubject(authorization: Exclude<Authorization, Reply>): Subject {
  return 'userId' in authorization
    ? { userId: authorization.userId, applicationId: null }
    : { userId: null, applicationId: authorization.applicationId }
}

function isSameSubject({ userId, applicationId }: Subject, shown: Subject | undefined): boolean {
  return shown !== undefined && shown.userId === userId && shown.applicationId === applicationId
}

function invalidLink() {
  return wireError('oauth.invalid-request', 'The link is unknown, used or expired')
}

async function getOpenRequest(
  { services, tenant }: IssuerContext,
  requestUri: string,
): Promise<AuthorizationRequestRow> {
  if (!requestUri.startsWith(requestUriPrefix)) throw invalidLink()
  const where = { requestUriHash: hashSecret(requestUri.slice(requestUriPrefix.length)), tenant }
  const [row] = await services.storage.find(authorizationRequests, { where, limit: 1 })
  const isOpen =
    row !== undefined && (row.state === 'pushed' || row.state === 'shown') && row.expiresAt > services.now()
  if (!isOpen) throw invalidLink()
  return row
}

/** The first browser gets a cookie; another one is refused from then on. */
function bindToBrowser(
  context: IssuerContext,
  row: AuthorizationRequestRow,
  request: RequestContext,
): { readonly cookie: string | undefined; readonly browserHash: string } {
  if (row.browserHash !== null) {
    if (!isSameBrowser(context, row, request)) throw invalidLink()
    return { cookie: undefined, browserHash: row.browserHash }
  }
  const secret = randomSecret()
  const cookie = formatCookie(browserCookie, secret, context.settings.publicUrl, request)
  return { cookie, browserHash: hashSecret(secret) }
}

function isSameBrowser(
  { settings }: IssuerContext,
  { browserHash }: AuthorizationRequestRow,
  request: RequestContext,
): boolean {
  const values = listCookieValues(browserCookie, settings.publicUrl, request)
  return browserHash !== null && values.some((value) => timingSafeEqual(hashSecret(value), browserHash))
}

/**
 * `SameSite=Lax` holds back other sites only. Who pushed the request knows its URI, so a page on a sibling host could open it for a user who is
 * logged in, and agree in place of that user. Browsers that send `Sec-Fetch-Site` (Fetch Metadata) send it with every request.
 */
function isFromOtherPage({ headers }: RequestContext): boolean {
  const site = headers['sec-fetch-site']
  return site !== undefined && site !== 'same-origin'
}

async function commitStep(
  { services }: IssuerContext,
  { id, state, browserHash }: AuthorizationRequestRow,
  set: Partial<AuthorizationRequestRow>,
): Promise<void> {
  try {
    await services.storage.commit(batch(update(authorizationRequests, { where: { id, state, browserHash }, set })))
  } catch (error) {
    if (isCommitError(error)) throw invalidLink()
    throw error
  }
}

function withCookie(reply: Reply, cookie: string | undefined): Reply {
  if (cookie === undefined) return reply
  const set: string | readonly string[] = reply.headers?.['set-cookie'] ?? []
  return { ...reply, headers: { ...reply.headers, 'set-cookie': [...[set].flat(), cookie] } }
}

/** RFC 6749 section 4.1.2, with `iss` (RFC 9207). */
function redirectTo(
  publicUrl: string,
  { redirectUri, state }: AuthorizationBody,
  parameters: Readonly<Record<string, string>>,
): Reply {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  url.searchParams.set('iss', publicUrl)
  if (state !== undefined) url.searchParams.set('state', state)
  return { status: 303, headers: { location: url.href } }
}
