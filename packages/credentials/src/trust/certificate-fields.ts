import type { X509Certificate } from 'node:crypto'
import { type DerElement, DerError, readDer } from './der.ts'

/** Object identifiers of extensions (RFC 5280 section 4.2.1), as hexadecimal DER. */
const extensionIds = {
  subjectKeyIdentifier: '551d0e',
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  issuerAltName: '551d12',
  basicConstraints: '551d13',
  crlDistributionPoints: '551d1f',
  authorityKeyIdentifier: '551d23',
  extendedKeyUsage: '551d25',
} as const

const understood: ReadonlySet<string> = new Set(Object.values(extensionIds))

/** Signature algorithms of certificates that are accepted: ECDSA, RSA (PKCS #1 v1.5 and PSS) with SHA-2, and Ed25519. */
const signatureIds: ReadonlySet<string> = new Set([
  '2a8648ce3d040302',
  '2a8648ce3d040303',
  '2a8648ce3d040304',
  '2a864886f70d01010b',
  '2a864886f70d01010c',
  '2a864886f70d01010d',
  '2a864886f70d01010a',
  '2b6570',
])

/** What Node does not show of a certificate. */
export interface CertificateFields {
  /** True if it is signed with an algorithm that is accepted. */
  readonly hasStrongSignature: boolean
  /** True if a critical extension is not understood here: name constraints and policies are not. */
  readonly hasUnknownCriticalExtension: boolean
  /** The path length of the basic constraints. */
  readonly pathLength: number | undefined
  readonly subjectKeyIdentifier: Buffer | undefined
  /** True unless the key usage excludes digital signatures. */
  readonly allowsDigitalSignature: boolean
}

const cache = new WeakMap<X509Certificate, CertificateFields>()

/** Reads the fields of a certificate. @throws DerError if it is malformed */
export function readCertificateFields(certificate: X509Certificate): CertificateFields {
  const cached = cache.get(certificate)
  if (cached !== undefined) return cached
  const fields = parseFields(certificate.raw)
  cache.set(certificate, fields)
  return fields
}

function parseFields(raw: Buffer): CertificateFields {
  const [toBeSigned, signature] = readDer(only(readDer(raw)))
  const extensions = listExtensions(contentOf(toBeSigned))
  const value = (id: string): Buffer | undefined => extensions.find((extension) => extension.id === id)?.value
  const keyUsage = value(extensionIds.keyUsage)
  const subjectKeyIdentifier = value(extensionIds.subjectKeyIdentifier)
  return {
    hasStrongSignature: signatureIds.has(contentOf(readDer(contentOf(signature))[0]).toString('hex')),
    hasUnknownCriticalExtension: extensions.some(({ id, isCritical }) => isCritical && !understood.has(id)),
    pathLength: readPathLength(value(extensionIds.basicConstraints)),
    subjectKeyIdentifier: subjectKeyIdentifier && only(readDer(subjectKeyIdentifier)),
    // BIT STRING: the number of unused bits, then the bits; digitalSignature is the first.
    allowsDigitalSignature: keyUsage === undefined || ((only(readDer(keyUsage))[1] ?? 0) & 0x80) !== 0,
  }
}

interface Extension {
  readonly id: string
  readonly isCritical: boolean
  readonly value: Buffer
}

function listExtensions(toBeSigned: Buffer): readonly Extension[] {
  const wrapped = readDer(toBeSigned).find(({ tag }) => tag === 0xa3)
  if (wrapped === undefined) return []
  return readDer(only(readDer(wrapped.content))).map(({ content }) => {
    const [id, ...rest] = readDer(content)
    const isCritical = rest.length > 1 && contentOf(rest[0])[0] === 0xff
    return { id: contentOf(id).toString('hex'), isCritical, value: contentOf(rest.at(-1)) }
  })
}

function readPathLength(basicConstraints: Buffer | undefined): number | undefined {
  if (basicConstraints === undefined) return undefined
  const length = readDer(only(readDer(basicConstraints))).find(({ tag }) => tag === 0x02)
  return length === undefined ? undefined : length.content.readUIntBE(0, Math.min(length.content.length, 6))
}

function only(elements: readonly DerElement[]): Buffer {
  if (elements.length !== 1) throw new DerError('one element is expected')
  return contentOf(elements[0])
}

function contentOf(element: DerElement | undefined): Buffer {
  if (element === undefined) throw new DerError('an element is missing')
  return element.content
}
