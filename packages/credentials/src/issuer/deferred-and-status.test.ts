import { X509Certificate } from 'node:crypto'
import { compactDecrypt, CompactEncrypt, compactVerify, exportJWK, generateKeyPair, importJWK } from 'jose'
import { createTestUser } from '@billfold/testing'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { memoryStorage, type Storage } from '@billfold/core'
import { statusAt } from '../formats/status-list/status-list.ts'
import { verifyStatusListToken } from '../formats/status-list/status-list-token.ts'
import { createAuthority, issueCertificate, signerOf } from '../test-fixtures/pki.ts'
import {
  ada,
  createIssuerHost,
  createTestPki,
  identity,
  type IssuerHost,
  membership,
  publicUrl,
} from '../test-fixtures/issuer-host.ts'
import {
  createWalletClient,
  createWalletKey,
  credentialsOf,
  sendTo,
  signProof,
  tokenOf,
  type WalletClient,
  type WireReply,
} from '../test-fixtures/wallet-client.ts'
import { credentialType } from './types/credential-type.ts'
import { claimsOf } from './types/dataset-source.ts'

const said = ({ status, body }: WireReply) => [status, body['error'] ?? Object.keys(body)]
let sourced: { level: string } | 'later' | 'denied'
const late = credentialType({
  id: 'late',
  claims: z.object({ level: z.string() }),
  sdJwt: { vct: 'urn:example:late:1' },
  from: claimsOf(() => sourced, { mayDefer: true }),
})

let pki: Awaited<ReturnType<typeof createTestPki>>
let storage: Storage
let host: IssuerHost
let wallet: WalletClient
let now: number
const issuer = () => host.credentials.issuer
const read = (path: string, headers: Record<string, string> = {}) => wallet.send(path, { method: 'GET', headers })

beforeAll(async () => {
  pki = await createTestPki()
})
beforeEach(async () => {
  storage = memoryStorage()
  now = Date.now()
  host = createIssuerHost(pki.signer, { storage, now: () => now, issuer: { types: [identity, membership, late] } })
  wallet = await createWalletClient(issuer(), publicUrl)
})

describe('a credential that comes later', () => {
  const start = async () => {
    sourced = 'later'
    const userId = await createTestUser(storage)
    const { uri } = await issuer().offer(late, { subject: { userId } })
    return wallet.redeem(uri)
  }
  const poll = (token: string, transaction_id: unknown) =>
    wallet.post('/deferred_credential', token, { json: { transaction_id } })

  test('is waited for and issued once, bound to the key that was proven', async () => {
    const reply = await start()
    expect(reply.body).toHaveProperty('refresh_token')
    const token = tokenOf(reply)
    const waiting = await wallet.request(token, 'late.sd-jwt')
    expect(said(waiting)).toEqual([202, ['transaction_id', 'interval']])
    const { transaction_id: id } = waiting.body
    expect(said(await poll(token, id))).toEqual([202, ['transaction_id', 'interval']])
    sourced = { level: 'gold' }
    expect(said(await poll(token, 'x'))).toEqual([400, 'invalid_transaction_id'])
    expect(said(await poll(token, 7))).toEqual([400, 'invalid_transaction_id'])
    expect(said(await poll(token, id))).toEqual([200, ['credentials']])
    expect(said(await poll(token, id))).toEqual([400, 'invalid_transaction_id'])
  })

  test('is refused for good when there is none', async () => {
    const token = tokenOf(await start())
    const { transaction_id: id } = (await wallet.request(token, 'late.sd-jwt')).body
    sourced = 'denied'
    expect(said(await poll(token, id))).toEqual([400, 'credential_request_denied'])
    sourced = { level: 'gold' }
    expect(said(await poll(token, id))).toEqual([400, 'invalid_transaction_id'])
  })
})

