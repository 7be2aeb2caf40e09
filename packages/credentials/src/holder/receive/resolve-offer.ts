import { newId } from '@billfold/core'
import { batch, insert, remove, retryOnConflict } from '@billfold/core/storage'
import { getUser } from '@billfold/core/modules'
import { sealedJson } from '../../sealed-json.ts'
import { isJsonObject } from '../../formats/json.ts'
import { parseJws, verifyJws } from '../../formats/jws.ts'
import { Refusal } from '../../formats/refusal.ts'
import { parseX5c, readSubjectName, verifyPath } from '../../trust/index.ts'
import { preAuthorizedGrant } from '../../issuer/offers/offer-object.ts'
import { holderError } from '../holder-error.ts'
import { findFreeSlot } from '../open-slots.ts'
import type { HolderContext } from '../settings.ts'
import { type HolderOfferRow, holderOffers } from '../tables.ts'
import { fetchJson, parseReply, sendToIssuer, toJson } from './fetch-json.ts'
import {
  assertPlainMessages,
  issuerMetadataSchema,
  offerSchema,
  parseConfigurations,
  type ReceivedOffer,
  type ResolvedOffer,
  resolvedOfferSchema,
  serverMetadataSchema,
} from './offer-schema.ts'

/** The sealed offers. */
export const sealedOffers = sealedJson(holderOffers, 'sealedOffer', resolvedOfferSchema)

