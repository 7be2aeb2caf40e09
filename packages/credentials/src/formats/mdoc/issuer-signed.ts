import { createHash, type KeyObject, type X509Certificate } from 'node:crypto'
import { parseBase64url } from '@billfold/core/modules'
import { type CborMap, CborError, type CborValue } from '../cbor/cbor-value.ts'
import { decodeCbor } from '../cbor/decode-cbor.ts'
import { encodeCbor } from '../cbor/encode-cbor.ts'
import {
  decodeEmbedded,
  toCborArray,
  toCborBytes,
  toCborMap,
  toCborText,
  toCborTime,
  toCborUnsigned,
  toEmbeddedCbor,
  toPlainValue,
} from '../cbor/read-cbor.ts'
import { parseCoseKey } from '../cose/cose-key.ts'
import { isCoseSignatureValid, parseCoseSign1 } from '../cose/cose-sign1.ts'
import { Refusal } from '../refusal.ts'

/** A verified mdoc. Whether its holder presents it is verified by `verifyDeviceResponse`. */
export interface VerifiedMdoc {
  readonly docType: string
  /** The disclosed elements by namespace: text, numbers, booleans, bytes, dates as text. */
  readonly claims: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** The key that it is bound to. */
  readonly holderKey: KeyObject
  readonly status: { readonly uri: string; readonly index: number } | undefined
  /** In epoch milliseconds. */
  readonly validity: { readonly signedAt: number; readonly validFrom: number; readonly validUntil: number }
}

/** What {@link verifyIssuerSigned} needs. */
export interface MdocExpectation {
  /**
   * Finds the document signer's certificate by a path to a trust anchor that is good for the type. Throws a Refusal if there is
   * none.
   * @param chain DER, the leaf first
   */
  readonly resolvePath: (chain: readonly Uint8Array[], docType: string) => Promise<X509Certificate> | X509Certificate
  /** In epoch milliseconds. */
  readonly now: number
  /** Tolerance for clocks, in seconds. Default: 60. */
  readonly skewSeconds?: number
}

const digestAlgorithms: Readonly<Record<string, string>> = {
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}

/**
 * Verifies an mdoc as issued: certificate path, signature, document type, times and digests (ISO/IEC 18013-5 section 9.3.1).
 *
 * @param text IssuerSigned, base64url
 * @throws Refusal
 */
export async function verifyIssuerSigned(text: string, expectation: MdocExpectation): Promise<VerifiedMdoc> {
  return refuseMalformed(() => {
    const bytes = parseBase64url(text)
    if (bytes === undefined) throw new CborError('no base64url')
    return verifyIssuerSignedMap(toCborMap(decodeCbor(bytes)), expectation)
  })
}

/** Verifies the map IssuerSigned. @throws Refusal, CborError */
export async function verifyIssuerSignedMap(
  issuerSigned: CborMap,
  expectation: MdocExpectation,
): Promise<VerifiedMdoc> {
  const cose = parseCoseSign1(issuerSigned.get('issuerAuth'))
  if (cose.payload === undefined) throw new CborError('the mobile security object is missing')
  const mso = toCborMap(decodeEmbedded(decodeCbor(cose.payload)))
  const docType = toCborText(mso.get('docType'))
  const chain = toChain(cose.unprotectedHeader.get(33) ?? cose.protectedHeader.get(33))
  const leaf = await expectation.resolvePath(chain, docType)
  if (!isCoseSignatureValid(cose, cose.payload, leaf.publicKey))
    throw new Refusal('credential.signature', 'the signature of the mobile security object does not verify')
  if (mso.get('version') !== '1.0') throw new CborError('another version')
  const validity = readValidity(mso)
  assertTimes(validity, leaf, expectation)
  return {
    docType,
    claims: readElements(issuerSigned.get('nameSpaces'), mso),
    holderKey: parseCoseKey(toCborMap(toCborMap(mso.get('deviceKeyInfo')).get('deviceKey'))),
    status: readStatus(mso.get('status')),
    validity,
  }
}

