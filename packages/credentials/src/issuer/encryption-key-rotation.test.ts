import { CompactEncrypt, importJWK } from 'jose'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Keyring, memoryStorage, type Storage } from '@billfold/core'
import {
  createIssuerHost,
  createTestPki,
  identity,
  type IssuerHost,
  ada,
  publicUrl,
  testKeyring,
} from '../test-fixtures/issuer-host.ts'
import {
  createWalletClient,
  createWalletKey,
  findCode,
  preAuthorizedGrant,
  signProof,
  tokenOf,
  type WalletClient,
  type WireReply,
} from '../test-fixtures/wallet-client.ts'
import { credentialKeys } from './tables.ts'

const jwkSchema = z.object({ kid: z.string(), kty: z.string(), crv: z.string(), x: z.string(), y: z.string() })
const metadataSchema = z.object({
  credential_request_encryption: z.object({ jwks: z.object({ keys: z.tuple([jwkSchema]) }) }),
})
type PublishedKey = z.output<typeof jwkSchema>
const dayMs = 24 * 60 * 60 * 1000
const said = ({ status, body }: WireReply) => [status, body['error'] ?? Object.keys(body)]
const refused = [400, 'invalid_encryption_parameters']

let pki: Awaited<ReturnType<typeof createTestPki>>
let storage: Storage
let keyring: Keyring
let host: IssuerHost
let wallet: WalletClient
let now: number

const startHost = () =>
  createIssuerHost(pki.signer, { storage, keyring, now: () => now, issuer: { bearerTokens: true } })

beforeAll(async () => {
  pki = await createTestPki()
})
beforeEach(async () => {
  now = Date.now()
  storage = memoryStorage()
  keyring = testKeyring()
  host = startHost()
  wallet = await createWalletClient(host.credentials.issuer, publicUrl)
})

const published = async (one: WalletClient = wallet): Promise<PublishedKey> => {
  const { body } = await one.send('/.well-known/openid-credential-issuer', { method: 'GET' })
  return metadataSchema.parse(body).credential_request_encryption.jwks.keys[0]
}
/** Requests a credential, encrypted to a key. */
const ask = async (jwk: PublishedKey, kid: string | undefined = jwk.kid) => {
  const code = await findCode(wallet.send, (await host.credentials.issuer.offer(identity, { claims: ada })).uri)
  const form = { grant_type: preAuthorizedGrant, 'pre-authorized_code': code }
  const headers = { authorization: `Bearer ${tokenOf(await wallet.send('/token', { form }))}` }
  const proof = { aud: publicUrl, nonce: await wallet.nonce(), iat: Math.floor(now / 1000) }
  const jwt = [await signProof(await createWalletKey(), proof)]
  const request = { credential_configuration_id: 'identity.sd-jwt', proofs: { jwt } }
  const jwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(request)))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', ...(kid !== '' && { kid }) })
    .encrypt(await importJWK(jwk, 'ECDH-ES'))
  return wallet.send('/credential', { headers, jwt: jwe })
}

test('the key of credential requests is replaced after 90 days, and accepted for another seven', async () => {
  const first = await published()
  now += 89 * dayMs
  await host.maintain()
  expect(await published()).toEqual(first)
  now += 2 * dayMs
  await host.maintain()
  const second = await published()
  expect(second.kid).not.toBe(first.kid)
  for (const key of [first, second]) expect((await ask(key)).status).toBe(200)
  now += 7 * dayMs - 1
  expect((await ask(first)).status).toBe(200)
  now += 1
  expect(said(await ask(first))).toEqual(refused)
  expect((await ask(second)).status).toBe(200)
  await host.maintain()
  expect((await storage.find(credentialKeys, {})).map(({ state }) => state)).toEqual(['current'])
})

test('a request without a key id is decrypted by the current key only', async () => {
  const first = await published()
  expect((await ask(first, '')).status).toBe(200)
  now += 91 * dayMs
  await host.maintain()
  const second = await published()
  expect((await ask(second, '')).status).toBe(200)
  expect(said(await ask(first, ''))).toEqual(refused)
  expect(said(await ask(first, second.kid))).toEqual(refused)
})

test('a request is decrypted by the current key before anybody has read new metadata', async () => {
  const first = await published()
  now += 91 * dayMs
  await host.maintain()
  expect((await ask(first)).status).toBe(200)
})

test('of several processes one makes the key, before the first and after each rotation', async () => {
  const others = [startHost(), startHost(), startHost()]
  const clients = await Promise.all(others.map((one) => createWalletClient(one.credentials.issuer, publicUrl)))
  const read = async () => new Set((await Promise.all(clients.map(published))).map(({ kid }) => kid))
  const before = await read()
  expect(before.size).toBe(1)
  now += 91 * dayMs
  await Promise.all(others.map((one) => one.maintain()))
  const after = await read()
  expect(after.size).toBe(1)
  expect(after).not.toEqual(before)
  expect(await storage.find(credentialKeys, {})).toHaveLength(2)
})

test('a private key is stored sealed, and never published', async () => {
  const key = await published()
  expect(Object.keys(key).sort()).toEqual(['crv', 'kid', 'kty', 'x', 'y'])
  const { text } = await wallet.send('/.well-known/openid-credential-issuer', { method: 'GET' })
  expect(text).not.toContain('"d"')
  const [row] = await storage.find(credentialKeys, {})
  expect(JSON.parse(row?.publicKey ?? '{}')).not.toHaveProperty('d')
})