describe('an encrypted request', () => {
  const metadataSchema = z.object({
    credential_request_encryption: z.object({
      jwks: z.object({
        keys: z.array(z.object({ kid: z.string(), kty: z.string(), crv: z.string(), x: z.string(), y: z.string() })),
      }),
    }),
  })

  test('is decrypted, and its reply is encrypted to the key that it names', async () => {
    const token = tokenOf(await wallet.redeem((await issuer().offer(identity, { claims: ada })).uri))
    const { body } = await read('/.well-known/openid-credential-issuer')
    const [jwk] = metadataSchema.parse(body).credential_request_encryption.jwks.keys
    if (jwk === undefined) throw new Error('no key')
    const own = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true })
    const ask = async (change: object, header: object = {}) => {
      const jwt = [await signProof(await createWalletKey(), { aud: publicUrl, nonce: await wallet.nonce() })]
      const request = {
        credential_configuration_id: 'identity.sd-jwt',
        proofs: { jwt },
        credential_response_encryption: {
          jwk: { ...(await exportJWK(own.publicKey)), alg: 'ECDH-ES', kid: 'mine' },
          enc: 'A256GCM',
        },
        ...change,
      }
      const jwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(request)))
        .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A128GCM', kid: jwk.kid, ...header })
        .encrypt(await importJWK(jwk, 'ECDH-ES'))
      return wallet.post('/credential', token, { jwt: jwe })
    }
    const reply = await ask({})
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'application/jwt'])
    const { plaintext, protectedHeader } = await compactDecrypt(reply.text, own.privateKey)
    expect(protectedHeader).toMatchObject({ kid: 'mine', enc: 'A256GCM' })
    expect(Object.keys(JSON.parse(new TextDecoder().decode(plaintext)))).toEqual(['credentials', 'notification_id'])
    expect((await ask({ credential_response_encryption: undefined })).status).toBe(200)
    const wrong = [
      { jwk: {}, enc: 'A256GCM' },
      { jwk: await exportJWK(own.publicKey), enc: 'A128CBC-HS256' },
    ]
    for (const credential_response_encryption of wrong)
      expect(said(await ask({ credential_response_encryption }))).toEqual([400, 'invalid_encryption_parameters'])
    expect(said(await ask({}, { kid: 'unknown' }))).toEqual([400, 'invalid_encryption_parameters'])
    // Errors are never encrypted.
    expect(said(await ask({ credential_configuration_id: 'x' }))).toEqual([400, 'unknown_credential_configuration'])
    expect(said(await wallet.post('/credential', token, { jwt: 'a.b.c.d.e' }))).toEqual([
      400,
      'invalid_encryption_parameters',
    ])
  })
})

describe('a status list', () => {
  const statusSchema = z.object({ status: z.object({ status_list: z.object({ idx: z.int(), uri: z.string() }) }) })
  const issue = async () => {
    const token = tokenOf(await wallet.redeem((await issuer().offer(identity, { claims: ada })).uri))
    const [text = ''] = credentialsOf(await wallet.request(token, 'identity.sd-jwt'))
    const payload: unknown = JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString())
    const [row] = (await issuer().list()).slice(-1)
    if (row === undefined) throw new Error('nothing was issued')
    return { id: row.id, ...statusSchema.parse(payload).status.status_list }
  }
  const statusOf = async ({ idx, uri }: { readonly idx: number; readonly uri: string }) => {
    const { text } = await read(uri.slice(publicUrl.length))
    const { statuses, bits } = await verifyStatusListToken(text, {
      uri,
      now,
      resolveKey: () => new X509Certificate(pki.leaf.der).publicKey,
    })
    return statusAt(statuses, bits, idx)
  }

  test('says what the host says, at once, and revoked is final', async () => {
    const one = await issue()
    const other = await issue()
    expect(await statusOf(one)).toBe(0)
    await issuer().changeStatus(one.id, { status: 'suspended' })
    expect(await statusOf(one)).toBe(2)
    await issuer().changeStatus(one.id, { status: 'valid' })
    expect(await statusOf(one)).toBe(0)
    await issuer().changeStatus(one.id, { status: 'revoked', reason: 'lost' })
    expect([await statusOf(one), await statusOf(other)]).toEqual([1, 0])
    await expect(issuer().changeStatus(one.id, { status: 'valid' })).rejects.toMatchObject({
      code: 'credential.revoked',
    })
    await expect(issuer().changeStatus('x', { status: 'valid' })).rejects.toMatchObject({
      code: 'credential.not-found',
    })
  })

  test('is cached until it changes or is too old, and is not sent again to who has it', async () => {
    const { id, uri } = await issue()
    const path = uri.slice(publicUrl.length)
    const first = await read(path)
    expect(first.headers).toMatchObject({
      'content-type': 'application/statuslist+jwt',
      'cache-control': 'public, max-age=300',
    })
    const etag = String(first.headers['etag'])
    expect((await read(path)).text).toBe(first.text)
    expect((await read(path, { 'if-none-match': etag })).status).toBe(304)
    expect((await read(path, { accept: 'application/statuslist+cwt' })).status).toBe(406)
    expect((await read('/status-lists/none')).status).toBe(404)
    now += 301_000
    const second = await read(path, { 'if-none-match': etag })
    expect(second.status).toBe(200)
    await issuer().changeStatus(id, { status: 'revoked' })
    expect((await read(path)).text).not.toBe(second.text)
  })

  test('of a type without suspension has one bit, and is another list', async () => {
    const token = tokenOf(await wallet.redeem((await issuer().offer(membership, { claims: { level: 'gold' } })).uri))
    await wallet.request(token, 'membership.sd-jwt')
    const [row] = await issuer().list({ type: 'membership' })
    if (row === undefined) throw new Error('nothing was issued')
    await expect(issuer().changeStatus(row.id, { status: 'suspended' })).rejects.toMatchObject({
      code: 'credential.no-status',
    })
    expect((await issuer().changeStatus(row.id, { status: 'revoked' })).status).toBe('revoked')
  })
})

