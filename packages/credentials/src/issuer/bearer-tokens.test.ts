import { createTestUser } from '@billfold/testing'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Keyring, memoryStorage, type Storage } from '@billfold/core'
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
  consentOf,
  createWalletClient,
  createWalletKey,
  findCode,
  preAuthorizedGrant,
  sha256,
  signDpop,
  signProof,
  tokenOf,
  type WalletClient,
  type WireReply,
} from '../test-fixtures/wallet-client.ts'

const said = ({ status, body }: WireReply) => [status, body['error'] ?? Object.keys(body)]
const redirectUri = 'https://wallet.example.com/back'
const clientId = 'wallet'
const url = `${publicUrl}/credential`

let pki: Awaited<ReturnType<typeof createTestPki>>
let storage: Storage
let host: IssuerHost
let wallet: WalletClient
let userId: string
let now: number
let keyring: Keyring

const startHost = async (issuer: Parameters<typeof createIssuerHost>[1] = {}) => {
  host = createIssuerHost(pki.signer, { storage, keyring, now: () => now, ...issuer })
  wallet = await createWalletClient(host.credentials.issuer, publicUrl)
}

beforeAll(async () => {
  pki = await createTestPki()
})
beforeEach(async () => {
  now = Date.now()
  storage = memoryStorage()
  keyring = testKeyring()
  userId = await createTestUser(storage)
  await startHost({
    issuer: {
      bearerTokens: true,
      clients: [{ clientId, redirectUris: [redirectUri] }],
      authorize: () => ({ userId }),
    },
  })
})

const offered = async () => findCode(wallet.send, (await host.credentials.issuer.offer(identity, { claims: ada })).uri)
const redeem = async (code: string, headers: Readonly<Record<string, string>> = {}) =>
  wallet.send('/token', { headers, form: { grant_type: preAuthorizedGrant, 'pre-authorized_code': code } })
const bound = async () => redeem(await offered(), { dpop: await signDpop(wallet.key, `${publicUrl}/token`) })
const request = async () => ({
  credential_configuration_id: 'identity.sd-jwt',
  proofs: {
    jwt: [
      await signProof(await createWalletKey(), {
        aud: publicUrl,
        nonce: await wallet.nonce(),
        iat: Math.floor(now / 1000),
      }),
    ],
  },
})
const ask = async (headers: Readonly<Record<string, string>>) =>
  wallet.send('/credential', { headers, json: await request() })

describe('a Bearer token', () => {
  test('is issued without DPoP, without a refresh token, for five minutes', async () => {
    const reply = await redeem(await offered())
    expect(reply.body).toMatchObject({ token_type: 'Bearer', expires_in: 300 })
    expect(reply.body).not.toHaveProperty('refresh_token')
    const token = tokenOf(reply)
    expect((await ask({ authorization: `Bearer ${token}` })).status).toBe(200)
    now += 299_000
    expect((await ask({ authorization: `bearer ${token}` })).status).toBe(200)
    now += 2_000
    expect(said(await ask({ authorization: `Bearer ${token}` }))).toEqual([401, 'invalid_token'])
  })

  test('is refused under the scheme DPoP, with a proof and without', async () => {
    const token = tokenOf(await redeem(await offered()))
    const dpop = await signDpop(wallet.key, url, { token })
    expect(said(await ask({ authorization: `DPoP ${token}`, dpop }))).toEqual([401, 'invalid_token'])
    expect(said(await ask({ authorization: `DPoP ${token}` }))).toEqual([401, 'invalid_token'])
  })

  test('is refused at the routes of later credentials and notifications once it has expired', async () => {
    const token = tokenOf(await redeem(await offered()))
    now += 301_000
    const headers = { authorization: `Bearer ${token}` }
    const deferred = { headers, json: { transaction_id: 'x' } }
    expect(said(await wallet.send('/deferred_credential', deferred))).toEqual([401, 'invalid_token'])
    const notification = { headers, json: { notification_id: 'x', event: 'credential_accepted' } }
    expect(said(await wallet.send('/notification', notification))).toEqual([401, 'invalid_token'])
  })

  test('is announced by the challenge beside DPoP, only where it is issued', async () => {
    const missing = await wallet.send('/credential', { json: {} })
    expect(missing.headers['www-authenticate']).toBe('DPoP algs="ES256", Bearer')
    const wrong = await ask({ authorization: 'Bearer x' })
    expect(wrong.headers['www-authenticate']).toBe(
      'DPoP error="invalid_token", algs="ES256", Bearer error="invalid_token"',
    )
    await startHost()
    expect((await wallet.send('/credential', { json: {} })).headers['www-authenticate']).toBe('DPoP algs="ES256"')
  })

  test('is not issued by an issuer without bearerTokens, nor accepted once the option is gone', async () => {
    const token = tokenOf(await redeem(await offered()))
    await startHost()
    const code = await offered()
    expect(said(await redeem(code))).toEqual([400, 'invalid_dpop_proof'])
    expect(said(await ask({ authorization: `Bearer ${token}` }))).toEqual([401, 'invalid_token'])
  })

  test('is no option of the profile haip', () => {
    const issuer = { bearerTokens: true, walletProviders: pki.trust }
    expect(() => createIssuerHost(pki.signer, { profile: 'haip', issuer })).toThrow('issuer.bearerTokens')
  })
})

