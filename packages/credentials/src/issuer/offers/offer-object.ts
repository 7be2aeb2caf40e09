import type { OfferContent } from './offer-content.ts'

/** The grant type of pre-authorized codes (OpenID4VCI section 3.5). */
export const preAuthorizedGrant = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'

/** A Credential Offer (OpenID4VCI section 4.1.1). */
export interface CredentialOfferObject {
  readonly credential_issuer: string
  readonly credential_configuration_ids: readonly string[]
  readonly grants: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Formats the Credential Offer that a wallet gets. */
export function toOfferObject(
  publicUrl: string,
  configurations: readonly string[],
  { code, issuerState, txCode }: OfferContent,
): CredentialOfferObject {
  return {
    credential_issuer: publicUrl,
    credential_configuration_ids: configurations,
    grants: {
      ...(issuerState !== undefined && { authorization_code: { issuer_state: issuerState } }),
      ...(code !== undefined && {
        [preAuthorizedGrant]: { 'pre-authorized_code': code, ...(txCode !== undefined && { tx_code: txCode }) },
      }),
    },
  }
}

/** The two URIs of an offer: one for all wallets, one for those of HAIP (HAIP 1.0 section 4.2). */
export interface OfferUris {
  readonly uri: string
  readonly haipUri: string
}

/** Formats the URIs of an offer by reference (OpenID4VCI section 4.1.3). */
export function toReferenceUris(publicUrl: string, ref: string): OfferUris {
  return toUris(`credential_offer_uri=${encodeURIComponent(`${publicUrl}/offers/${ref}`)}`)
}

/** Formats the URIs of an offer by value (OpenID4VCI section 4.1.2). */
export function toValueUris(offer: CredentialOfferObject): OfferUris {
  return toUris(`credential_offer=${encodeURIComponent(JSON.stringify(offer))}`)
}

function toUris(query: string): OfferUris {
  return { uri: `openid-credential-offer://?${query}`, haipUri: `haip-vci://?${query}` }
}
