import { DateOnly, type X509Certificate } from '@credo-ts/core'
import type {
  OpenId4VciCredentialConfigurationsSupportedWithFormats,
  OpenId4VciCredentialRequestToCredentialMapper,
  OpenId4VciSignCredentials,
} from '@credo-ts/openid4vc'

const dayMs = 24 * 60 * 60 * 1000
const vct = 'urn:example:identity:1'
const docType = 'com.example.identity.1'

/** Claims with all that an SD-JWT VC can conceal: an object, its members, an array. */
const claims = {
  given_name: 'Ada',
  birthdate: '1815-12-10',
  nationalities: ['GB', 'FR'],
  address: { locality: 'London', country: 'GB' },
}

/** The same person as an mdoc, with elements of each type that is no JSON. */
const elements = {
  given_name: 'Ada',
  birth_date: new DateOnly('1815-12-10'),
  nationality: ['GB', 'FR'],
  portrait: new Uint8Array([0xff, 0xd8, 0xff, 0xe0]),
  age_over_18: true,
  issue_date: new Date('2026-01-01T00:00:00Z'),
}

const shared = {
  cryptographic_binding_methods_supported: ['jwk'],
  proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256'] } },
} satisfies object

/** What Credo issues, in both formats. */
export const configurations = {
  'identity.sd-jwt': {
    ...shared,
    format: 'dc+sd-jwt',
    vct,
    scope: 'identity.sd-jwt',
    credential_signing_alg_values_supported: ['ES256'],
    credential_metadata: {
      display: [{ name: 'Identity', locale: 'en' }],
      claims: Object.keys(claims).map((name): { path: [string] } => ({ path: [name] })),
    },
  },
  'identity.mdoc': {
    ...shared,
    format: 'mso_mdoc',
    doctype: docType,
    scope: 'identity.mdoc',
    credential_signing_alg_values_supported: [-7, -9],
    credential_metadata: { display: [{ name: 'Identity', locale: 'en' }] },
  },
} satisfies OpenId4VciCredentialConfigurationsSupportedWithFormats

type MapperOptions = Parameters<OpenId4VciCredentialRequestToCredentialMapper>[0]

/** Makes a credential for each key that was proven. */
export function toCredentials(
  {
    credentialConfigurationId,
    holderBinding,
  }: Pick<MapperOptions, 'credentialConfigurationId'> & Partial<Pick<MapperOptions, 'holderBinding'>>,
  signer: X509Certificate,
): OpenId4VciSignCredentials {
  const keys = (holderBinding?.keys ?? []).map(({ jwk }) => jwk)
  if (credentialConfigurationId === 'identity.mdoc')
    return {
      type: 'credentials',
      format: 'mso_mdoc',
      credentials: keys.map((holderKey) => ({
        docType,
        namespaces: { [docType]: elements },
        issuerCertificate: signer,
        holderKey,
        validityInfo: { validUntil: new Date(Date.now() + 30 * dayMs) },
      })),
    }
  return {
    type: 'credentials',
    format: 'dc+sd-jwt',
    credentials: keys.map((jwk) => ({
      payload: { vct, ...claims, exp: Math.floor((Date.now() + 30 * dayMs) / 1000) },
      holder: { method: 'jwk', jwk },
      issuer: { method: 'x5c', x5c: [signer] },
      disclosureFrame: {
        _sd: ['given_name', 'birthdate', 'nationalities', 'address'],
        _sd_decoy: 2,
        address: { _sd: ['locality', 'country'] },
      },
    })),
  }
}
