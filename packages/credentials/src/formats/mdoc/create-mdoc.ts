import { createHash, randomInt } from 'node:crypto'
import type { CredentialSigner } from '../../trust/credential-signer.ts'
import { type CborMap, CborTag, type CborValue } from '../cbor/cbor-value.ts'
import { embedCbor, encodeCbor } from '../cbor/encode-cbor.ts'
import { toCoseKey } from '../cose/cose-key.ts'
import { createCoseSign1 } from '../cose/cose-sign1.ts'
import type { EcJwk } from '../keys.ts'
import { createSalt } from '../salts.ts'
import { toDateTime } from './dates.ts'

/** The elements of an mdoc by namespace and identifier. */
export type MdocElements = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** Input of {@link createMdoc}. Times in epoch milliseconds. */
export interface MdocInput {
  readonly signer: CredentialSigner
  /** `eu.europa.ec.eudi.pid.1` */
  readonly docType: string
  /** Values are text, numbers, booleans, bytes, `fullDate(…)`, a Date for a date and time, or arrays and objects of them. */
  readonly nameSpaces: MdocElements
  readonly holderKey: EcJwk
  readonly signedAt: number
  readonly validFrom: number
  readonly validUntil: number
  /** Its place in a status list (Token Status List section 6.3). */
  readonly status?: { readonly uri: string; readonly index: number }
}

/**
 * Issues an mdoc (ISO/IEC 18013-5 section 9.1.2): SHA-256, ES256, `random` of 24 bytes, digest ids in random order.
 *
 * @returns IssuerSigned, base64url
 * @throws RangeError if a value cannot be encoded
 */
export async function createMdoc(input: MdocInput): Promise<string> {
  const { signer, docType, holderKey, signedAt, validFrom, validUntil, status } = input
  const nameSpaces = new Map<string, CborValue>()
  const valueDigests = new Map<string, CborValue>()
  for (const [nameSpace, elements] of Object.entries(input.nameSpaces)) {
    const items = createItems(elements)
    nameSpaces.set(
      nameSpace,
      items.map(({ item }) => item),
    )
    valueDigests.set(nameSpace, new Map(items.map(({ id, digest }) => [id, digest])))
  }
  const mobileSecurityObject = new Map<string, CborValue>([
    ['version', '1.0'],
    ['digestAlgorithm', 'SHA-256'],
    ['valueDigests', valueDigests],
    ['deviceKeyInfo', new Map([['deviceKey', toCoseKey(holderKey)]])],
    ['docType', docType],
    [
      'validityInfo',
      new Map([
        ['signed', toDateTime(signedAt)],
        ['validFrom', toDateTime(validFrom)],
        ['validUntil', toDateTime(validUntil)],
      ]),
    ],
    ...(status === undefined ? [] : [['status', toStatus(status)] as const]),
  ])
  const [first, ...others] = signer.certificates
  const x5chain = others.length === 0 ? first : signer.certificates
  const issuerAuth = await createCoseSign1(signer, encodeCbor(embedCbor(mobileSecurityObject)), {
    unprotectedHeader: new Map([[33, x5chain]]),
  })
  const issuerSigned = new Map<string, CborValue>([
    ['nameSpaces', nameSpaces],
    ['issuerAuth', issuerAuth],
  ])
  return encodeCbor(issuerSigned).toString('base64url')
}

function toStatus({ uri, index }: { readonly uri: string; readonly index: number }): CborMap {
  return new Map([
    [
      'status_list',
      new Map<string, CborValue>([
        ['idx', index],
        ['uri', uri],
      ]),
    ],
  ])
}

/** Creates IssuerSignedItems. Neither the ids nor the order of the digests say anything of the elements. */
function createItems(elements: Readonly<Record<string, unknown>>) {
  const shuffled = Object.entries(elements)
    .map((element) => ({ element, key: randomInt(2 ** 47) }))
    .sort((left, right) => left.key - right.key)
  return shuffled.map(({ element: [identifier, value] }, id) => {
    const item = embedCbor(
      new Map<string, CborValue>([
        ['digestID', id],
        ['random', createSalt(24)],
        ['elementIdentifier', identifier],
        ['elementValue', toCborValue(value)],
      ]),
    )
    return { id, item, digest: createHash('sha256').update(encodeCbor(item)).digest() }
  })
}

/** Converts a value of a dataset. @throws RangeError */
function toCborValue(value: unknown): CborValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (value instanceof Uint8Array || value instanceof CborTag) return value
  if (value instanceof Date) return toDateTime(value.getTime())
  if (Array.isArray(value)) return value.map(toCborValue)
  if (typeof value === 'object')
    return new Map(Object.entries(value).map(([key, item]): [string, CborValue] => [key, toCborValue(item)]))
  throw new RangeError(`a value of type ${typeof value} cannot be in an mdoc`)
}