describe('a token that is bound to a key, where Bearer tokens are issued too', () => {
  test('is refused as Bearer, with the proof of its key and without, and uses nothing up', async () => {
    const reply = await bound()
    expect(reply.body).toMatchObject({ token_type: 'DPoP', expires_in: 3600 })
    const token = tokenOf(reply)
    const dpop = await signDpop(wallet.key, url, { token })
    const bare = await ask({ authorization: `Bearer ${token}` })
    expect(said(bare)).toEqual([401, 'invalid_token'])
    expect(bare.headers['www-authenticate']).toContain('DPoP error="invalid_token"')
    expect(said(await ask({ authorization: `Bearer ${token}`, dpop }))).toEqual([401, 'invalid_token'])
    expect(said(await ask({ authorization: `DPoP ${token}` }))).toEqual([401, 'invalid_token'])
    expect((await ask({ authorization: `DPoP ${token}`, dpop })).status).toBe(200)
  })

  test('is not refreshed without the proof of its key', async () => {
    const refresh_token = String((await bound()).body['refresh_token'])
    const form = { grant_type: 'refresh_token', refresh_token }
    expect(said(await wallet.send('/token', { form }))).toEqual([400, 'invalid_grant'])
    const headers = { dpop: await signDpop(wallet.key, `${publicUrl}/token`) }
    expect((await wallet.send('/token', { headers, form })).body).toMatchObject({ token_type: 'DPoP' })
  })
})

describe('an authorization code that is bound to a key, where Bearer tokens are issued too', () => {
  const verifier = 'v'.repeat(43)
  const authorized = async (sent: {
    readonly headers?: Readonly<Record<string, string>>
    readonly form?: Readonly<Record<string, string>>
  }) => {
    const pushed = await wallet.send('/par', {
      headers: sent.headers ?? {},
      form: {
        client_id: clientId,
        response_type: 'code',
        redirect_uri: redirectUri,
        code_challenge: sha256(verifier),
        code_challenge_method: 'S256',
        issuer_state: await issuerState(),
        ...sent.form,
      },
    })
    const request_uri = String(pushed.body['request_uri'])
    const query = new URLSearchParams({ client_id: clientId, request_uri }).toString()
    const page = await wallet.send(`/authorize?${query}`, { method: 'GET' })
    const cookie = String(page.headers['set-cookie']).split(';', 1)[0] ?? ''
    const form = { request_uri, consent: consentOf(page), decision: 'allow' }
    const decided = await wallet.send('/authorize', { headers: { cookie }, form })
    return new URL(String(decided.headers['location'])).searchParams.get('code') ?? ''
  }
  const issuerState = async () => {
    const input = { claims: ada, subject: { userId }, grants: ['authorization_code'], by: 'value' } as const
    const { uri } = await host.credentials.issuer.offer(identity, input)
    const offer: { grants: { authorization_code: { issuer_state: string } } } = JSON.parse(
      new URL(uri).searchParams.get('credential_offer') ?? '',
    )
    return offer.grants.authorization_code.issuer_state
  }
  const exchange = (code: string, headers: Readonly<Record<string, string>> = {}) => {
    const form = { grant_type: 'authorization_code', client_id: clientId, code, code_verifier: verifier }
    return wallet.send('/token', { headers, form })
  }
  const proof = () => signDpop(wallet.key, `${publicUrl}/token`)

  test.each(['a DPoP proof', 'dpop_jkt'])('by %s becomes no Bearer token', async (by) => {
    const sent =
      by === 'dpop_jkt'
        ? { form: { dpop_jkt: wallet.key.thumbprint } }
        : { headers: { dpop: await signDpop(wallet.key, `${publicUrl}/par`) } }
    const code = await authorized(sent)
    expect(said(await exchange(code))).toEqual([400, 'invalid_grant'])
    expect((await exchange(code, { dpop: await proof() })).body).toMatchObject({ token_type: 'DPoP' })
  })

  test('by nothing becomes a Bearer token, once', async () => {
    const code = await authorized({})
    expect((await exchange(code)).body).toMatchObject({ token_type: 'Bearer', expires_in: 300 })
    expect(said(await exchange(code))).toEqual([400, 'invalid_grant'])
  })
})
