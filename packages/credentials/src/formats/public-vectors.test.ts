import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import vectors from '../test-fixtures/public-vectors.json' with { type: 'json' }
import { decodeCbor } from './cbor/decode-cbor.ts'
import { encodeCbor } from './cbor/encode-cbor.ts'
import { toCborArray, toCborMap } from './cbor/read-cbor.ts'
import { openid4vpTranscript } from './mdoc/session-transcript.ts'
import { verifyIssuerSignedMap } from './mdoc/issuer-signed.ts'
import { parsePublicJwk } from './keys.ts'
import { Refusal } from './refusal.ts'
import { parseSdJwt } from './sd-jwt/parse-sd-jwt.ts'
import { processPayload } from './sd-jwt/process-payload.ts'
import { computeDigest } from './sd-jwt/disclosure.ts'
import { parseJws, verifyJws } from './jws.ts'
import { statusAt } from './status-list/status-list.ts'
import { decodeStatusList } from './status-list/status-list-token.ts'

test('the session transcripts of OpenID4VP 1.0 appendix B.2.6 are the published ones', () => {
  const { nonce, jwkThumbprint, redirect, digitalCredentialsApi } = vectors.openid4vpTranscripts
  const thumbprint = Buffer.from(jwkThumbprint, 'hex')
  const { clientId, responseUri } = redirect
  const redirected = openid4vpTranscript({ clientId, nonce, jwkThumbprint: thumbprint, responseUri })
  expect(encodeCbor(redirected).toString('hex')).toBe(redirect.sessionTranscriptHex)
  const { origin, sessionTranscriptHex } = digitalCredentialsApi
  const overApi = openid4vpTranscript({ origin, nonce, jwkThumbprint: thumbprint })
  expect(encodeCbor(overApi).toString('hex')).toBe(sessionTranscriptHex)
})

test.each([vectors.statusList1, vectors.statusList4].map((list) => [list.bits, list] as const))(
  'the published status list of %i bits has the published statuses',
  (bits, { lst, values }) => {
    const statuses = decodeStatusList(lst)
    const read = Object.keys(values).map((index) => [
      index,
      statusAt(statuses ?? new Uint8Array(), bits === 1 ? 1 : 4, Number(index)),
    ])
    expect(Object.fromEntries(read)).toEqual(values)
  },
)

test('the SD-JWT of OpenID4VP 1.0 is disclosed as published', () => {
  const { presentation, verified } = vectors.sdJwtOpenid4vp
  const { jwt, disclosures } = parseSdJwt(presentation)
  expect(processPayload(parseJws(jwt, 'credential.malformed').payload, disclosures).claims).toEqual(verified)
})

test('the key binding of the presentation of OpenID4VP 1.0 verifies with the key of cnf', async () => {
  const { keyBinding, bound, jwt } = parseSdJwt(vectors.sdJwtOpenid4vp.presentation)
  const { cnf } = parseJws(jwt, 'credential.malformed').payload
  const key = parsePublicJwk((cnf as { readonly jwk: unknown }).jwk)
  if (key === undefined || keyBinding === undefined) throw new Error('the vector is incomplete')
  const refusals = {
    malformed: 'credential.malformed',
    signature: 'holder-binding.signature',
    typ: 'credential.type',
  } as const
  const { payload } = await verifyJws(keyBinding, { typ: 'kb+jwt', resolveKey: () => key, refusals })
  expect(payload['sd_hash']).toBe(computeDigest(bound))
})

test.each(vectors.sdJwtRfc9901.examples.map((example, index) => [index, example] as const))(
  'example %i of RFC 9901 is disclosed without digests',
  (_, example) => {
    const { jwt, disclosures } = parseSdJwt(example)
    const { claims, disclosed } = processPayload(parseJws(jwt, 'credential.malformed').payload, disclosures)
    expect(disclosed).toHaveLength(disclosures.length)
    expect(JSON.stringify(claims)).not.toMatch(/_sd|\.\.\./)
  },
)

const responses = [
  ['ISO/IEC 18013-5 annex D', Buffer.from(vectors.annexD.deviceResponseHex, 'hex')],
  ['a wallet in use', Buffer.from(vectors.walletA.deviceResponse, 'base64')],
  ['another wallet in use', Buffer.from(vectors.walletB.deviceResponse, 'hex')],
] as const

test.each(responses)('the mdoc of %s verifies at the time that it was signed', async (_, response) => {
  const [document] = toCborArray(toCborMap(decodeCbor(response)).get('documents'))
  const issuerSigned = toCborMap(toCborMap(document).get('issuerSigned'))
  const verifyAt = (now: number) =>
    verifyIssuerSignedMap(issuerSigned, { resolvePath: ([leaf]) => new X509Certificate(leaf ?? ''), now })
  const expired = await verifyAt(Date.UTC(2040, 0, 1)).catch((error: unknown) => error)
  expect(expired).toMatchObject({ code: 'credential.expired' })
  expect(expired).toBeInstanceOf(Refusal)
  const now = await verifyAt(0).catch(() => undefined)
  expect(now).toBeUndefined()
  const claims = await verifyAnyTime(verifyAt)
  expect(Object.values(claims).some((elements) => Object.keys(elements).length > 0)).toBe(true)
})

/** Verifies at the first of January of the years in which the vectors were made. */
async function verifyAnyTime(verifyAt: (now: number) => ReturnType<typeof verifyIssuerSignedMap>) {
  for (let month = 0; month < 12 * 8; month++) {
    const verified = await verifyAt(Date.UTC(2020, month, 2)).catch(() => undefined)
    if (verified !== undefined) return verified.claims
  }
  throw new Error('the vector verifies at no time')
}
