import {
  createDeviceResponse,
  createMdoc,
  fullDate,
  openid4vpTranscript,
  trustAnchors,
  verifyDeviceResponse,
  verifyPath,
} from '@billfold/credentials/formats'
import {
  CoseKey,
  DateOnly,
  DeviceRequest,
  DeviceResponse,
  DocRequest,
  Holder,
  IssuerSigned,
  Issuer,
  ItemsRequest,
  SessionTranscript,
  SignatureAlgorithm,
  Verifier,
} from '@owf/mdoc'
import { beforeAll, expect, test } from 'vitest'
import { mdocContext, toDeviceKey } from './mdoc-context.ts'
import { createChain, createHolderKey } from './server.ts'

const now = Date.now()
const docType = 'eu.europa.ec.eudi.pid.1'
const holder = createHolderKey()
const transaction = { clientId: 'x509_hash:abc', nonce: 'n', responseUri: 'https://verifier.example/r' }
const elements = {
  given_name: 'Erika',
  family_name: 'Mustermann',
  birth_date: fullDate('1984-01-26'),
  nationality: ['DE', 'FR'],
}

let issuer: Awaited<ReturnType<typeof createChain>>

beforeAll(async () => {
  issuer = await createChain('Issuer')
})

const issueOurs = () =>
  createMdoc({
    signer: issuer.signer,
    docType,
    nameSpaces: { [docType]: elements },
    holderKey: holder.publicKey,
    signedAt: now,
    validFrom: now,
    validUntil: now + 86_400_000,
  })

const issueTheirs = async () => {
  const other = new Issuer(docType, mdocContext)
  other.addIssuerNamespace(docType, { ...elements, birth_date: new DateOnly('1984-01-26') })
  const signed = await other.sign({
    signingKey: CoseKey.fromJwk(issuer.privateKey.export({ format: 'jwk' })),
    algorithm: SignatureAlgorithm.ES256,
    digestAlgorithm: 'SHA-256',
    validityInfo: { signed: new Date(now), validFrom: new Date(now), validUntil: new Date(now + 86_400_000) },
    deviceKeyInfo: { deviceKey: toDeviceKey(holder.publicKey) },
    certificates: [issuer.certificate],
  })
  return signed.encodedForOid4Vci
}

/** The other library presents two elements. */
const presentWithTheirs = async (credential: string) => {
  const itemsRequest = ItemsRequest.create({
    docType,
    namespaces: { [docType]: { given_name: true, birth_date: true } },
  })
  const response = await Holder.createDeviceResponseForDeviceRequest(
    {
      deviceRequest: DeviceRequest.create({ docRequests: [DocRequest.create({ itemsRequest })] }),
      sessionTranscript: await SessionTranscript.forOid4Vp(transaction, mdocContext),
      issuerSigned: [IssuerSigned.fromEncodedForOid4Vci(credential)],
      signature: {
        signingKey: CoseKey.fromJwk({ ...holder.privateKey.export({ format: 'jwk' }), alg: 'ES256' }),
      },
    },
    mdocContext,
  )
  return response.encodedForOid4Vp
}

const verifyWithUs = (response: string) =>
  verifyDeviceResponse(response, {
    now,
    docType,
    transcript: openid4vpTranscript({ ...transaction, jwkThumbprint: undefined }),
    resolvePath: async (chain) => {
      const list = trustAnchors([{ certificate: issuer.root }])
      return (await verifyPath(list, { chain, purpose: 'issuer', now })).leaf
    },
  })

test.each([
  ['we', issueOurs],
  ['the other library', issueTheirs],
])('an mdoc that %s issued, presented by the other library, is verified', async (_, issue) => {
  const { claims } = await verifyWithUs(await presentWithTheirs(await issue()))
  expect(claims).toEqual({ [docType]: { given_name: 'Erika', birth_date: '1984-01-26' } })
})

test.each([
  ['we', issueOurs],
  ['the other library', issueTheirs],
])('an mdoc that %s issued, presented by us, is verified by the other library', async (_, issue) => {
  const response = await createDeviceResponse(await issue(), {
    elements: [
      [docType, 'given_name'],
      [docType, 'nationality'],
    ],
    transcript: openid4vpTranscript({ ...transaction, jwkThumbprint: undefined }),
    key: holder,
  })
  const deviceResponse = DeviceResponse.fromEncodedForOid4Vp(response)
  const sessionTranscript = await SessionTranscript.forOid4Vp(transaction, mdocContext)
  await Verifier.verifyDeviceResponse(
    { deviceResponse, sessionTranscript, trustedCertificates: [issuer.root] },
    mdocContext,
  )
  const [document] = deviceResponse.documents ?? []
  expect(document?.issuerSigned.getPrettyClaims(docType)).toEqual({ given_name: 'Erika', nationality: ['DE', 'FR'] })
})

test('both make the same session transcript, for redirects and for the Digital Credentials API', async () => {
  const { encodeCbor } = await import('./encode.ts')
  const jwkThumbprint = new Uint8Array(32).fill(7)
  const ours = encodeCbor(openid4vpTranscript({ ...transaction, jwkThumbprint }))
  const theirs = await SessionTranscript.forOid4Vp({ ...transaction, jwkThumbprint }, mdocContext)
  expect(ours).toBe(Buffer.from(theirs.encode()).toString('hex'))
  const api = { origin: 'https://verifier.example', nonce: 'n', jwkThumbprint }
  const theirApi = await SessionTranscript.forOid4VpDcApi(api, mdocContext)
  expect(encodeCbor(openid4vpTranscript(api))).toBe(Buffer.from(theirApi.encode()).toString('hex'))
})
