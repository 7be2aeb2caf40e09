import { hashSecret } from '../../secret-hash.ts'
import { resolveClaims } from '../issuance/resolve-dataset.ts'
import { findOpenOffer } from '../offers/find-offer.ts'
import { sealedOfferContent } from '../offers/offer-content.ts'
import type { IssuerContext } from '../settings.ts'
import type { OfferRow } from '../tables.ts'
import type { AnyCredentialType } from '../types/credential-type.ts'
import type { AuthorizationBody } from './authorization-body.ts'
import type { ConsentCredential, ConsentPage } from './consent-page.ts'

/** Whom `authorize` named. */
export interface Subject {
  readonly userId: string | null
  readonly applicationId: string | null
}

/** What the consent page shows, and what is stored of it. */
export interface PreparedConsent {
  readonly page: Omit<ConsentPage, 'requestUri'>
  readonly body: AuthorizationBody
}

/**
 * Collects what the user is asked to agree to. An offer counts only for the subject that it was made for.
 * @returns undefined if nothing can be issued to this subject
 */
export async function prepareConsent(
  context: IssuerContext,
  body: AuthorizationBody,
  subject: Subject,
): Promise<PreparedConsent | undefined> {
  const { services, settings } = context
  const offer =
    body.issuerState === undefined
      ? undefined
      : await findOpenOffer(context, { issuerStateHash: hashSecret(body.issuerState) })
  if (body.issuerState !== undefined && !isFor(offer, subject)) return undefined
  const content = offer === undefined ? undefined : await sealedOfferContent.open(services, offer, offer.sealedContent)
  const credentials: ConsentCredential[] = []
  const shown = new Set<AnyCredentialType>()
  for (const id of body.configurations) {
    const type = settings.configurations.get(id)?.type
    if (type === undefined) return undefined
    if (shown.has(type)) continue
    shown.add(type)
    const dataset = await resolveClaims(context, type, { ...subject, given: content?.claims })
    if (dataset.kind === 'denied') return undefined
    const claims = dataset.kind === 'claims' ? listValues(type, dataset.claims.values) : undefined
    credentials.push({ name: type.display[0]?.name ?? type.id, claims })
  }
  const url = new URL(body.redirectUri)
  const page = {
    issuer: settings.display[0]?.name ?? new URL(settings.publicUrl).host,
    wallet: url.protocol === 'https:' || url.protocol === 'http:' ? url.host : url.protocol.slice(0, -1),
    credentials,
  }
  const consent = hashSecret(JSON.stringify([body.codeChallenge, subject.userId, subject.applicationId, page]))
  return {
    page: { ...page, consent },
    body: {
      ...body,
      subject: { ...subject },
      consent,
      ...(offer !== undefined && { offerId: offer.id }),
      ...(content?.claims !== undefined && { claims: content.claims }),
    },
  }
}

function isFor(offer: OfferRow | undefined, { userId, applicationId }: Subject): boolean {
  return offer !== undefined && offer.userId === userId && offer.applicationId === applicationId
}

/** Lists every value with its name; members and elements by their path. */
function listValues(
  { labels }: AnyCredentialType,
  claims: Readonly<Record<string, unknown>>,
): readonly (readonly [string, string])[] {
  return Object.entries(claims).flatMap(([name, value]) => {
    const label = labels[name]?.['en'] ?? Object.values(labels[name] ?? {})[0] ?? name
    return flatten(label, value)
  })
}

function flatten(name: string, value: unknown): readonly (readonly [string, string])[] {
  if (Array.isArray(value)) return value.flatMap((item) => flatten(name, item))
  if (typeof value !== 'object' || value === null) return [[name, String(value)]]
  return Object.entries(value).flatMap(([member, inner]) => flatten(`${name}: ${member}`, inner))
}
