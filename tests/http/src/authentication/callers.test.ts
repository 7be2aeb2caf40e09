import { connect, generateClientKeyPair, listTenantServiceKeys } from '@billfold/core/client'
import { describe, expect, it } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { createLoginHost, type LoginHost } from './login-host.ts'
import { createEncryptingClient, type EncryptingClient, type RequestOverrides } from './encrypting-client.ts'

let host: LoginHost

const nobody = { list: [{ did: 'did:ethr:0x01' }] }
const now = (): number => Math.floor(Date.now() / 1000)

describeMounted(
  'the authentication API, callers and keys',
  async () => {
    host = await createLoginHost({
      publicUrl: 'https://login.example/walletapi',
      services: { shop: 'https://shop.example' },
      environment: { name: 'staging', EC_CURVE_NAME: 'not this' },
      build: { tag: 'v1', commit: 'abc', time: 1_700_000_000 },
    })
    return host.billfold.authentication
  },
  suite,
  {
    parserLimit: 3_000_000,
    only: ({ framework, through, prefix, parser }) =>
      framework !== 'express 4' && through === 'app' && (framework === 'fetch' || (prefix === '/id') === parser),
  },
)

function suite(client: MountedClient): void {
  const clients = new Map<string, Promise<EncryptingClient>>()
  const getClient = (licence: string): Promise<EncryptingClient> => {
    const known = clients.get(licence) ?? createEncryptingClient(client, { licence })
    clients.set(licence, known)
    return known
  }
  const call = async (
    unusual: RequestOverrides & { data?: unknown; plain?: unknown } = {},
    licence = host.standard.licence,
  ) => (await getClient(licence)).send('POST', '/check_enrollment', { data: nobody, ...unusual })

  describe('public information', () => {
    it('returns health, public key and build', async () => {
      const { publicKey } = (await client.request('GET', '/publickeys')).json as { publicKey: string }
      expect(Buffer.from(publicKey, 'base64')).toHaveLength(64)
      expect(await client.request('GET', '/healthz')).toMatchObject({
        status: 200,
        json: { status: 'all services operational', publicKey, code: '200', version: 'v1.abc.1700000000' },
      })
    })

    it('returns its services, endpoints and settings', async () => {
      expect((await client.request('GET', '/sd')).json).toEqual({
        ...Object.fromEntries(
          ['adminconsole', 'docuverify', 'events', 'licenses', 'oauth2', 'vcs', 'wallet', 'walletapi', 'webauthn'].map(
            (name) => [name, 'https://login.example/walletapi'],
          ),
        ),
        sessions: 'https://login.example/walletapi/sessions',
        shop: 'https://shop.example',
      })
      expect((await client.request('GET', '/.well-known')).json).toMatchObject({
        auth_endpoint: 'https://login.example/walletapi/v2/authenticate',
        enrollment_check_endpoint: 'https://login.example/walletapi/check_enrollment',
        purpose_supported: ['authenticate', 'enroll'],
        scopes_supported: ['wallet', 'liveness_score', 'selfie', 'face_compare_score'],
      })
      expect((await client.request('GET', '/environment')).json).toMatchObject({
        name: 'staging',
        EC_CURVE_NAME: 'secp256k1',
        allowed_time_span: 60,
      })
    })

    it.each([
      ['GET', '/authenticate?session=abc', '/v2/authenticate'],
      ['POST', '/authenticate_with_liveid', '/v2/authenticate_with_liveid'],
      ['POST', '/webhooks/session-1', '/v2/submit_face'],
    ])('returns 410 for %s %s', async (method, path, successor) => {
      const { status, headers, json } = await client.request(method, path, method === 'POST' ? { json: {} } : {})
      expect(status).toBe(410)
      expect(json).toMatchObject({ error: 'Gone', sunset: '2026-02-02', message: expect.stringContaining(successor) })
      expect(headers).toMatchObject({ deprecation: '@1769990400', sunset: 'Mon, 02 Feb 2026 00:00:00 GMT' })
      expect(headers['link']).toBe(`<${client.mounting.prefix}${successor}>; rel="successor-version"`)
    })
  })

  describe('authentication of callers', () => {
    it('accepts a licence and replies encrypted or plain like the request', async () => {
      expect(await call()).toMatchObject({ status: 200, decrypted: { list: [] } })
      expect(await call({ data: undefined, plain: nobody })).toMatchObject({ status: 200, json: { list: [] } })
    })

    const cases: readonly (readonly [string, number, () => RequestOverrides | Promise<RequestOverrides>])[] = [
      ['no licence', 401, () => ({ licence: undefined })],
      ['an unknown licence', 401, () => ({ licence: 'no-such-licence' })],
      ['no public key', 401, () => ({ headers: { publickey: undefined } })],
      ['no request id', 401, () => ({ headers: { requestid: undefined } })],
      ['a header that is too long', 401, () => ({ headers: { requestid: 'A'.repeat(12_004) } })],
      ['a public key of 65 bytes', 400, () => ({ headers: { publickey: Buffer.alloc(65, 4).toString('base64') } })],
      ['a public key off the curve', 400, () => ({ headers: { publickey: Buffer.alloc(64, 7).toString('base64') } })],
      ['a public key that is no base64', 400, () => ({ headers: { publickey: '!' } })],
      ["somebody else's public key", 400, () => ({ headers: { publickey: generateClientKeyPair().publicKey } })],
      ['a licence that is not encrypted', 400, () => ({ headers: { licensekey: host.standard.licence } })],
      ['a request id that is not encrypted', 400, () => ({ headers: { requestid: 'e30=' } })],
      ['a request id that is no JSON', 400, () => ({ requestId: 'now' })],
      ['a request id without a uuid', 400, () => ({ requestId: JSON.stringify({ appid: 'a', ts: now() }) })],
      ['a request id without an app', 400, () => ({ requestId: JSON.stringify({ uuid: 'a', ts: now() }) })],
      ['a uuid of 129 characters', 400, () => ({ uuid: 'u'.repeat(129) })],
      ['a time that is no number', 400, () => ({ ts: String(now()) })],
      ['a time that is too early', 401, () => ({ ts: now() - 70 })],
      ['a time that is too late', 401, () => ({ ts: now() + 70 })],
      ['a time in milliseconds', 401, () => ({ ts: Date.now() })],
    ]
    it.each(cases)('rejects %s', async (_, status, unusual) => {
      const answer = await call(await unusual())
      expect(answer).toMatchObject({ status, json: { statusCode: status, message: expect.any(String) } })
    })

    it('accepts appId for appid, and times within the allowed span', async () => {
      expect((await call({ requestId: JSON.stringify({ appId: 'a', uuid: 'u', ts: now() - 50 }) })).status).toBe(200)
      expect((await call({ ts: now() + 50.5 })).status).toBe(200)
    })

    it('returns the same 401 for revoked, expired, foreign and unknown licences', async () => {
      const { licences } = host.billfold
      const revoked = await licences.create({ tag: 'revoked' })
      expect((await call({}, revoked.licence)).status).toBe(200)
      await licences.revoke(revoked.id)
      const soon = await licences.create({ tag: 'soon', expiresAt: Date.now() + 20 })
      while (await licences.isActive(soon.id)) await new Promise((resolve) => setTimeout(resolve, 10))
      const foreign = await licences.create({ tag: 'foreign', tenant: 'other' })
      const answers = await Promise.all(
        [revoked, soon, foreign, { licence: 'unknown' }].map(({ licence }) => call({}, licence)),
      )
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
      expect(answers[0]?.status).toBe(401)
    })

    it('accepts service keys with the scope only', async () => {
      const { serviceKeys: keys } = host.billfold
      const scoped = await keys.create({ tag: 'enrolment', scopes: ['authentication:enrollment'] })
      const all = await keys.create({ tag: 'all', scopes: ['authentication'] })
      const other = await keys.create({ tag: 'other', scopes: ['custody', 'authentication:identify'] })
      const foreign = await keys.create({ tag: 'foreign', scopes: ['*'], tenant: 'other' })
      const ask = async (key: { keyId: string; keySecret: string }, path = '/check_enrollment', more = {}) =>
        (
          await client.request(path === '/servicekeys' ? 'GET' : 'POST', path, {
            headers: { keyId: key.keyId, keySecret: key.keySecret, ...more },
            ...(path !== '/servicekeys' && { json: nobody }),
          })
        ).status
      expect(await ask(scoped)).toBe(200)
      expect(await ask(all)).toBe(200)
      expect(await ask(other)).toBe(403)
      expect(await ask(foreign)).toBe(401)
      expect(await ask({ ...scoped, keySecret: all.keySecret })).toBe(401)
      expect(await ask(scoped, '/check_enrollment', { license: host.standard.licence })).toBe(200)
      expect(await ask(scoped, '/check_enrollment', { license: 'unknown' })).toBe(401)
      expect(await ask(await keys.create({ tag: 'star', scopes: ['*'] }), '/servicekeys')).toBe(401)
      await keys.revoke(scoped.keyId)
      expect(await ask(scoped)).toBe(401)
    })
  })

  describe('request bodies', () => {
    it.each([
      ['text that does not open', 'QUJD', 400],
      ['an empty text', '', 400],
      ['a number', 7, 400],
      ['a list', [], 400],
      ['nothing', null, 400],
    ])('returns an error for data that is %s', async (_, data, status) => {
      expect((await call({ data: undefined, plain: { data } })).status).toBe(status)
    })

    it('returns 400 for encrypted data that is not storable JSON', async () => {
      const caller = await createEncryptingClient(client, { licence: host.standard.licence })
      const deep = `${'['.repeat(100)}${']'.repeat(100)}`
      for (const text of ['', '{', deep, '{"list":[{"did":"\\u0000"}]}', '"\\ud800"']) {
        const data = await caller.channel.encrypt(text)
        expect((await caller.send('POST', '/check_enrollment', { plain: { data } })).status).toBe(400)
      }
    })

    it('accepts 1 to 1,000 entries, each with a DID or a public key', async () => {
      const many = (length: number) => ({ list: Array.from({ length }, (_, index) => ({ did: `did:x:${index}` })) })
      expect((await call({ data: many(1000) })).decrypted).toEqual({ list: [] })
      for (const data of [many(0), many(1001), {}, { list: [{}] }, { list: [{ did: 7 }] }, { list: {} }])
        expect(await call({ data })).toMatchObject({ status: 400, json: { statusCode: 400, error: 'Bad Request' } })
    })

    it('returns 413 for a body above the limit', async () => {
      // Above the limit of the route and of the host's parser.
      expect((await call({ data: undefined, plain: { data: 'A'.repeat(2_100_000) } })).status).toBe(413)
    })
  })

  describe('service keys', () => {
    const operator = (): Promise<EncryptingClient> => createEncryptingClient(client, { licence: host.system.licence })
    const made = (tag: string) =>
      host.billfold.serviceKeys.create({ tag, scopes: ['custody'], type: 'gateway', debug: true })
    type Keys = readonly { readonly tag: string; readonly keyId: string; readonly keySecret: string }[]

    it('are listed for system licences only, encrypted', async () => {
      const key = await made('listed')
      const { status, json, decrypted } = await (await operator()).send('GET', '/servicekeys')
      expect({ status, data: (json as { data: unknown }).data }).toEqual({ status: 200, data: expect.any(String) })
      expect(decrypted).toContainEqual({ tag: 'listed', ...key, type: 'gateway', debug: true })
      const standard = await createEncryptingClient(client, { licence: host.standard.licence })
      expect((await standard.send('GET', '/servicekeys')).status).toBe(403)
      expect((await standard.send('DELETE', `/servicekey/${key.keyId}`)).status).toBe(403)
    })

    it('are listed again under the same request id, as by polling clients', async () => {
      const caller = await operator()
      for (let round = 0; round < 3; round++)
        expect((await caller.send('GET', '/servicekeys', { uuid: 'one and the same' })).status).toBe(200)
    })

    it('are replaced by keys with the same tag and type', async () => {
      const caller = await operator()
      const old = await made('replaced')
      const { status, decrypted } = await caller.send('DELETE', `/servicekey/${old.keyId}`)
      const [key] = decrypted as Keys
      expect({ status, key }).toMatchObject({ status: 200, key: { tag: 'replaced', type: 'gateway', debug: true } })
      expect(key?.keyId).not.toBe(old.keyId)
      expect(key?.keySecret).not.toBe(old.keySecret)
      expect(await host.billfold.serviceKeys.isActive(old.keyId)).toBe(false)
      expect(await host.billfold.serviceKeys.isActive(key?.keyId ?? '')).toBe(true)
      const unknown = { status: 404, json: { statusCode: 404, error: 'Not Found' } }
      expect(await caller.send('DELETE', `/servicekey/${old.keyId}`)).toMatchObject(unknown)
      expect(await caller.send('DELETE', '/servicekey/none')).toMatchObject(unknown)
    })

    it('are replaced once per request id, and a repeat returns the same reply', async () => {
      const caller = await operator()
      const old = await made('once')
      const [path, uuid] = [`/servicekey/${old.keyId}`, crypto.randomUUID()]
      const first = await caller.send('DELETE', path, { uuid })
      const again = await caller.send('DELETE', path, { uuid })
      expect(again.status).toBe(200)
      expect(again.decrypted).toEqual(first.decrypted)
      expect(again.text).not.toBe(first.text)
      const rejected = await caller.send('DELETE', path, { uuid: `${uuid}2` })
      expect(rejected.status).toBe(404)
      expect((await caller.send('DELETE', path, { uuid: `${uuid}2` })).text).toBe(rejected.text)
    })

    it('are not replaced under a request id that was used for another request', async () => {
      const caller = await operator()
      const [one, two, uuid] = [await made('one'), await made('two'), crypto.randomUUID()]
      expect((await caller.send('DELETE', `/servicekey/${one.keyId}`, { uuid })).status).toBe(200)
      const other = { status: 401, json: { statusCode: 401, message: 'This request was already used' } }
      expect(await caller.send('DELETE', `/servicekey/${two.keyId}`, { uuid })).toMatchObject(other)
      expect(await host.billfold.serviceKeys.isActive(two.keyId)).toBe(true)
      expect((await (await operator()).send('DELETE', `/servicekey/${two.keyId}`, { uuid })).status).toBe(200)
    })
  })

  it('returns 404 for the ECDSA helpers', async () => {
    const json = {
      data: 'text',
      publicKey: generateClientKeyPair().publicKey,
      privateKey: generateClientKeyPair().privateKey,
    }
    for (const path of ['/ecdsa_helper', '/ecdsa_helper/encrypt', '/ecdsa_helper/decrypt'])
      expect((await client.request('POST', path, { json })).status).toBe(404)
  })

  it('works with the client of the package', async () => {
    const connection = await connect({ url: client.url, licence: host.system.licence })
    const { keyId } = await host.billfold.serviceKeys.create({ tag: 'seen', scopes: ['custody'] })
    expect((await listTenantServiceKeys(connection)).map((key) => key.keyId)).toContain(keyId)
    await expect(
      listTenantServiceKeys(await connect({ url: client.url, licence: host.standard.licence })),
    ).rejects.toMatchObject({
      name: 'AuthenticationClientError',
      status: 403,
    })
  })

  it('sends no error to the error handler of the host', () => {
    expect(client.hostErrors).toEqual([])
  })
}
