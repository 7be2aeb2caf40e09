import { X509Certificate } from 'node:crypto'
import { compactVerify, createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet } from 'jose'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Keyring, memoryStorage, type Storage } from '@billfold/core'
import { verifyIssuerSigned } from '../formats/mdoc/issuer-signed.ts'
import { verifyStatusListToken } from '../formats/status-list/status-list-token.ts'
import { issueCertificate, signerOf, type TestCertificate } from '../test-fixtures/pki.ts'
import {
  ada,
  createIssuerHost,
  createTestPki,
  identity,
  type IssuerHost,
  publicUrl,
  testKeyring,
} from '../test-fixtures/issuer-host.ts'
import {
  createWalletClient,
  credentialsOf,
  sendTo,
  tokenOf,
  type WalletClient,
  type WireReply,
} from '../test-fixtures/wallet-client.ts'
import type { CredentialSigner } from '../trust/credential-signer.ts'

const jwkSchema = z.object({ kid: z.string(), kty: z.string(), crv: z.string(), x: z.string(), y: z.string() })
const statusSchema = z.object({ status: z.object({ status_list: z.object({ uri: z.string() }) }) })
const x5cSchema = z.object({ x5c: z.array(z.string()) })

let pki: Awaited<ReturnType<typeof createTestPki>>
let current: TestCertificate
let next: TestCertificate
let storage: Storage
let keyring: Keyring
let host: IssuerHost
let wallet: WalletClient

const start = async (...signer: readonly CredentialSigner[]) => {
  host = createIssuerHost(signer, { storage, keyring })
  wallet = await createWalletClient(host.credentials.issuer, publicUrl)
}
const redeem = async () =>
  tokenOf(await wallet.redeem((await host.credentials.issuer.offer(identity, { claims: ada })).uri))
const issue = async (configuration = 'identity.sd-jwt') =>
  credentialsOf(await wallet.request(await redeem(), configuration))[0] ?? ''
const read = (path: string, headers: Record<string, string> = {}) => wallet.send(path, { method: 'GET', headers })
const keysOf = ({ body }: WireReply): JSONWebKeySet => z.object({ keys: z.array(jwkSchema) }).parse(body)
const coordinateOf = ({ der }: TestCertificate) => new X509Certificate(der).publicKey.export({ format: 'jwk' }).x
const issuerJwt = (credential: string) => credential.split('~', 1)[0] ?? ''
const signedBy = (jws: string) => x5cSchema.parse(decodeProtectedHeader(jws)).x5c
const chainOf = ({ der }: TestCertificate) => [Buffer.from(der).toString('base64')]

beforeAll(async () => {
  pki = await createTestPki()
  current = await issueCertificate(pki.authority, 'Current', { until: 40, uris: [publicUrl] })
  next = await issueCertificate(pki.authority, 'Next', { until: 400, uris: [publicUrl] })
})
beforeEach(() => {
  storage = memoryStorage()
  keyring = testKeyring()
})

