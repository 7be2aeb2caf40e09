import { X509Certificate } from 'node:crypto'
import { Refusal } from '../formats/refusal.ts'
import { type CertificateFields, readCertificateFields } from './certificate-fields.ts'
import { DerError } from './der.ts'
import type { TrustAnchor, TrustList, TrustPurpose } from './trust-list.ts'

const maxPathLength = 4
const maxCertificateBytes = 16 * 1024

/** A certificate path that has been verified. */
export interface VerifiedPath {
  readonly leaf: X509Certificate
  readonly chain: readonly X509Certificate[]
  readonly anchor: TrustAnchor
}

/** What {@link verifyPath} verifies. */
export interface PathInput {
  /** DER, the leaf first, without the anchor. */
  readonly chain: readonly Uint8Array[]
  readonly purpose: TrustPurpose
  readonly type?: string | undefined
  /** In epoch milliseconds. */
  readonly now: number
  /** Object identifiers, of which the leaf's extended key usage must have one, if it has that extension. Default: any will do. */
  readonly extendedKeyUsage?: readonly string[]
}

/**
 * Parses the header `x5c` (RFC 7515 section 4.1.6): standard base64, the leaf first.
 * @throws Refusal `credential.issuer`
 */
export function parseX5c(x5c: unknown): readonly Uint8Array[] {
  if (!Array.isArray(x5c) || x5c.length === 0 || x5c.length > maxPathLength) throw refuse('x5c is missing or too long')
  return x5c.map((item: unknown) => {
    if (typeof item !== 'string' || item.length > maxCertificateBytes || !/^[A-Za-z0-9+/]+={0,2}$/.test(item))
      throw refuse('x5c is not base64')
    return Buffer.from(item, 'base64')
  })
}

/**
 * Verifies a certificate path (RFC 5280 section 6): at most four certificates, each valid now and issued by the next, authorities
 * with their path lengths, the leaf no authority, no unknown critical extension, no anchor in the path, and at its end an anchor
 * that the list trusts.
 * @throws Refusal `credential.issuer`
 */
export async function verifyPath(list: TrustList, input: PathInput): Promise<VerifiedPath> {
  const chain = parseChain(input.chain)
  const anchors = await list.anchors({ purpose: input.purpose, type: input.type, chain })
  try {
    return verifyChain(chain, anchors, input)
  } catch (error) {
    throw error instanceof DerError ? refuse('a certificate is malformed', error) : error
  }
}

function parseChain(chain: readonly Uint8Array[]): readonly X509Certificate[] {
  if (chain.length === 0 || chain.length > maxPathLength) throw refuse('the path is empty or too long')
  return chain.map((certificate) => {
    try {
      return new X509Certificate(certificate)
    } catch (error) {
      throw refuse('a certificate is malformed', error)
    }
  })
}

function verifyChain(
  chain: readonly X509Certificate[],
  anchors: readonly TrustAnchor[],
  { now, extendedKeyUsage }: PathInput,
): VerifiedPath {
  const [leaf, ...authorities] = chain
  const top = chain.at(-1)
  if (leaf === undefined || top === undefined) throw refuse('the path is empty')
  assertLeaf(leaf, extendedKeyUsage)
  for (const [index, certificate] of chain.entries()) {
    assertCertificate(certificate, now)
    if (anchors.some((anchor) => anchor.certificate.raw.equals(certificate.raw)))
      throw refuse('the anchor is in the path')
    const issuer = authorities[index]
    if (issuer !== undefined && !isIssuedBy(certificate, issuer, index))
      throw refuse('a certificate is not issued by the next')
  }
  const anchor = anchors.find(
    ({ certificate }) => isValidAt(certificate, now) && isIssuedBy(top, certificate, chain.length - 1),
  )
  if (anchor === undefined) throw refuse('no trust anchor has issued it')
  return { leaf, chain, anchor }
}

function assertLeaf(leaf: X509Certificate, extendedKeyUsage: readonly string[] | undefined): void {
  if (leaf.ca) throw refuse('the leaf is an authority')
  // `checkIssued` is false of a leaf, which may sign no certificates.
  if (leaf.issuer === leaf.subject && leaf.verify(leaf.publicKey)) throw refuse('the leaf is self-signed')
  if (!readCertificateFields(leaf).allowsDigitalSignature) throw refuse('the key of the leaf is for other uses')
  // Node names the extended key usage `keyUsage`; it is absent without that extension.
  const usages: readonly string[] | undefined = leaf.keyUsage
  if (
    extendedKeyUsage !== undefined &&
    usages !== undefined &&
    !usages.some((usage) => extendedKeyUsage.includes(usage))
  )
    throw refuse('the extended key usage of the leaf is another')
}

function assertCertificate(certificate: X509Certificate, now: number): void {
  if (!isValidAt(certificate, now)) throw refuse('a certificate is not valid now')
  const fields: CertificateFields = readCertificateFields(certificate)
  if (fields.hasUnknownCriticalExtension) throw refuse('a critical extension is not understood')
  if (!fields.hasStrongSignature) throw refuse('a certificate is signed with an algorithm that is not accepted')
}

function isValidAt({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo)
}

/** @param below how many authorities are between the issuer and the leaf */
function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate, below: number): boolean {
  if (!issuer.ca || !certificate.checkIssued(issuer)) return false
  const { pathLength } = readCertificateFields(issuer)
  return (pathLength === undefined || below <= pathLength) && certificate.verify(issuer.publicKey)
}

function refuse(detail: string, cause?: unknown): Refusal {
  return new Refusal('credential.issuer', detail, cause === undefined ? {} : { cause })
}
