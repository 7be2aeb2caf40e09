import { createHash } from 'node:crypto'
import { newId } from '@billfold/core'
import { randomSecret, timingSafeEqual } from '@billfold/core/crypto'
import { type Actor, type AuthorizedMethod, loadMasterSecret, methodUnchanged } from '@billfold/core/modules'
import { batch, check, insert, isCommitError, retryOnConflict, update } from '@billfold/core/storage'
import { z } from 'zod'
import { preAuthorizedGrant } from '../../issuer/offers/offer-object.ts'
import { listFreeCredentialSlots } from '../credentials/held-credentials.ts'
import { isRedirectUri } from '../../redirect-uri.ts'
import { holderError } from '../holder-error.ts'
import { type HolderSecret, loadCurrentSecret } from '../secrets/holder-secrets.ts'
import type { HolderContext } from '../settings.ts'
import { type HolderIssuanceRow, holderIssuances, type HolderOfferRow, holderOffers } from '../tables.ts'
import { commitCredentials, type GivenCredential } from './commit-credentials.ts'
import { parseReply } from './fetch-json.ts'
import { type IssuanceContent, sealedIssuances } from './issuance-content.ts'
import { createIssuanceKeys } from './issuance-keys.ts'
import { type IssuanceTokens, needsAttestation, postForm, refusedBy, requestTokens } from './issuer-client.ts'
import type { ResolvedOffer } from './offer-schema.ts'
import { type Issuance, requestInstances, type WaitedCredential } from './request-credentials.ts'
import { sealedOffers } from './resolve-offer.ts'

/** What the user takes of an offer. */
export interface AcceptInput {
  /** Ids of the offered credentials. Default: all. */
  readonly credentials?: readonly string[]
  readonly txCode?: string
  /** True to take from an issuer that did not sign its metadata. Its credentials must lead to a trust anchor all the same. */
  readonly acceptUntrusted?: boolean
}

/** What came of an offer: ids of credentials, what comes later, or where the browser must go first. */
export interface AcceptedOffer {
  readonly credentials: readonly string[]
  /** True if some come later. */
  readonly pending: boolean
  readonly authorizationUrl?: string
}

/** A user who has proven a signing method. */
export interface ProvenUser {
  readonly actor: Actor
  readonly userId: string
  readonly authorized: AuthorizedMethod
}

const authorizationMs = 15 * 60 * 1000
const deferralMs = 30 * 24 * 60 * 60 * 1000
/** No issuer gives refresh tokens for longer. */
const renewalMs = 366 * 24 * 60 * 60 * 1000

/**
 * Takes the credentials of an offer, once.
 * @throws BillfoldError `held-offer.not-found`, `held-offer.unsupported`, `issuer.untrusted`, `issuer.unreachable`, `issuer.refused`,
 *   `held-credential.limit-reached`
 */
export async function acceptOffer(
  context: HolderContext,
  user: ProvenUser,
  offerId: string,
  input: AcceptInput,
): Promise<AcceptedOffer> {
  const row = await getOpenOffer(context, user.userId, offerId)
  const resolved = await sealedOffers.open(context.services, row, row.sealedOffer)
  const configurations = select(context, resolved, input)
  await assertRoom(context, user.userId, configurations.length)
  await moveOffer(context, row, 'resolved', 'accepting')
  try {
    const keys = createIssuanceKeys()
    const grant = resolved.offer.grants[preAuthorizedGrant]
    if (grant === undefined) return await startAuthorization(context, user, row, { resolved, keys, configurations })
    const tokens = await requestTokens(context, resolved, keys, {
      grant_type: preAuthorizedGrant,
      'pre-authorized_code': grant['pre-authorized_code'],
      ...(input.txCode !== undefined && { tx_code: input.txCode }),
    })
    return await takeCredentials(context, user, row, { resolved, keys, configurations }, tokens)
  } catch (error) {
    await failOffer(context, row)
    throw error
  }
}

