import { beforeEach, describe, expect, test } from 'vitest'
import type { CborValue } from '../../formats/cbor/cbor-value.ts'
import { decodeCbor } from '../../formats/cbor/decode-cbor.ts'
import { encodeCbor } from '../../formats/cbor/encode-cbor.ts'
import { toCborArray, toCborMap } from '../../formats/cbor/read-cbor.ts'
import { fullDate } from '../../formats/mdoc/dates.ts'
import { createHolderKey, issueCertificate, signerOf } from '../../test-fixtures/pki.ts'
import { codeOf, exchangeMdoc, transports, verifiedPerson } from '../../test-fixtures/presentation-exchange.ts'
import {
  type HeldCredential,
  issuePidMdoc,
  type MdocChange,
  nameSpace,
  pidElements,
} from '../../test-fixtures/test-wallet.ts'
import type { VerifierHost } from '../../test-fixtures/verifier-host.ts'
import { prepareVerifiers } from '../../test-fixtures/verifiers.ts'

const verifiers = prepareVerifiers()
let host: VerifierHost

beforeEach(async () => {
  host = await verifiers.start()
})

describe.each(transports)('an mdoc over %s', (transport) => {
  const exchanged = () => ({ host, transport })
  test('that is right is verified, with the same attributes', async () => {
    const { status, result } = await exchangeMdoc(exchanged(), await issuePidMdoc(verifiers.pki.issuer))
    expect(status).toBe(200)
    expect(result).toMatchObject({
      status: 'verified',
      attributes: verifiedPerson,
      credentials: [{ id: 'pid-2', type: nameSpace, format: 'mso_mdoc' }],
    })
  })

  const otherKey = createHolderKey()
  const bindings: readonly (readonly [string, () => Promise<MdocChange>, string])[] = [
    ['with another nonce', async () => ({ binding: { nonce: 'other' } }), 'holder-binding.signature'],
    [
      'for another verifier',
      async () => ({ binding: { clientId: 'x509_hash:other', origin: 'https://evil.example' } }),
      'holder-binding.signature',
    ],
    ['for no transaction', async () => ({ transcript: [null, null, null] }), 'holder-binding.signature'],
    ['signed by another key', async () => ({ key: await otherKey }), 'holder-binding.signature'],
    [
      'with an element that nobody asked for',
      async () => ({ elements: [...pidElements, [nameSpace, 'email_address']] }),
      'query.over-disclosed',
    ],
    ['without an element', async () => ({ elements: pidElements.slice(1) }), 'query.missing'],
    ['without elements', async () => ({ elements: [] }), 'query.missing'],
  ]
  test.each(bindings)('%s is refused', async (_, change, code) => {
    const reply = await exchangeMdoc(exchanged(), await issuePidMdoc(verifiers.pki.issuer), await change())
    expect([codeOf(reply), reply.status]).toEqual([code, 400])
  })

  const issued: readonly (readonly [string, () => Promise<HeldCredential>, string])[] = [
    [
      'that has expired',
      () =>
        issuePidMdoc(verifiers.pki.issuer, { signedAt: Date.now() - 7_200_000, validUntil: Date.now() - 3_600_000 }),
      'credential.expired',
    ],
    [
      'that is not valid yet',
      () => issuePidMdoc(verifiers.pki.issuer, { validFrom: Date.now() + 3_600_000 }),
      'credential.not-yet',
    ],
    [
      'signed before its certificate',
      () => issuePidMdoc(verifiers.pki.issuer, { signedAt: Date.now() - 100 * 86_400_000 }),
      'credential.issuer',
    ],
    ['of another type', () => issuePidMdoc(verifiers.pki.issuer, { docType: 'org.iso.18013.5.1.mDL' }), 'mdoc.doctype'],
    ['of an issuer that is not trusted', () => issuePidMdoc(verifiers.pki.rogue), 'credential.issuer'],
    [
      'with the certificate of a trusted issuer, signed by another',
      () => issuePidMdoc({ ...verifiers.pki.rogue, certificates: verifiers.pki.issuer.certificates }),
      'credential.signature',
    ],
    [
      'of a certificate for other uses',
      async () =>
        issuePidMdoc(
          signerOf(await issueCertificate(verifiers.pki.root, 'TLS', { extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] })),
        ),
      'credential.issuer',
    ],
  ]
  test.each(issued)('%s is refused', async (_, issue, code) => {
    const reply = await exchangeMdoc(exchanged(), await issue())
    expect([codeOf(reply), reply.status]).toEqual([code, 400])
  })

  const edits: readonly (readonly [string, (text: string) => string, string])[] = [
    ['with a changed element', (text) => replaceBytes(text, 'Erika', 'Adele'), 'mdoc.digest'],
    ['with an element twice', (text) => editDocument(text, repeatElement), 'disclosure.twice'],
    [
      'of another type outside',
      (text) => editDocument(text, (document) => document.set('docType', 'other')),
      'mdoc.doctype',
    ],
    [
      'with another status',
      (text) => editResponse(text, (response) => response.set('status', 10)),
      'credential.malformed',
    ],
    [
      'with two documents',
      (text) =>
        editResponse(text, (response) =>
          response.set('documents', [...toCborArray(response.get('documents')), new Map()]),
        ),
      'credential.malformed',
    ],
    [
      'without documents',
      (text) => editResponse(text, (response) => response.set('documents', [])),
      'credential.malformed',
    ],
    ['with a MAC of the device', (text) => editDocument(text, useMac), 'mdoc.device'],
    ['without a signature of the device', (text) => editDocument(text, dropDeviceSignature), 'holder-binding.missing'],
    ['that is no CBOR', () => 'AAAA', 'credential.malformed'],
    ['that is no base64url', () => '!', 'credential.malformed'],
  ]
  test.each(edits)('%s is refused', async (_, edit, code) => {
    const reply = await exchangeMdoc(exchanged(), await issuePidMdoc(verifiers.pki.issuer), {}, edit)
    expect([codeOf(reply), reply.status]).toEqual([code, 400])
  })

  test.each([
    [1, 'credential.revoked'],
    [2, 'credential.suspended'],
  ])('with the status %i is refused', async (value, code) => {
    verifiers.statusServer.set(8, value)
    expect(codeOf(await exchangeMdoc(exchanged(), await issuePidMdoc(verifiers.pki.issuer)))).toBe(code)
  })

  test('with an element of the name of another is refused', async () => {
    const held = await issuePidMdoc(verifiers.pki.issuer, {
      nameSpaces: { [nameSpace]: { given_name: 'Erika', birth_date: fullDate('1984-01-26') } },
    })
    expect(codeOf(await exchangeMdoc(exchanged(), held))).toBe('query.missing')
  })
})