/** Runs a verification; what is not well-formed CBOR is `credential.malformed`. */
export async function refuseMalformed<T>(verification: () => Promise<T>): Promise<T> {
  try {
    return await verification()
  } catch (error) {
    if (error instanceof CborError) throw new Refusal('credential.malformed', error.message, { cause: error })
    throw error
  }
}

/** x5chain (RFC 9360 section 2): one certificate, or an array of several. An array of one is in use, and accepted. */
function toChain(value: CborValue): readonly Uint8Array[] {
  return value instanceof Uint8Array ? [value] : toCborArray(value).map(toCborBytes)
}

function readValidity(mso: CborMap): VerifiedMdoc['validity'] {
  const info = toCborMap(mso.get('validityInfo'))
  return {
    signedAt: toCborTime(info.get('signed')),
    validFrom: toCborTime(info.get('validFrom')),
    validUntil: toCborTime(info.get('validUntil')),
  }
}

function assertTimes(
  { signedAt, validFrom, validUntil }: VerifiedMdoc['validity'],
  leaf: X509Certificate,
  { now, skewSeconds = 60 }: MdocExpectation,
): void {
  const skew = skewSeconds * 1000
  if (signedAt < Date.parse(leaf.validFrom) || signedAt > Date.parse(leaf.validTo))
    throw new Refusal('credential.issuer', 'it was signed outside of the validity of its certificate')
  if (now < validFrom - skew) throw new Refusal('credential.not-yet', 'validFrom is to come')
  if (now >= validUntil + skew) throw new Refusal('credential.expired', 'validUntil has passed')
}

/** Reads the disclosed elements, each against its digest, over the bytes as they came. */
function readElements(nameSpaces: CborValue, mso: CborMap): VerifiedMdoc['claims'] {
  const algorithm = digestAlgorithms[toCborText(mso.get('digestAlgorithm'))]
  if (algorithm === undefined) throw new CborError('the digest algorithm is not known')
  const allDigests = toCborMap(mso.get('valueDigests'))
  const entries = nameSpaces === undefined ? [] : [...toCborMap(nameSpaces)]
  return Object.fromEntries(
    entries.map(([nameSpace, items]) => {
      const digests = allDigests.get(nameSpace)
      if (digests === undefined) throw new Refusal('mdoc.digest', 'the issuer has signed no such namespace')
      return [String(nameSpace), readNameSpace(toCborArray(items), toCborMap(digests), algorithm)]
    }),
  )
}

function readNameSpace(
  items: readonly CborValue[],
  digests: CborMap,
  algorithm: string,
): Readonly<Record<string, unknown>> {
  const claims = new Map<string, unknown>()
  const ids = new Set<number>()
  for (const embedded of items) {
    const { item } = toEmbeddedCbor(embedded)
    const content = toCborMap(decodeEmbedded(item))
    const id = toCborUnsigned(content.get('digestID'))
    const identifier = toCborText(content.get('elementIdentifier'))
    const expected = digests.get(id)
    const digest = createHash(algorithm).update(encodeCbor(item)).digest()
    if (!(expected instanceof Uint8Array) || !digest.equals(expected))
      throw new Refusal('mdoc.digest', 'the issuer has not signed an element')
    if (ids.has(id) || claims.has(identifier)) throw new Refusal('disclosure.twice', 'an element appears twice')
    if (toCborBytes(content.get('random')).length < 16) throw new CborError('random is too short')
    ids.add(id)
    claims.set(identifier, toPlainValue(content.get('elementValue')))
  }
  return Object.fromEntries(claims)
}

function readStatus(value: CborValue): VerifiedMdoc['status'] {
  if (value === undefined) return undefined
  const list = toCborMap(value).get('status_list')
  if (list === undefined) throw new CborError('the status mechanism is not known')
  const reference = toCborMap(list)
  return { uri: toCborText(reference.get('uri')), index: toCborUnsigned(reference.get('idx')) }
}