describe('of several signers', () => {
  test('the first signs credentials, status lists and metadata, and all are published in their order', async () => {
    await start(signerOf(current), signerOf(next))
    const jwt = issuerJwt(await issue())
    expect(signedBy(jwt)).toEqual(chainOf(current))
    const { uri } = statusSchema.parse(decodeJwt(jwt)).status.status_list
    const list = (await read(uri.slice(publicUrl.length))).text
    expect(signedBy(list)).toEqual(chainOf(current))
    const metadata = await read('/.well-known/openid-credential-issuer', { accept: 'application/jwt' })
    expect(signedBy(metadata.text)).toEqual(chainOf(current))
    const jwks = keysOf(await read('/jwks'))
    expect(jwks.keys.map(({ x }) => x)).toEqual([coordinateOf(current), coordinateOf(next)])
    await compactVerify(jwt, createLocalJWKSet(jwks))
    const mdoc = await issue('identity.mdoc')
    const resolvePath = () => Promise.resolve(new X509Certificate(current.der))
    expect(await verifyIssuerSigned(mdoc, { now: Date.now(), resolvePath })).toHaveProperty('claims')
  })

  test('the other signs once it is first, and what was signed before is verified by what is published', async () => {
    await start(signerOf(current), signerOf(next))
    const before = issuerJwt(await issue())
    await start(signerOf(next), signerOf(current))
    const after = issuerJwt(await issue())
    expect(signedBy(after)).toEqual(chainOf(next))
    const jwks = keysOf(await read('/jwks'))
    expect(jwks.keys.map(({ x }) => x)).toEqual([coordinateOf(next), coordinateOf(current)])
    for (const jwt of [before, after]) await compactVerify(jwt, createLocalJWKSet(jwks))
    const { uri } = statusSchema.parse(decodeJwt(before)).status.status_list
    const list = (await read(uri.slice(publicUrl.length))).text
    const resolveKey = () => new X509Certificate(next.der).publicKey
    expect(await verifyStatusListToken(list, { uri, now: Date.now(), resolveKey })).toMatchObject({ bits: 2 })
    await start(signerOf(next))
    expect(keysOf(await read('/jwks')).keys.map(({ x }) => x)).toEqual([coordinateOf(next)])
  })

  test('the certificate of the first ends the validity of what it signs, not that of another', async () => {
    const soon = await issueCertificate(pki.authority, 'Soon', { until: 5 })
    await start(signerOf(soon), signerOf(next))
    const short = decodeJwt(issuerJwt(await issue())).exp ?? 0
    await start(signerOf(next), signerOf(soon))
    const long = decodeJwt(issuerJwt(await issue())).exp ?? 0
    expect(short * 1000).toBeLessThanOrEqual(soon.certificate.notAfter.getTime())
    expect(long * 1000).toBeGreaterThan(soon.certificate.notAfter.getTime())
  })

  test('two certificates of one key are published as one key', async () => {
    const renewed = await issueCertificate(pki.authority, 'Renewed', { keys: current.keys })
    await start(signerOf(renewed), signerOf(current))
    expect(keysOf(await read('/jwks')).keys.map(({ x }) => x)).toEqual([coordinateOf(current)])
  })

  test('one with the key of another certificate signs nothing, and nothing is stored as issued', async () => {
    await start({ ...signerOf(next), certificates: signerOf(current).certificates }, signerOf(next))
    expect((await wallet.request(await redeem(), 'identity.sd-jwt')).status).toBe(500)
    expect(await host.credentials.issuer.list()).toEqual([])
  })

  test('each must have a chain that can be published, and there must be one', () => {
    const authority = { ...signerOf(next), certificates: [pki.authority.der] }
    expect(() => createIssuerHost([signerOf(current), authority])).toThrow('certificate of an authority')
    expect(() => createIssuerHost([])).toThrow('at least one signer')
  })
})

describe('a certificate that names the issuer', () => {
  const root = () => sendTo(host.credentials.wellKnown)
  const path = '/.well-known/jwt-vc-issuer'

  test('makes the issuer part of credentials, and its keys are published by value at both paths', async () => {
    await start(signerOf(current), signerOf(next))
    expect(decodeJwt(issuerJwt(await issue())).iss).toBe(publicUrl)
    const reply = await root()(`${path}/issuer`, { method: 'GET' })
    expect(reply.headers['cache-control']).toBe('public, max-age=300')
    expect(reply.body).toEqual({ issuer: publicUrl, jwks: (await read('/jwks')).body })
    expect(reply.text).not.toContain('"d"')
    expect((await read(path)).body).toEqual(reply.body)
  })

  test('keeps the keys published while it is not the first', async () => {
    await start(pki.signer, signerOf(current))
    const jwt = issuerJwt(await issue())
    expect(decodeJwt(jwt)).not.toHaveProperty('iss')
    expect(decodeProtectedHeader(jwt)).not.toHaveProperty('kid')
    expect((await root()(`${path}/issuer`, { method: 'GET' })).body['issuer']).toBe(publicUrl)
  })

  test.each([[`${publicUrl}/`], [`${publicUrl}2`], ['https://issuer.example.com'], ['https://other.example/issuer']])(
    'as %s is another, and nothing is published',
    async (uri) => {
      await start(signerOf(await issueCertificate(pki.authority, 'Other', { uris: [uri], dnsNames: ['example.com'] })))
      expect(decodeJwt(issuerJwt(await issue()))).not.toHaveProperty('iss')
      expect(host.credentials.wellKnown.routes.map((one) => one.path)).not.toContain(`${path}/issuer`)
      expect(host.credentials.issuer.routes.map((one) => one.path)).not.toContain(path)
    },
  )
})
