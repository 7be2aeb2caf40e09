import { createHash, X509Certificate } from 'node:crypto'
import { setGlobalConfig } from '@openid4vc/oauth2'
import {
  isOpenid4vpAuthorizationRequestDcApi,
  Openid4vpClient,
  type Openid4vpAuthorizationRequest,
} from '@openid4vc/openid4vp'
import {
  createDeviceResponse,
  createKeyBinding,
  createMdoc,
  createSdJwt,
  fullDate,
  openid4vpTranscript,
  selectDisclosures,
} from '@billfold/credentials/formats'
import { calculateJwkThumbprint, CompactEncrypt, compactVerify, importJWK, type JWK } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHolderKey, startVerifier, type VerifierServer } from './server.ts'

setGlobalConfig({ allowInsecureUrls: true })

let server: VerifierServer
const holder = createHolderKey()

beforeAll(async () => {
  server = await startVerifier()
})
afterAll(() => server.close())

/** A wallet of another implementation, with the cryptography that it leaves to its host. */
const wallet = new Openid4vpClient({
  callbacks: {
    fetch,
    hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
    verifyJwt: async (signer, { compact }) => {
      const [der = ''] = signer.method === 'x5c' ? signer.x5c : []
      const { publicKey } = new X509Certificate(Buffer.from(der, 'base64'))
      await compactVerify(compact, publicKey)
      const { kty, crv, x, y } = publicKey.export({ format: 'jwk' })
      return { verified: true, signerJwk: { kty: String(kty), crv, x, y } }
    },
    getX509CertificateMetadata: () => ({ sanDnsNames: [], sanUriNames: [] }),
    decryptJwe: () => Promise.resolve({ decrypted: false }),
    signJwt: () => Promise.reject(new Error('no response is signed')),
    encryptJwe: async ({ publicJwk, enc, alg }, data) => {
      const encrypting = new CompactEncrypt(Buffer.from(data)).setProtectedHeader({
        alg,
        enc,
        kid: String(publicJwk.kid),
      })
      return { encryptionJwk: publicJwk, jwe: await encrypting.encrypt(await importJWK(toEcJwk(publicJwk), 'ECDH-ES')) }
    },
  },
})

interface PublishedKey {
  readonly kty: string
  readonly crv?: string | undefined
  readonly x?: string | undefined
  readonly y?: string | undefined
}

function toEcJwk({ kty, crv = '', x = '', y = '' }: PublishedKey): JWK {
  return { kty, crv, x, y }
}

/** The other implementation resolves a request, and sends the presentations that we make for it. */
async function answer(
  uri: string,
  present: (request: Openid4vpAuthorizationRequest) => Promise<Record<string, [string]>>,
): Promise<number> {
  const parsed = wallet.parseOpenid4vpAuthorizationRequest({ authorizationRequest: uri })
  const resolved = await wallet.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: parsed.params,
  })
  expect(resolved.client.prefix).toBe('x509_hash')
  const { authorizationRequestPayload } = resolved
  if (isOpenid4vpAuthorizationRequestDcApi(authorizationRequestPayload)) return expect.fail('a request without a URI')
  const created = await wallet.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload,
    authorizationResponsePayload: { vp_token: await present(authorizationRequestPayload) },
    jarm: {
      encryption: { nonce: 'x' },
      serverMetadata: {
        authorization_signing_alg_values_supported: [],
        authorization_encryption_alg_values_supported: ['ECDH-ES'],
        authorization_encryption_enc_values_supported: ['A128GCM', 'A256GCM'],
      },
    },
  })
  const { response } = await wallet.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload,
    authorizationResponsePayload: created.authorizationResponsePayload,
    ...(created.jarm && { jarm: created.jarm }),
  })
  return response.status
}

test('a wallet of another implementation presents an SD-JWT VC', async () => {
  const created = await server.verifier.request({ query: 'pid', flow: 'cross-device' })
  const seconds = Math.floor(Date.now() / 1000)
  const claims = { given_name: 'Erika', family_name: 'Mustermann', birthdate: '1984-01-26', nationalities: ['DE'] }
  const credential = await createSdJwt({
    signer: server.issuer.signer,
    vct: 'urn:eudi:pid:1',
    claims,
    disclosure: 'all',
    holderKey: holder.publicKey,
    expiresAt: seconds + 600,
  })
  const status = await answer(created.uri ?? '', async ({ nonce, client_id: audience }) => {
    const selected = selectDisclosures(
      credential,
      Object.keys(claims).map((name) => [name]),
    )
    return { 'pid-1': [await createKeyBinding(selected, { key: holder, nonce, audience, issuedAt: seconds })] }
  })
  expect(status).toBe(200)
  expect(await server.verifier.result(created)).toMatchObject({
    status: 'verified',
    attributes: { given_name: 'Erika' },
  })
})

test('a wallet of another implementation presents an mdoc', async () => {
  const created = await server.verifier.request({ query: 'pid', flow: 'cross-device' })
  const docType = 'eu.europa.ec.eudi.pid.1'
  const elements = {
    given_name: 'Erika',
    family_name: 'Mustermann',
    birth_date: fullDate('1984-01-26'),
    nationality: ['DE'],
  }
  const now = Date.now()
  const credential = await createMdoc({
    signer: server.issuer.signer,
    docType,
    nameSpaces: { [docType]: elements },
    holderKey: holder.publicKey,
    signedAt: now,
    validFrom: now,
    validUntil: now + 600_000,
  })
  const status = await answer(
    created.uri ?? '',
    async ({ nonce, client_id: clientId, response_uri: responseUri = '', client_metadata: metadata }) => {
      const [key] = metadata?.jwks?.keys ?? []
      if (key === undefined) return expect.fail('the request has no key')
      const jwkThumbprint = Buffer.from(await calculateJwkThumbprint(toEcJwk(key)), 'base64url')
      const transcript = openid4vpTranscript({ clientId, nonce, jwkThumbprint, responseUri })
      const chosen = Object.keys(elements).map((element) => [docType, element] as const)
      return { 'pid-2': [await createDeviceResponse(credential, { elements: chosen, transcript, key: holder })] }
    },
  )
  expect(status).toBe(200)
  expect(await server.verifier.result(created)).toMatchObject({
    status: 'verified',
    attributes: { birth_date: '1984-01-26' },
  })
})
