import { Kms, type X509Api, X509KeyUsage } from '@credo-ts/core'

const dayMs = 24 * 60 * 60 * 1000

/** What certificates are made with. */
interface Agent {
  readonly kms: Kms.KeyManagementApi
  readonly x509: X509Api
}

/** Creates an authority and a signer below it, for the keys of an agent of Credo. The key usage is critical, as ISO/IEC 18013-5 annex B wants it. */
export async function createCredoPki({ kms, x509 }: Agent, dnsName: string) {
  const createKey = async () =>
    Kms.PublicJwk.fromPublicJwk((await kms.createKeyForSignatureAlgorithm({ algorithm: 'ES256' })).publicJwk)
  const [authorityKey, subjectPublicKey] = [await createKey(), await createKey()]
  const issuer = { commonName: 'Authority', countryName: 'UT' }
  const validity = { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + 365 * dayMs) }
  const authority = await x509.createCertificate({
    authorityKey,
    issuer,
    validity,
    extensions: {
      basicConstraints: { ca: true, markAsCritical: true },
      keyUsage: { usages: [X509KeyUsage.KeyCertSign], markAsCritical: true },
      subjectKeyIdentifier: { include: true },
    },
  })
  const signer = await x509.createCertificate({
    authorityKey,
    subjectPublicKey,
    issuer,
    subject: { commonName: 'Signer', countryName: 'UT' },
    validity,
    extensions: {
      keyUsage: { usages: [X509KeyUsage.DigitalSignature], markAsCritical: true },
      authorityKeyIdentifier: { include: true },
      subjectAlternativeName: { name: [{ type: 'dns', value: dnsName }] },
    },
  })
  return { authority, signer }
}