/** Goes on with the authorization code that the browser brought back. */
export async function returnToOffer(
  context: HolderContext,
  user: ProvenUser,
  offerId: string,
  url: string,
): Promise<AcceptedOffer> {
  const { services, settings, tenant } = context
  const where = { tenant, userId: user.userId, offerId, state: 'authorizing' }
  const [issuance] = await services.storage.find(holderIssuances, { where, limit: 1 })
  if (issuance === undefined || issuance.expiresAt <= services.now()) throw holderError('held-offer.not-found')
  const [row] = await services.storage.find(holderOffers, { where: { id: offerId, tenant }, limit: 1 })
  if (row === undefined) throw holderError('held-offer.not-found')
  const content = await sealedIssuances.open(services, issuance, issuance.sealedContent)
  const code = readCode(content, url)
  await endIssuance(context, issuance)
  try {
    const tokens = await requestTokens(context, content.resolved, content.keys, {
      grant_type: 'authorization_code',
      client_id: settings.clientId,
      redirect_uri: settings.redirectUri,
      code,
      code_verifier: content.authorization?.codeVerifier ?? '',
    })
    return await takeCredentials(context, user, row, content, tokens)
  } catch (error) {
    await failOffer(context, row)
    throw error
  }
}

/** Declines an offer, without a message to its issuer. @throws BillfoldError `held-offer.not-found` */
export async function declineOffer(context: HolderContext, userId: string, offerId: string): Promise<void> {
  const row = await getOpenOffer(context, userId, offerId)
  await moveOffer(context, row, 'resolved', 'declined')
}

type Plan = Pick<IssuanceContent, 'resolved' | 'keys' | 'configurations'>

function select(
  { settings }: HolderContext,
  resolved: ResolvedOffer,
  { credentials, txCode, acceptUntrusted = false }: AcceptInput,
): string[] {
  if (!resolved.trusted && !acceptUntrusted) throw holderError('issuer.untrusted')
  if (needsAttestation(resolved) && settings.walletProvider === undefined)
    throw holderError('held-offer.unsupported', { message: 'The issuer requires an attested wallet' })
  const offered = Object.keys(resolved.configurations)
  const selected = credentials ?? offered
  if (selected.length === 0 || !selected.every((id) => offered.includes(id)))
    throw holderError('held-offer.not-found', { message: 'The offer does not have this credential' })
  const grant = resolved.offer.grants[preAuthorizedGrant]
  if (grant?.tx_code !== undefined && txCode === undefined)
    throw holderError('held-offer.unsupported', { message: 'The offer needs a transaction code' })
  return [...selected]
}

/** Requests and stores each credential, in one commit with the end of the offer. */
async function takeCredentials(
  context: HolderContext,
  user: ProvenUser,
  row: HolderOfferRow,
  { resolved, keys, configurations }: Plan,
  tokens: IssuanceTokens,
): Promise<AcceptedOffer> {
  const secret = await settleSecret(context, user, row)
  const issuance: Issuance = { resolved, tokens, keys }
  const given: GivenCredential[] = []
  const waited: WaitedCredential[] = []
  const renewal = tokens.refresh_token === undefined ? null : newId()
  for (const configuration of configurations) {
    const outcome = await requestInstances(context, issuance, configuration, secret)
    if (outcome.kind === 'later') waited.push(outcome.waited)
    else given.push(outcome)
  }
  const pending = waited.length > 0
  const content = { resolved, keys, configurations, tokens, secretId: secret.id, waited: toWaited(waited) }
  const where = { id: row.id, state: { in: ['accepting', 'pending'] } }
  const { actor, userId } = user
  const owner = { actor, userId, resolved, box: secret, issuanceId: renewal }
  const credentials = await commitCredentials(context, issuance, owner, given, [
    methodUnchanged(user.authorized),
    update(holderOffers, { where, set: { state: pending ? 'pending' : 'accepted' } }),
    ...(renewal === null || given.length === 0
      ? []
      : [
          insert(
            holderIssuances,
            await toRenewalRow(context, renewal, row, { resolved, keys, configurations, tokens, waited: [] }),
          ),
        ]),
    ...(pending ? [insert(holderIssuances, await toIssuanceRow(context, row, content, tokens))] : []),
  ])
  return { credentials, pending }
}

