import { createMdoc } from '../../formats/mdoc/create-mdoc.ts'
import { createSdJwt } from '../../formats/sd-jwt/create-sd-jwt.ts'
import type { EcJwk } from '../../formats/keys.ts'
import type { IssuerSettings } from '../settings.ts'
import type { CredentialConfiguration, ParsedClaims } from '../types/credential-type.ts'
import type { Validity } from './validity.ts'

/** What one instance is made of. */
export interface InstanceContent {
  readonly claims: ParsedClaims
  readonly holderKey: EcJwk
  readonly validity: Validity
  readonly status: { readonly uri: string; readonly index: number } | undefined
}

/** Signs an instance in the format of its configuration: an SD-JWT VC, or an mdoc in base64url. */
export function encodeInstance(
  { signers: [signer], publicUrl, namedKeyId }: IssuerSettings,
  { format, type }: CredentialConfiguration,
  { claims, holderKey, validity: { validFrom, validUntil }, status }: InstanceContent,
): Promise<string> {
  if (format === 'mso_mdoc')
    return createMdoc({
      signer,
      docType: type.docType ?? '',
      nameSpaces: claims.toElements(),
      holderKey,
      signedAt: validFrom,
      validFrom,
      validUntil,
      ...(status !== undefined && { status }),
    })
  return createSdJwt({
    signer,
    vct: type.sdJwt?.vct ?? '',
    claims: claims.values,
    disclosure: type.sdJwt?.disclosure ?? 'all',
    holderKey,
    ...(namedKeyId !== undefined && { issuer: publicUrl, keyId: namedKeyId }),
    issuedAt: toSeconds(validFrom),
    notBefore: toSeconds(validFrom),
    expiresAt: toSeconds(validUntil),
    ...(status !== undefined && { status }),
  })
}

function toSeconds(time: number): number {
  return Math.floor(time / 1000)
}