/** An offer as it is shown to the user. */
export interface ShownOffer {
  readonly id: string
  /**
   * `trusted` if its signed metadata lead to a trust anchor. `name` is the anchor's or that of the certificate, and otherwise the
   * host's; `claimedName` is what the issuer calls itself, which nobody certifies.
   */
  readonly issuer: {
    readonly id: string
    readonly name: string
    readonly claimedName?: string
    readonly trusted: boolean
  }
  readonly credentials: readonly {
    readonly id: string
    readonly type: string
    readonly format: string
    readonly display: readonly unknown[]
    readonly claims: readonly (readonly (string | number | null)[])[]
  }[]
  readonly grants: readonly string[]
  /** What is known of the transaction code that the user must enter. */
  readonly txCode?: Readonly<Record<string, unknown>>
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

const lifetimeMs = 30 * 60 * 1000
const maxUriLength = 16_384

/**
 * Resolves an offer by value or by reference, and the metadata of its issuer.
 *
 * @param text the URI of a link or a QR code, or the offer itself as JSON
 * @throws BillfoldError `user.not-found`, `held-offer.malformed`, `held-offer.unsupported`, `issuer.unreachable`,
 *   `held-credential.limit-reached`
 */
export async function resolveOffer(context: HolderContext, userId: string, text: string): Promise<ShownOffer> {
  const { services, tenant } = context
  await getUser(services, tenant, userId)
  // Nothing is fetched for a user who may have no further offer.
  await getFreeSlot(context, userId)
  const offer = await readOffer(context, text)
  const resolved = await resolveIssuer(context, offer)
  const key = { id: newId(), tenant }
  const now = services.now()
  const sealedOffer = await sealedOffers.seal(services, key, resolved)
  return retryOnConflict(async () => {
    const slot = await getFreeSlot(context, userId)
    const times = { createdAt: now, expiresAt: now + lifetimeMs }
    const row: HolderOfferRow = { ...key, userId, sealedOffer, state: 'resolved', slot, ...times }
    const expired = { userId, slot, expiresAt: { lte: now } }
    await services.storage.commit(
      batch(remove(holderOffers, { where: expired, expectedRows: 'any' }), insert(holderOffers, row)),
    )
    return toShownOffer(row, resolved)
  })
}

/** @throws BillfoldError `held-credential.limit-reached` */
async function getFreeSlot({ services }: HolderContext, userId: string): Promise<number> {
  const rows = await services.storage.find(holderOffers, { where: { userId, slot: { gte: 0 } } })
  const slot = findFreeSlot(rows, services.now())
  if (slot === undefined) throw holderError('held-credential.limit-reached')
  return slot
}

async function readOffer(context: HolderContext, text: string): Promise<ReceivedOffer> {
  if (text.length > maxUriLength) throw holderError('held-offer.malformed')
  const value = text.trimStart().startsWith('{') ? toJson(text) : await readUri(context, text)
  const parsed = offerSchema.safeParse(value)
  if (!parsed.success) throw holderError('held-offer.malformed', { cause: parsed.error })
  return parsed.data
}

async function readUri(context: HolderContext, text: string): Promise<unknown> {
  if (!URL.canParse(text)) throw holderError('held-offer.malformed')
  const { searchParams } = new URL(text)
  const [value, reference] = [searchParams.get('credential_offer'), searchParams.get('credential_offer_uri')]
  if ((value === null) === (reference === null)) throw holderError('held-offer.malformed')
  if (value !== null) return toJson(value)
  if (reference === null || !URL.canParse(reference)) throw holderError('held-offer.malformed')
  const { status, body } = await sendToIssuer(context, {
    url: reference,
    method: 'GET',
    headers: { accept: 'application/json' },
  })
  if (status !== 200) throw holderError('issuer.unreachable', { message: 'The offer is unknown, used or expired' })
  return toJson(body)
}

async function resolveIssuer(context: HolderContext, offer: ReceivedOffer): Promise<ResolvedOffer> {
  const url = toWellKnown(offer.credential_issuer, 'openid-credential-issuer')
  const { metadata, trusted, certifiedName } = await fetchMetadata(context, url, offer.credential_issuer)
  const { credential_configurations_supported: supported, ...issuer } = issuerMetadataSchema.parse(metadata)
  assertPlainMessages(issuer)
  const configurations = parseConfigurations(offer.credential_configuration_ids, supported)
  const server = await fetchServerMetadata(context, offer, issuer.authorization_servers)
  const { hostname } = new URL(offer.credential_issuer)
  const claimedName = issuer.display?.find(({ name: own }) => own !== undefined)?.name
  const names = { name: certifiedName ?? hostname, ...(claimedName !== undefined && { claimedName }) }
  return { offer, issuer, server, configurations, trusted, ...names }
}

/** Signed metadata (OpenID4VCI section 12.2.3) say who the issuer is; others only claim it. */
async function fetchMetadata(context: HolderContext, url: string, issuer: string) {
  const response = await sendToIssuer(context, {
    url,
    method: 'GET',
    headers: { accept: 'application/jwt, application/json;q=0.9' },
  })
  if (response.status !== 200) throw holderError('issuer.unreachable', { cause: `${url}: ${response.status}` })
  const isSigned = String(response.headers['content-type']).startsWith('application/jwt')
  const signed = isSigned ? await verifyMetadata(context, response.body, issuer) : undefined
  const metadata = signed?.metadata ?? parseReply(response.body, issuerMetadataSchema)
  const parsed = issuerMetadataSchema.safeParse(metadata)
  if (!parsed.success || parsed.data.credential_issuer !== issuer)
    throw holderError('issuer.unreachable', { cause: 'the metadata are of another issuer' })
  return { metadata: parsed.data, trusted: signed?.trusted ?? false, certifiedName: signed?.certifiedName }
}

async function verifyMetadata({ services, settings }: HolderContext, text: string, issuer: string) {
  const now = services.now()
  try {
    const malformed = 'response.malformed'
    const { header } = parseJws(text, malformed)
    const chain = parseX5c(header['x5c'])
    const { leaf, anchor } = await verifyPath(settings.issuers, { chain, purpose: 'issuer', now })
    const { payload } = await verifyJws(text, {
      typ: 'openidvci-issuer-metadata+jwt',
      resolveKey: () => leaf.publicKey,
      refusals: { malformed, signature: malformed, typ: malformed },
    })
    const { sub, exp } = payload
    if (sub !== issuer || (typeof exp === 'number' && exp * 1000 <= now))
      throw new Refusal(malformed, 'the metadata are of another issuer or old')
    return { metadata: payload, trusted: true, certifiedName: anchor.name ?? readSubjectName(leaf) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    // Shown as not trusted: its content is no more than unsigned metadata.
    return { metadata: readUnverified(text), trusted: false, certifiedName: undefined }
  }
}

function readUnverified(text: string): unknown {
  try {
    return parseJws(text, 'response.malformed').payload
  } catch {
    throw holderError('issuer.unreachable', { cause: 'the metadata are malformed' })
  }
}

async function fetchServerMetadata(
  context: HolderContext,
  { credential_issuer: issuer, grants }: ReceivedOffer,
  servers: readonly string[] | undefined,
) {
  const named = grants[preAuthorizedGrant]?.authorization_server ?? grants.authorization_code?.authorization_server
  if (named !== undefined && servers?.includes(named) !== true) throw holderError('held-offer.malformed')
  const server = named ?? servers?.[0] ?? issuer
  const metadata = await fetchJson(context, toWellKnown(server, 'oauth-authorization-server'), serverMetadataSchema)
  if (metadata.issuer !== server) throw holderError('issuer.unreachable', { cause: 'metadata of another server' })
  return metadata
}

/** The name stands between host and path (RFC 8414 section 3.1). */
function toWellKnown(issuer: string, name: string): string {
  const { origin, pathname } = new URL(issuer)
  return `${origin}/.well-known/${name}${pathname === '/' ? '' : pathname}`
}

/** Formats an offer for the user. */
export function toShownOffer({ id, expiresAt }: HolderOfferRow, resolved: ResolvedOffer): ShownOffer {
  const { offer, configurations, trusted, name, claimedName } = resolved
  const txCode = offer.grants[preAuthorizedGrant]?.tx_code
  return {
    id,
    issuer: { id: offer.credential_issuer, name, ...(claimedName !== undefined && { claimedName }), trusted },
    credentials: Object.entries(configurations).map(
      ([configurationId, { format, vct, doctype, credential_metadata: more }]) => ({
        id: configurationId,
        type: vct ?? doctype ?? '',
        format,
        display: more?.display ?? [],
        claims: more?.claims?.map(({ path }) => path) ?? [],
      }),
    ),
    grants: Object.keys(offer.grants).filter((grant) => isJsonObject(Reflect.get(offer.grants, grant))),
    ...(txCode !== undefined && { txCode }),
    expiresAt,
  }
}