function toWaited(waited: readonly WaitedCredential[]): IssuanceContent['waited'] {
  return waited.map(({ instances, ...rest }) => ({ ...rest, instances: [...instances] }))
}

async function toIssuanceRow(
  { services, tenant }: HolderContext,
  { id: offerId, userId }: HolderOfferRow,
  content: IssuanceContent,
  { expires_in: seconds = 300 }: Pick<IssuanceTokens, 'expires_in'>,
): Promise<HolderIssuanceRow> {
  const key = { id: newId(), tenant }
  const now = services.now()
  const interval = Math.max(5, ...content.waited.map(({ intervalSeconds }) => intervalSeconds))
  return {
    ...key,
    userId,
    offerId,
    sealedContent: await sealedIssuances.seal(services, key, { ...content, tokenExpiresAt: now + seconds * 1000 }),
    state: 'waiting',
    nextPollAt: now + interval * 1000,
    claimedUntil: 0,
    createdAt: now,
    expiresAt: now + deferralMs,
  }
}

/** Remembers how the instances of a credential are renewed. */
async function toRenewalRow(
  { services, tenant }: HolderContext,
  id: string,
  { id: offerId, userId }: HolderOfferRow,
  content: IssuanceContent,
): Promise<HolderIssuanceRow> {
  const now = services.now()
  const key = { id, tenant }
  return {
    ...key,
    userId,
    offerId,
    sealedContent: await sealedIssuances.seal(services, key, content),
    state: 'renewing',
    nextPollAt: 0,
    claimedUntil: 0,
    createdAt: now,
    expiresAt: now + renewalMs,
  }
}

/** Opens the secret of a user that new keys are derived from, or makes one. */
export function openCurrentSecret(context: HolderContext, { userId, authorized }: ProvenUser): Promise<HolderSecret> {
  return retryOnConflict(async () => {
    const { secret } = await loadMasterSecret(context.services, authorized)
    return loadCurrentSecret(context, userId, secret)
  })
}

/**
 * Opens the secret of a user. A new one is stored before the issuer is asked, who gives each credential once: of several processes that
 * take the first credentials of a user, one makes it.
 */
function settleSecret(context: HolderContext, user: ProvenUser, { id }: HolderOfferRow): Promise<HolderSecret> {
  return retryOnConflict(async () => {
    const secret = await openCurrentSecret(context, user)
    if (secret.writes.length === 0) return secret
    // An erasure removes the offer first.
    const open = check(holderOffers, { where: { id, state: { in: ['accepting', 'pending'] } } })
    await context.services.storage.commit(batch(open, methodUnchanged(user.authorized), ...secret.writes))
    return secret
  })
}

const pushedSchema = z.object({ request_uri: z.string().min(1).max(2048) })

