import { parseBase64url } from '@billfold/core/modules'
import { type CborMap, CborError, type CborTag, type CborValue } from '../cbor/cbor-value.ts'
import { decodeCbor } from '../cbor/decode-cbor.ts'
import { embedCbor, encodeCbor } from '../cbor/encode-cbor.ts'
import { decodeEmbedded, toCborArray, toCborMap, toCborText, toEmbeddedCbor } from '../cbor/read-cbor.ts'
import { createCoseSign1, isCoseSignatureValid, parseCoseSign1 } from '../cose/cose-sign1.ts'
import type { HolderKey } from '../keys.ts'
import { Refusal } from '../refusal.ts'
import { type MdocExpectation, refuseMalformed, type VerifiedMdoc, verifyIssuerSignedMap } from './issuer-signed.ts'
import type { SessionTranscript } from './session-transcript.ts'

/** What {@link verifyDeviceResponse} needs. */
export interface DeviceResponseExpectation extends MdocExpectation {
  readonly transcript: SessionTranscript
  /** The document type that was asked for. Default: any. */
  readonly docType?: string
}

/**
 * Verifies a DeviceResponse with one document (HAIP 1.0 section 5.3.1): all of `verifyIssuerSigned`, the document type in all
 * places, and the device's signature over the session transcript (ISO/IEC 18013-5 section 9.1.3.4).
 *
 * @param text DeviceResponse, base64url
 * @throws Refusal
 */
export async function verifyDeviceResponse(
  text: string,
  expectation: DeviceResponseExpectation,
): Promise<VerifiedMdoc> {
  return refuseMalformed(async () => {
    const document = parseDeviceResponse(text)
    const mdoc = await verifyIssuerSignedMap(toCborMap(document.get('issuerSigned')), expectation)
    if (document.get('docType') !== mdoc.docType || mdoc.docType !== (expectation.docType ?? mdoc.docType))
      throw new Refusal('mdoc.doctype', 'the document types differ')
    assertDeviceSigned(toCborMap(document.get('deviceSigned')), mdoc, expectation.transcript)
    return mdoc
  })
}

/** Returns the one document of a DeviceResponse. @throws CborError */
export function parseDeviceResponse(text: string): CborMap {
  const bytes = parseBase64url(text)
  if (bytes === undefined) throw new CborError('no base64url')
  const response = toCborMap(decodeCbor(bytes))
  if (response.get('version') !== '1.0' || response.get('status') !== 0)
    throw new CborError('the version or the status of the response')
  const [document, ...more] = toCborArray(response.get('documents'))
  if (document === undefined || more.length > 0 || response.has('documentErrors'))
    throw new CborError('a response has one document, and no errors')
  return toCborMap(document)
}

function assertDeviceSigned(deviceSigned: CborMap, mdoc: VerifiedMdoc, transcript: SessionTranscript): void {
  const nameSpaces = toEmbeddedCbor(deviceSigned.get('nameSpaces')).item
  const auth = toCborMap(deviceSigned.get('deviceAuth'))
  if (auth.has('deviceMac')) throw new Refusal('mdoc.device', 'a MAC of the device is not accepted')
  if (!auth.has('deviceSignature')) throw new Refusal('holder-binding.missing', 'the device has signed nothing')
  const cose = parseCoseSign1(auth.get('deviceSignature'))
  if (cose.payload !== undefined) throw new CborError('the payload of the device signature is not detached')
  const signed = toDeviceAuthentication(transcript, mdoc.docType, nameSpaces)
  if (!isCoseSignatureValid(cose, signed, mdoc.holderKey))
    throw new Refusal('holder-binding.signature', 'the signature of the device does not verify')
  if (toCborMap(decodeEmbedded(nameSpaces)).size > 0)
    throw new Refusal('mdoc.device', 'elements that the device has signed are not accepted')
}

/** DeviceAuthenticationBytes (ISO/IEC 18013-5 section 9.1.3.4). */
function toDeviceAuthentication(transcript: SessionTranscript, docType: string, nameSpaces: CborTag): Uint8Array {
  return encodeCbor(embedCbor(['DeviceAuthentication', transcript, docType, nameSpaces]))
}

/** What {@link createDeviceResponse} discloses and signs. */
export interface DeviceResponseInput {
  /** The elements to disclose: namespace and identifier. */
  readonly elements: readonly (readonly [nameSpace: string, identifier: string])[]
  readonly transcript: SessionTranscript
  readonly key: HolderKey
}

/**
 * Presents an mdoc: a DeviceResponse with the elements that were chosen, signed by the device key.
 *
 * @param text IssuerSigned as issued, base64url
 * @returns DeviceResponse, base64url
 * @throws Refusal `credential.malformed`
 */
export async function createDeviceResponse(text: string, input: DeviceResponseInput): Promise<string> {
  return refuseMalformed(async () => {
    const bytes = parseBase64url(text)
    if (bytes === undefined) throw new CborError('no base64url')
    const issuerSigned = toCborMap(decodeCbor(bytes))
    const { payload } = parseCoseSign1(issuerSigned.get('issuerAuth'))
    if (payload === undefined) throw new CborError('the mobile security object is missing')
    const docType = toCborText(toCborMap(decodeEmbedded(decodeCbor(payload))).get('docType'))
    const noElements = embedCbor(new Map())
    const signature = await createCoseSign1(input.key, toDeviceAuthentication(input.transcript, docType, noElements), {
      detached: true,
    })
    const document = new Map<string, CborValue>([
      ['docType', docType],
      [
        'issuerSigned',
        new Map<string, CborValue>([
          ['nameSpaces', selectElements(issuerSigned.get('nameSpaces'), input.elements)],
          ['issuerAuth', issuerSigned.get('issuerAuth')],
        ]),
      ],
      [
        'deviceSigned',
        new Map<string, CborValue>([
          ['nameSpaces', noElements],
          ['deviceAuth', new Map([['deviceSignature', signature]])],
        ]),
      ],
    ])
    const response = new Map<string, CborValue>([
      ['version', '1.0'],
      ['documents', [document]],
      ['status', 0],
    ])
    return encodeCbor(response).toString('base64url')
  })
}

function selectElements(nameSpaces: CborValue, wanted: DeviceResponseInput['elements']): CborMap {
  const selected = [...toCborMap(nameSpaces)].map(([nameSpace, items]) => {
    const chosen = toCborArray(items).filter((item) => {
      const identifier = toCborMap(decodeEmbedded(item)).get('elementIdentifier')
      return wanted.some(([space, element]) => space === nameSpace && element === identifier)
    })
    return [nameSpace, chosen] as const
  })
  return new Map(selected.filter(([, items]) => items.length > 0))
}