type MutableMap = Map<string | number, CborValue>

function editResponse(text: string, edit: (response: MutableMap) => unknown): string {
  const response: MutableMap = new Map(toCborMap(decodeCbor(Buffer.from(text, 'base64url'))))
  edit(response)
  return encodeCbor(response).toString('base64url')
}

function editDocument(text: string, edit: (document: MutableMap) => unknown): string {
  return editResponse(text, (response) => {
    const document: MutableMap = new Map(toCborMap(toCborArray(response.get('documents'))[0]))
    edit(document)
    response.set('documents', [document])
  })
}

function repeatElement(document: MutableMap): void {
  const issuerSigned: MutableMap = new Map(toCborMap(document.get('issuerSigned')))
  const items = toCborArray(toCborMap(issuerSigned.get('nameSpaces')).get(nameSpace))
  issuerSigned.set('nameSpaces', new Map([[nameSpace, [...items, items[0]]]]))
  document.set('issuerSigned', issuerSigned)
}

function useMac(document: MutableMap): void {
  editAuth(document, (auth) => new Map([['deviceMac', auth.get('deviceSignature')]]))
}

function dropDeviceSignature(document: MutableMap): void {
  editAuth(document, () => new Map())
}

function editAuth(document: MutableMap, edit: (auth: ReadonlyMap<string | number, CborValue>) => CborValue): void {
  const deviceSigned: MutableMap = new Map(toCborMap(document.get('deviceSigned')))
  deviceSigned.set('deviceAuth', edit(toCborMap(deviceSigned.get('deviceAuth'))))
  document.set('deviceSigned', deviceSigned)
}

function replaceBytes(text: string, from: string, to: string): string {
  const bytes = Buffer.from(text, 'base64url')
  bytes.write(to, bytes.indexOf(from))
  return bytes.toString('base64url')
}