/** Pushes an authorization request (RFC 9126), and says where the browser must go. */
async function startAuthorization(
  context: HolderContext,
  { userId }: ProvenUser,
  row: HolderOfferRow,
  plan: Plan,
): Promise<AcceptedOffer> {
  const { services, settings, tenant } = context
  const { server, offer, configurations: offered } = plan.resolved
  const { authorization_endpoint: endpoint, pushed_authorization_request_endpoint: push } = server
  if (endpoint === undefined || push === undefined || !isRedirectUri(endpoint))
    throw holderError('held-offer.unsupported', { message: 'The issuer takes no pushed authorization requests' })
  const authorization = { state: randomSecret(), codeVerifier: randomSecret() }
  const issuerState = offer.grants.authorization_code?.issuer_state
  const response = await postForm(context, plan.resolved, plan.keys, push, {
    response_type: 'code',
    client_id: settings.clientId,
    redirect_uri: settings.redirectUri,
    scope: plan.configurations.map((id) => offered[id]?.scope ?? id).join(' '),
    state: authorization.state,
    code_challenge: createHash('sha256').update(authorization.codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(issuerState !== undefined && { issuer_state: issuerState }),
  })
  // RFC 9126 section 2.2 says 201; issuers that say 200 mean the same.
  if (response.status !== 201 && response.status !== 200) throw refusedBy(response)
  const { request_uri } = parseReply(response.body, pushedSchema)
  const key = { id: newId(), tenant }
  const now = services.now()
  const content: IssuanceContent = { ...plan, authorization, waited: [] }
  const issuance: HolderIssuanceRow = {
    ...key,
    userId,
    offerId: row.id,
    sealedContent: await sealedIssuances.seal(services, key, content),
    state: 'authorizing',
    nextPollAt: 0,
    claimedUntil: 0,
    createdAt: now,
    expiresAt: now + authorizationMs,
  }
  await services.storage.commit(batch(insert(holderIssuances, issuance)))
  const url = new URL(endpoint)
  url.searchParams.set('client_id', settings.clientId)
  url.searchParams.set('request_uri', request_uri)
  return { credentials: [], pending: false, authorizationUrl: url.href }
}

/** Checks what the browser brought back: `state`, and `iss` (RFC 9207). */
function readCode({ authorization, resolved }: IssuanceContent, text: string): string {
  const parameters = URL.canParse(text) ? new URL(text).searchParams : new URLSearchParams()
  const [state, iss, code] = ['state', 'iss', 'code'].map((name) => parameters.get(name))
  if (authorization === undefined || !timingSafeEqual(state ?? '', authorization.state))
    throw holderError('held-offer.not-found')
  if (iss !== null && iss !== resolved.server.issuer) throw holderError('issuer.refused', { message: 'Another issuer' })
  if (code === null || code === undefined || code.length > 4096)
    throw holderError('issuer.refused', { message: 'The issuer gave no code' })
  return code
}

async function endIssuance({ services }: HolderContext, { id }: HolderIssuanceRow): Promise<void> {
  const where = { id, state: 'authorizing' }
  try {
    await services.storage.commit(batch(update(holderIssuances, { where, set: { state: 'done' } })))
  } catch (error) {
    if (isCommitError(error)) throw holderError('held-offer.not-found')
    throw error
  }
}

async function getOpenOffer({ services, tenant }: HolderContext, userId: string, id: string): Promise<HolderOfferRow> {
  const [row] = await services.storage.find(holderOffers, { where: { id, tenant, userId }, limit: 1 })
  if (row?.state !== 'resolved' || row.expiresAt <= services.now()) throw holderError('held-offer.not-found')
  return row
}

async function moveOffer({ services }: HolderContext, { id }: HolderOfferRow, from: string, to: string): Promise<void> {
  try {
    await services.storage.commit(
      batch(update(holderOffers, { where: { id, state: from }, set: { state: to, slot: null } })),
    )
  } catch (error) {
    if (isCommitError(error)) throw holderError('held-offer.not-found')
    throw error
  }
}

async function failOffer({ services }: HolderContext, { id }: HolderOfferRow): Promise<void> {
  const where = { id, state: 'accepting' }
  await services.storage.commit(batch(update(holderOffers, { where, set: { state: 'failed' }, expectedRows: 'any' })))
}

/** Nothing is asked of an issuer that could not be stored: it gives each credential once. The commit takes the slots. */
async function assertRoom(context: HolderContext, userId: string, count: number): Promise<void> {
  const slots = await listFreeCredentialSlots(context, userId)
  if (slots.length < count) throw holderError('held-credential.limit-reached')
}
