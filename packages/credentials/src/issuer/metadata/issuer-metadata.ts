import { signJws } from '../../formats/jws.ts'
import { x5cOf } from '../../trust/signer-key.ts'
import { encryptionMethods } from '../issuance/request-encryption.ts'
import { getCurrentEncryptionKey } from '../issuance/encryption-keys.ts'
import type { IssuerContext, IssuerSettings } from '../settings.ts'
import { describeClaims } from '../types/claim-paths.ts'
import type { CredentialConfiguration } from '../types/credential-type.ts'

/** The metadata of the issuer (OpenID4VCI section 12.2.4). */
export type IssuerMetadata = Readonly<Record<string, unknown>>

const dayS = 24 * 60 * 60

/** Builds the metadata of the issuer. */
export async function createIssuerMetadata(context: IssuerContext): Promise<IssuerMetadata> {
  const { settings } = context
  const { publicUrl, display, configurations } = settings
  const { kid, publicKey } = await getCurrentEncryptionKey(context)
  const batch = Math.max(...[...settings.types.values()].map((type) => type.batch))
  return {
    credential_issuer: publicUrl,
    credential_endpoint: `${publicUrl}/credential`,
    nonce_endpoint: `${publicUrl}/nonce`,
    deferred_credential_endpoint: `${publicUrl}/deferred_credential`,
    notification_endpoint: `${publicUrl}/notification`,
    ...(batch > 1 && { batch_credential_issuance: { batch_size: batch } }),
    credential_request_encryption: {
      jwks: { keys: [{ ...publicKey, kid, use: 'enc', alg: 'ECDH-ES' }] },
      enc_values_supported: encryptionMethods,
      encryption_required: false,
    },
    credential_response_encryption: {
      alg_values_supported: ['ECDH-ES'],
      enc_values_supported: encryptionMethods,
      encryption_required: false,
    },
    ...(display.length > 0 && { display }),
    credential_configurations_supported: Object.fromEntries(
      [...configurations.values()].map((one) => [one.id, describeConfiguration(settings, one)]),
    ),
  }
}

/** The metadata as a JWT (OpenID4VCI section 12.2.3), good for a day. */
export async function signIssuerMetadata(context: IssuerContext): Promise<string> {
  const { services, settings } = context
  const [signer] = settings.signers
  const iat = Math.floor(services.now() / 1000)
  const payload = { ...(await createIssuerMetadata(context)), sub: settings.publicUrl, iat, exp: iat + dayS }
  return signJws(signer, { typ: 'openidvci-issuer-metadata+jwt', x5c: x5cOf(signer) }, payload)
}

function describeConfiguration(
  { keyAttestation }: IssuerSettings,
  { id, format, type }: CredentialConfiguration,
): Readonly<Record<string, unknown>> {
  const isMdoc = format === 'mso_mdoc'
  const proof = { proof_signing_alg_values_supported: ['ES256'] }
  return {
    format,
    scope: id,
    cryptographic_binding_methods_supported: [isMdoc ? 'cose_key' : 'jwk'],
    // COSE algorithm identifiers are numbers (appendix A.2.2).
    credential_signing_alg_values_supported: isMdoc ? [-7] : ['ES256'],
    proof_types_supported: { jwt: proof, ...(keyAttestation !== undefined && { attestation: proof }) },
    ...(isMdoc ? { doctype: type.docType } : { vct: type.sdJwt?.vct }),
    credential_metadata: {
      ...(type.display.length > 0 && { display: type.display }),
      // The elements of an mdoc follow from a function, so they are not listed.
      ...(!isMdoc && { claims: describeClaims(type) }),
    },
  }
}
