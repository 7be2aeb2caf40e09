import { createHash, type KeyObject, randomBytes, sign, verify, X509Certificate } from 'node:crypto'
import { algorithmOf } from '../formats/keys.ts'
import type { CredentialSigner } from './credential-signer.ts'
import type { TrustAnchor } from './trust-list.ts'

/**
 * Creates a signer whose private key is in the memory of the process. For production, prefer a KMS or an HSM behind
 * {@link CredentialSigner}, or `keyringSigner`.
 *
 * @param input.certificates DER or PEM, the leaf first, without the trust anchor
 * @param input.privateKey P-256
 * @throws RangeError if the chain or the key is not fit for it
 */
export function localSigner(input: {
  readonly certificates: readonly (string | Uint8Array)[]
  readonly privateKey: KeyObject
}): CredentialSigner {
  const { privateKey } = input
  const certificates = input.certificates.map((one) => new X509Certificate(one).raw)
  const signer: CredentialSigner = {
    certificates,
    algorithm: 'ES256',
    sign: (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  }
  if (!leafOf(signer).checkPrivateKey(privateKey)) throw new RangeError('signer.privateKey is not the key of its leaf')
  assertSignerChain('signer', signer)
  return signer
}

/** Leaves that were parsed, by their bytes: parsing a certificate costs more than a signature. */
const leaves = new WeakMap<Uint8Array, X509Certificate>()

/** Returns the certificate of a signer. @throws RangeError if it has none */
export function leafOf({ certificates: [der] }: CredentialSigner): X509Certificate {
  if (der === undefined) throw new RangeError('signer.certificates must have the certificate of the signer')
  const leaf = leaves.get(der) ?? new X509Certificate(der)
  leaves.set(der, leaf)
  return leaf
}

/** The value of `x5c` (RFC 7515 section 4.1.6). */
export function x5cOf({ certificates }: CredentialSigner): readonly string[] {
  return certificates.map((certificate) => Buffer.from(certificate).toString('base64'))
}

/** The hash of the leaf, of the client id prefix `x509_hash` (OpenID4VP 1.0 section 5.9.3). */
export function leafHashOf(signer: CredentialSigner): string {
  return createHash('sha256').update(leafOf(signer).raw).digest('base64url')
}

/**
 * Asserts that a chain can be published: one to four certificates, each issued by the next, the leaf on P-256, no authority and none
 * self-signed (HAIP 1.0 sections 5 and 6.1.1).
 * @param option the name of the signer among the options, for the error
 * @throws RangeError that says what is wrong
 */
export function assertSignerChain(option: string, signer: CredentialSigner): void {
  const chain = signer.certificates.map((certificate) => new X509Certificate(certificate))
  const leaf = leafOf(signer)
  const name = `${option}.certificates`
  if (chain.length > 4) throw new RangeError(`${name} must have at most 4 certificates, got ${chain.length}`)
  if (leaf.ca) throw new RangeError(`${name} must begin with the leaf, got the certificate of an authority`)
  if (algorithmOf(leaf.publicKey) !== 'ES256') throw new RangeError(`${name}: the key of the leaf must be on P-256`)
  for (const [index, certificate] of chain.entries()) {
    // By its signature alone: `checkIssued` is false of a leaf, which may sign no certificates.
    if (certificate.verify(certificate.publicKey))
      throw new RangeError(`${name}[${index}] is self-signed: the trust anchor is left out`)
    const issuer = chain[index + 1]
    if (issuer !== undefined && !(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)))
      throw new RangeError(`${name}[${index}] is not issued by the next`)
  }
}

/**
 * Asserts that a signer can sign, with the key of its leaf, and that none of these anchors is in its chain: those who trust the anchor
 * refuse such a chain (HAIP 1.0 section 6.1.1).
 * @throws RangeError that says what is wrong; the errors of the signer
 */
export async function assertSignerReady(
  option: string,
  signer: CredentialSigner,
  anchors: readonly TrustAnchor[],
): Promise<void> {
  for (const [index, certificate] of signer.certificates.entries())
    if (anchors.some((anchor) => anchor.certificate.raw.equals(certificate)))
      throw new RangeError(`${option}.certificates[${index}] is a trust anchor: it is left out`)
  // Random, so that the signature is good for nothing else.
  const bytes = randomBytes(32)
  const key = { key: leafOf(signer).publicKey, dsaEncoding: 'ieee-p1363' } as const
  if (!verify('sha256', bytes, key, await signer.sign(bytes)))
    throw new RangeError(`${option}.sign signs with another key than the one of ${option}.certificates[0]`)
}

/**
 * Checks the first signature of a signer against the key of its leaf, so that a KMS with another key is found at once and not by the
 * other parties.
 */
export function withKeyCheck(signer: CredentialSigner): CredentialSigner {
  const key = { key: leafOf(signer).publicKey, dsaEncoding: 'ieee-p1363' } as const
  let isChecked = false
  return {
    ...signer,
    sign: async (bytes) => {
      const signature = await signer.sign(bytes)
      isChecked ||= verify('sha256', bytes, key, signature)
      if (!isChecked) throw new RangeError('signer.sign signs with another key than the one of signer.certificates[0]')
      return signature
    },
  }
}