describe('the metadata', () => {
  test('are at literal paths between host and path, below the mount, and signed if asked', async () => {
    const root = sendTo(host.credentials.wellKnown)
    const paths = host.credentials.wellKnown.routes.map(({ path }) => path)
    expect(paths).toEqual([
      '/.well-known/openid-credential-issuer/issuer',
      '/.well-known/oauth-authorization-server/issuer',
    ])
    const { body, headers } = await root('/.well-known/openid-credential-issuer/issuer', { method: 'GET' })
    expect(headers['cache-control']).toBe('public, max-age=300')
    expect(body).toMatchObject({ credential_issuer: publicUrl, batch_credential_issuance: { batch_size: 3 } })
    expect((await read('/.well-known/openid-credential-issuer')).body).toEqual(body)
    const signed = await read('/.well-known/openid-credential-issuer', { accept: 'application/jwt' })
    const { payload, protectedHeader } = await compactVerify(signed.text, new X509Certificate(pki.leaf.der).publicKey)
    expect(protectedHeader).toMatchObject({ typ: 'openidvci-issuer-metadata+jwt', alg: 'ES256' })
    expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({ sub: publicUrl, ...body })
    const server = await root('/.well-known/oauth-authorization-server/issuer', { method: 'GET' })
    expect(server.body).toMatchObject({ issuer: publicUrl, token_endpoint: `${publicUrl}/token` })
    expect(server.body).not.toHaveProperty('authorization_endpoint')
  })

  test('describe a type at its URL, and list claims with names', async () => {
    expect((await read('/types/membership')).body).toMatchObject({
      vct: membership.sdJwt?.vct,
      claims: [{ path: ['level'], mandatory: true }],
    })
    expect((await read('/types/identity')).status).toBe(404)
    const { body } = await read('/.well-known/openid-credential-issuer')
    expect(JSON.stringify(body)).toContain('"path":["nationalities",null]')
    expect(JSON.stringify(body)).toContain('"Given name"')
  })
})

describe('the options', () => {
  test.each([
    'http://issuer.example.com',
    'https://issuer.example.com/',
    'https://issuer.example.com/a?b',
    'https://Issuer.example.com',
    'https://issuer.example.com/a#b',
    'https://issuer.example.com/a%20b',
    'issuer.example.com',
  ])('refuse %s as public URL', (url) => {
    expect(() => createIssuerHost(pki.signer, { issuer: { publicUrl: url } })).toThrow('issuer.publicUrl must be https')
  })

  test('refuse a signer whose chain is self-signed, and the profile haip without wallet providers', async () => {
    const authority = await createAuthority('Self')
    const leaf = await issueCertificate(authority, 'Leaf')
    expect(() => createIssuerHost(signerOf(leaf, authority))).toThrow('self-signed')
    expect(() => createIssuerHost(pki.signer, { profile: 'haip' })).toThrow('issuer.walletProviders')
  })

  test.each([
    [{ id: 'A' }, 'id must be'],
    [{ days: 0 }, 'days must be'],
    [{ batch: 21 }, 'batch must be'],
    [{ status: 'none' as const }, 'days must be 1'],
    [{ claims: z.object({ iss: z.string() }) }, 'claims must not have'],
    [{ sdJwt: undefined }, 'need one of the two'],
  ])('refuse the type %j', (change, message) => {
    const options: Parameters<typeof credentialType>[0] = {
      id: 'x',
      claims: z.object({ a: z.string() }),
      sdJwt: { vct: 'urn:x' },
    }
    const { sdJwt, ...rest } = { ...options, ...change }
    expect(() => credentialType({ ...rest, ...(sdJwt !== undefined && { sdJwt }) })).toThrow(message)
  })
})

describe('maintenance', () => {
  test('warns once a day of a signer that expires soon, and deletes what has expired', async () => {
    const leaf = await issueCertificate(pki.authority, 'Soon', { until: 10 })
    const soon = createIssuerHost(signerOf(leaf), { storage, now: () => now })
    await soon.maintain()
    await soon.maintain()
    expect((await soon.audit.search({ action: 'signer.expiring' })).records).toHaveLength(1)
    const { uri } = await issuer().offer(identity, { claims: ada })
    now += 3 * 24 * 3600 * 1000
    await expect(wallet.redeem(uri)).rejects.toThrow('grants')
    await host.maintain()
    await expect(issuer().endOffer('x')).rejects.toMatchObject({ code: 'offer.not-found' })
  })
})
