import { X509Certificate } from 'node:crypto'

/** The longest chain that an attestation statement may bring. */
const maxCertificates = 5

/**
 * Returns true if the certificates of an attestation, the authenticator's first, chain to one of the roots and all are
 * valid now. Reads nothing from the network: revocation is for the host to decide, with the list of roots.
 *
 * @param certificates the `x5c` of the statement, DER
 * @param roots DER
 * @param now epoch milliseconds
 */
export function chainsToRoot(certificates: readonly Uint8Array[], roots: readonly Uint8Array[], now: number): boolean {
  if (certificates.length === 0 || certificates.length > maxCertificates) return false
  const chain = certificates.map((der) => new X509Certificate(der))
  const trusted = roots.map((der) => new X509Certificate(der))
  if (![...chain].every((certificate) => isValidAt(certificate, now))) return false
  const linked = chain.slice(1).every((issuer, index) => chain[index] !== undefined && isIssuedBy(chain[index], issuer))
  const last = chain.at(-1)
  return (
    linked &&
    last !== undefined &&
    trusted.some((root) => isValidAt(root, now) && (root.raw.equals(last.raw) || isIssuedBy(last, root)))
  )
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

function isValidAt({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo)
}
