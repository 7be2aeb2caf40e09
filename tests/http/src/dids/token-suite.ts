import { basicAuthorization } from '../basic-authorization.ts'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import { type DidAuthInput, type DidKey, signEdDsa, signEs256k, signEs256kRecoverable } from './sign-did-auth.ts'
import { createDidClient, type DidReply } from './did-client.ts'
import { createExternalKey, type DidHost, publicUrl } from './did-host.ts'

/** The three modifying routes, each with a valid body for a wallet. */
const routes: readonly { readonly act: string; readonly body: (wallet: { did: string; _id: string }) => object }[] = [
  {
    act: 'POST /wallet/configure',
    body: ({ did }) => ({
      wallet: { did },
      walletConfig: { txsInput: [{ service: { name: 'A', value: randomUUID() } }] },
    }),
  },
  { act: 'POST /wallet/rename', body: ({ did }) => ({ wallets: [{ did, alias: randomUUID() }] }) },
  { act: 'DELETE /wallet', body: ({ _id }) => ({ ids: [_id] }) },
]

/** The suite of `x-did-auth` tokens, for each of the three modifying routes. */
export function tokenSuite(client: MountedClient, host: () => DidHost): void {
  const authorization = (): string => host().authorization
  const { call, createWallet, callWithKey, callAsWallet } = createDidClient(client, authorization)
  const admin = (): DidKey => host().admin

  /** Calls a route with a token, valid or not. */
  const send = (act: string, body: object, token: string): Promise<DidReply> => {
    const [method = '', path = ''] = act.split(' ')
    return call(method, path, body, { 'x-did-auth': token })
  }

  describe.each(routes)('for $act', ({ act, body }) => {
    let made: { did: string; _id: string }
    let json: object
    let right: DidAuthInput
    beforeAll(async () => {
      made = await createWallet()
      json = body(made)
      right = { did: admin().did, act, body: JSON.stringify(json), aud: publicUrl }
    })
    const refusal = [403, 'did-auth.invalid']
    const answerTo = async (token: string): Promise<unknown> => {
      const { status, body: answer } = await send(act, json, token)
      return [status, answer.errorType]
    }

    it('is rejected if malformed or unsigned', async () => {
      expect(await answerTo('nothing')).toEqual(refusal)
      expect(await answerTo('a.b.c')).toEqual(refusal)
      expect(await answerTo('a'.repeat(5000))).toEqual(refusal)
      const good = signEs256k(admin().key, right)
      expect(await answerTo(good.slice(0, good.lastIndexOf('.') + 1))).toEqual(refusal)
      expect(await answerTo(good.replace(/\.[^.]*$/, `.${Buffer.alloc(64).toString('base64url')}`))).toEqual(refusal)
      expect(await answerTo(signEs256k(admin().key, { ...right, header: { alg: 'none' } }))).toEqual(refusal)
      expect(await answerTo(signEs256k(admin().key, { ...right, header: { alg: 'HS256' } }))).toEqual(refusal)
      expect(await answerTo(signEs256k(admin().key, { ...right, header: { crit: ['b64'], b64: false } }))).toEqual(
        refusal,
      )
    })

    it('is rejected if signed by another key or under another algorithm', async () => {
      expect(await answerTo(signEs256k(createExternalKey().key, right))).toEqual(refusal)
      expect(await answerTo(signEs256kRecoverable(createExternalKey().key, right))).toEqual(refusal)
      expect(await answerTo(signEs256k(admin().key, { ...right, header: { alg: 'ES256K-R' } }))).toEqual(refusal)
      expect(await answerTo(signEdDsa(generateKeyPairSync('ed25519').privateKey, right))).toEqual(refusal)
    })

    it('is rejected if a claim does not match', async () => {
      const now = Math.floor(Date.now() / 1000)
      for (const claims of [
        { aud: 'https://elsewhere.example' },
        { aud: [] },
        { aud: undefined },
        { exp: now },
        { exp: now - 1 },
        { exp: now + 310 },
        { exp: String(now + 60) },
        { exp: undefined },
        { nbf: now + 60 },
        { act: act.split(' ')[1] },
        { act: 'GET /wallets' },
        { bod: right.body },
        { bod: 'x' },
        { jti: undefined },
        { jti: '' },
        { iss: 'did:web:example.com' },
        { iss: admin().did.toUpperCase() },
      ])
        expect(await answerTo(signEs256k(admin().key, { ...right, claims }))).toEqual(refusal)
      const other = { ...right, body: `${right.body} ` }
      expect(await answerTo(signEs256k(admin().key, other))).toEqual(refusal)
    })

    it('is rejected if its DID does not control the wallet', async () => {
      const foreign = createExternalKey()
      const { status, body: answer } = await callWithKey(foreign, act, json)
      expect([status, answer.errorType]).toEqual([403, 'did-auth.forbidden'])
    })

    it('is accepted once', async () => {
      const token = signEs256k(admin().key, right)
      expect((await send(act, json, token)).status).toBe(200)
      expect(await answerTo(token)).toEqual(refusal)
      expect(await answerTo(signEs256kRecoverable(admin().key, { ...right, jti: decodeClaims(token).jti }))).toEqual(
        refusal,
      )
    })
  })

  it('is accepted from the owner with ES256K and ES256K-R, and from a wallet of the host', async () => {
    const made = await createWallet()
    for (const make of [signEs256k, signEs256kRecoverable]) {
      const json = { wallets: [{ did: made.did, alias: randomUUID() }] }
      const input = { did: admin().did, act: 'POST /wallet/rename', body: JSON.stringify(json), aud: publicUrl }
      expect((await send(input.act, json, make(admin().key, input))).status).toBe(200)
      const many = { ...input, aud: ['https://elsewhere.example', publicUrl] }
      expect((await send(input.act, json, make(admin().key, many))).status).toBe(200)
    }
    const json = { wallets: [{ did: made.did, alias: randomUUID() }] }
    expect((await callAsWallet(made.did, 'POST /wallet/rename', json)).status).toBe(200)
  })

  it('is accepted from a delegate for renaming only', async () => {
    const delegate = createExternalKey()
    const made = await createWallet({}, { txsInput: [{ delegate: { address: delegate.key.publicKey } }] })
    const speaker = { ...delegate, did: made.did }
    const statuses = []
    for (const { act, body } of routes) statuses.push((await callWithKey(speaker, act, body(made))).status)
    expect(statuses).toEqual([403, 200, 403])
    const stranger = { ...createExternalKey(), did: made.did }
    expect((await callWithKey(stranger, 'POST /wallet/rename', routes[1]?.body(made) ?? {})).status).toBe(403)
    const other = await createWallet()
    const json = { wallets: [{ did: other.did, alias: randomUUID() }] }
    expect((await callWithKey(speaker, 'POST /wallet/rename', json)).status, 'a delegate speaks for its DID only').toBe(
      403,
    )
  })

  it('is accepted from a new owner under either DID, and no longer from the old key', async () => {
    const owner = createExternalKey()
    const made = await createWallet({}, { txsInput: [{ newOwner: owner.did }] })
    const rename = (who: DidKey): Promise<DidReply> =>
      callWithKey(who, 'POST /wallet/rename', { wallets: [{ did: made.did, alias: randomUUID() }] })
    expect((await rename(owner)).status).toBe(200)
    expect((await rename({ ...owner, did: made.did })).status).toBe(200)
    expect((await rename({ ...createExternalKey(), did: made.did })).status).toBe(403)
  })

  it('is signed for wallets of the host only, with the dids:sign scope', async () => {
    const { billfold } = host()
    const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'no signing', scopes: ['dids'] })
    const basic = basicAuthorization(keyId, keySecret)
    const made = await createWallet()
    const request = { did: made.did, act: 'POST /wallet/rename', bod: 'a'.repeat(43) }
    expect((await call('POST', '/wallet/auth', request, { authorization: basic })).status).toBe(403)
    expect((await call('POST', '/wallet/auth', { ...request, did: createExternalKey().did })).status).toBe(404)
    expect((await call('POST', '/wallet/auth', { ...request, bod: 'not a hash' })).status).toBe(422)
    const { body } = await call('POST', '/wallet/auth', { ...request, aud: 'https://other.example' })
    expect(decodeClaims(body.token)).toMatchObject({ iss: made.did, aud: 'https://other.example', bod: request.bod })
  })

  it('authenticates service keys by bearer token', async () => {
    const { billfold } = host()
    const key = await billfold.serviceKeys.create({ tag: 'bearer', scopes: ['dids'] })
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: key.keyId,
      client_secret: key.keySecret,
    })
    const answer = await client.request('POST', '/auth/realms/any/protocol/openid-connect/token', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    })
    const { access_token: token } = answer.json as { access_token: string }
    expect((await call('GET', '/wallets', undefined, { authorization: `Bearer ${token}` })).status).toBe(200)
    const signing = { did: createExternalKey().did, act: 'a', bod: 'a'.repeat(43) }
    expect((await call('POST', '/wallet/auth', signing, { authorization: `Bearer ${token}` })).status).toBe(403)
  })
}

function decodeClaims(token: string): { readonly jti: string } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}
