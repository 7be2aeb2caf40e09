// Certificates for tests, made by an implementation of X.509 that is not ours.
import 'reflect-metadata'
import { KeyObject, sign, webcrypto } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { CredentialSigner } from '../trust/credential-signer.ts'
import type { EcJwk, HolderKey } from '../formats/keys.ts'
import { localSigner } from '../trust/signer-key.ts'

export { KeyUsageFlags }

cryptoProvider.set(webcrypto)

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const dayMs = 24 * 60 * 60 * 1000
let serial = 1

/** A certificate with its key pair. */
export interface TestCertificate {
  readonly certificate: X509Certificate
  readonly der: Uint8Array
  readonly pem: string
  readonly privateKey: KeyObject
  readonly keys: webcrypto.CryptoKeyPair
}

export interface CertificateOptions {
  readonly isAuthority?: boolean
  readonly pathLength?: number
  /** In days from now. */
  readonly from?: number
  readonly until?: number
  readonly dnsNames?: readonly string[]
  readonly uris?: readonly string[]
  readonly extendedKeyUsage?: readonly string[]
  readonly keyUsage?: number
  readonly criticalExtension?: string
  readonly keys?: webcrypto.CryptoKeyPair
}

/** Creates a self-signed authority. */
export async function createAuthority(name: string, options: CertificateOptions = {}): Promise<TestCertificate> {
  const keys = await createKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...(await commonFields({ isAuthority: true, from: -1000, until: 3650, ...options }, keys)),
    name: `CN=${name}, C=UT`,
    keys,
  })
  return toTestCertificate(certificate, keys)
}

/** Creates a certificate issued by an authority. */
export async function issueCertificate(
  issuer: TestCertificate,
  name: string,
  options: CertificateOptions = {},
): Promise<TestCertificate> {
  const keys = options.keys ?? (await createKeys())
  const fields = await commonFields(options, keys)
  const certificate = await X509CertificateGenerator.create({
    ...fields,
    subject: `CN=${name}, C=UT`,
    issuer: issuer.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    extensions: [...fields.extensions, await AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey)],
  })
  return toTestCertificate(certificate, keys)
}

/** Creates a signer with a certificate and those above it, without the anchor. */
export function signerOf(leaf: TestCertificate, ...authorities: readonly TestCertificate[]): CredentialSigner {
  return localSigner({ certificates: [leaf, ...authorities].map(({ der }) => der), privateKey: leaf.privateKey })
}

/** A key of a holder, in memory. */
export async function createHolderKey(): Promise<HolderKey & { readonly privateKey: KeyObject }> {
  const keys = await createKeys()
  const privateKey = KeyObject.from(keys.privateKey)
  const { x = '', y = '' } = KeyObject.from(keys.publicKey).export({ format: 'jwk' })
  const publicKey: EcJwk = { kty: 'EC', crv: 'P-256', x, y }
  return { publicKey, privateKey, sign: signWith(privateKey) }
}

function signWith(privateKey: KeyObject): HolderKey['sign'] {
  return (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' })
}

function createKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

async function commonFields(options: CertificateOptions, keys: webcrypto.CryptoKeyPair) {
  const {
    isAuthority = false,
    pathLength,
    from = -30,
    until = 365,
    dnsNames = [],
    uris = [],
    extendedKeyUsage,
    criticalExtension,
  } = options
  const usage = options.keyUsage ?? (isAuthority ? KeyUsageFlags.keyCertSign : KeyUsageFlags.digitalSignature)
  const names = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...uris.map((value) => ({ type: 'url' as const, value })),
  ]
  return {
    serialNumber: String(serial++).padStart(4, '0'),
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() + from * dayMs),
    notAfter: new Date(Date.now() + until * dayMs),
    extensions: [
      new BasicConstraintsExtension(isAuthority, pathLength, true),
      new KeyUsagesExtension(usage, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
      ...(extendedKeyUsage ? [new ExtendedKeyUsageExtension([...extendedKeyUsage])] : []),
      ...(criticalExtension ? [new Extension(criticalExtension, true, Uint8Array.of(5, 0))] : []),
    ],
  }
}

function toTestCertificate(certificate: X509Certificate, keys: webcrypto.CryptoKeyPair): TestCertificate {
  return {
    certificate,
    keys,
    der: new Uint8Array(certificate.rawData),
    pem: certificate.toString('pem'),
    privateKey: KeyObject.from(keys.privateKey),
  }
}
