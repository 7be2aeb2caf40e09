import { generateKeyPairSync } from 'node:crypto'
import { isBillfoldError, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { auditRecords } from '@billfold/core/modules'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  authenticateRequest,
  encryptResponse,
  fetchRequest,
  issuePidMdoc,
  issuePidSdJwt,
  pidPaths,
  postForm,
  postJson,
  presentMdoc,
  presentSdJwt,
  respond,
  type WalletRequest,
} from '../test-fixtures/test-wallet.ts'
import {
  createStatusServer,
  createTestPki,
  startVerifier,
  statusUri,
  type TestPki,
  type VerifierHost,
  type VerifierHostOptions,
} from '../test-fixtures/verifier-host.ts'
import { issueCertificate, signerOf } from '../test-fixtures/pki.ts'
import { keyringSigner, sealSigningKey } from '../trust/keyring-signer.ts'
import { parseJws } from '../formats/jws.ts'
import { trustAnchors } from '../trust/trust-list.ts'
import { resolveVerifierOptions } from './options.ts'
import { presentationRequests } from './tables.ts'

const origin = 'https://shop.example'

let pki: TestPki
let statusServer: ReturnType<typeof createStatusServer>
const hosts: VerifierHost[] = []

beforeAll(async () => {
  pki = await createTestPki()
})
beforeEach(() => {
  statusServer = createStatusServer(pki.issuer)
})
afterEach(() => {
  for (const host of hosts.splice(0)) host.close()
})

async function start(options: VerifierHostOptions = {}): Promise<VerifierHost> {
  const host = await startVerifier(pki, { fetch: statusServer.fetch, ...options })
  hosts.push(host)
  return host
}

/** Requests the PID and presents it as it should be. */
async function presentPid({ verifier }: VerifierHost, session?: string) {
  const created = await verifier.request({
    query: 'pid',
    flow: 'same-device',
    ...(session !== undefined && { session }),
  })
  const request = await fetchRequest(created.uri ?? '')
  const vpToken = { 'pid-1': [await presentSdJwt(request, await issuePidSdJwt(pki.issuer))] }
  return { created, request, vpToken, reply: await respond(request, vpToken) }
}

function responseCodeOf(body: Readonly<Record<string, unknown>>): string {
  return new URL(String(body['redirect_uri'])).searchParams.get('response_code') ?? ''
}

const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: unknown) => (isBillfoldError(error) ? error.code : error),
  )

describe('a response', () => {
  test('that does not decrypt, is not encrypted, or has another state changes nothing, and the right one is then taken', async () => {
    const host = await start()
    const created = await host.verifier.request({ query: 'pid', flow: 'same-device' })
    const request = await fetchRequest(created.uri ?? '')
    const uri = String(request.response_uri)
    const vpToken = { 'pid-1': [await presentSdJwt(request, await issuePidSdJwt(pki.issuer))] }
    const other = await fetchRequest((await host.verifier.request({ query: 'pid', flow: 'same-device' })).uri ?? '')
    const wrong = [
      { response: 'no JWE' },
      { response: await encryptResponse(other, { vp_token: vpToken, state: request.state }) },
      { response: await encryptResponse(request, { vp_token: vpToken, state: other.state }) },
      { response: await encryptResponse(request, { vp_token: vpToken }) },
      { response: await encryptResponse(request, { vp_token: vpToken, state: 1 }) },
      { vp_token: JSON.stringify(vpToken), state: String(request.state) },
      { error: 'access_denied', state: 'other' },
      {},
    ]
    for (const parameters of wrong) {
      const { status, body } = await postForm(uri, parameters)
      expect([status, body]).toEqual([400, { error: 'invalid_request' }])
    }
    expect(await host.verifier.result(created)).toEqual({ status: 'open' })
    expect((await respond(request, vpToken)).status).toBe(200)
  })

  test('is taken once, and the request is then over', async () => {
    const host = await start()
    const { created, request, vpToken, reply } = await presentPid(host)
    expect(reply.status).toBe(200)
    expect((await respond(request, vpToken)).status).toBe(400)
    await expect(fetchRequest(created.uri ?? '')).rejects.toThrow(/^404/)
  })

  test('of many at once is taken once', async () => {
    const host = await start()
    const { uri } = await host.verifier.request({ query: 'pid', flow: 'same-device' })
    const request = await fetchRequest(uri ?? '')
    const vpToken = { 'pid-1': [await presentSdJwt(request, await issuePidSdJwt(pki.issuer))] }
    const replies = await Promise.all(Array.from({ length: 20 }, () => respond(request, vpToken)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('that is an error declines the request, encrypted or not', async () => {
    const host = await start()
    const first = await host.verifier.request({ query: 'pid', flow: 'same-device' })
    const request = await fetchRequest(first.uri ?? '')
    const plain = { error: 'access_denied', state: String(request.state) }
    expect((await postForm(String(request.response_uri), plain)).status).toBe(200)
    expect(await host.verifier.result(first)).toEqual({ status: 'declined', code: 'access_denied' })
    const second = await host.verifier.request({ query: 'pid', flow: 'same-device' })
    const another = await fetchRequest(second.uri ?? '')
    const response = await encryptResponse(another, { error: 'not a code\n', state: another.state })
    expect((await postForm(String(another.response_uri), { response })).status).toBe(200)
    expect(await host.verifier.result(second)).toEqual({ status: 'declined', code: 'invalid_request' })
  })

  test('after the request has expired is refused, and the result is that it has expired', async () => {
    let now = Date.now()
    const host = await start({ now: () => now })
    const created = await host.verifier.request({ query: 'pid', flow: 'same-device', expiresIn: 30 })
    const request = await fetchRequest(created.uri ?? '')
    now += 30_000
    const vpToken = { 'pid-1': [await presentSdJwt(request, await issuePidSdJwt(pki.issuer))] }
    expect((await respond(request, vpToken)).status).toBe(400)
    expect(await host.verifier.result(created)).toEqual({ status: 'expired' })
  })

  test('that is malformed HTTP has the error of the standard and no reason', async () => {
    const host = await start()
    const { request } = await presentPid(host)
    const uri = String(request.response_uri)
    const tooLarge = await postForm(uri, { response: 'x'.repeat(1024 * 1024) })
    expect([tooLarge.status, tooLarge.body]).toEqual([413, { error: 'invalid_request' }])
    const asJson = await postJson(uri, {})
    expect([asJson.status, asJson.body]).toEqual([415, { error: 'invalid_request' }])
    const twice = await fetch(uri, {
      method: 'POST',
      body: new URLSearchParams([
        ['state', 'a'],
        ['state', 'b'],
      ]),
    })
    expect([twice.status, await twice.json()]).toEqual([400, { error: 'invalid_request' }])
  })
})

describe('a result on the same device', () => {
  test('is given with the response code, once', async () => {
    const host = await start()
    const { created, reply } = await presentPid(host)
    const { transaction } = created
    const notFound = 'presentation-request.not-found'
    expect(reply.body['redirect_uri']).toMatch(/^https:\/\/shop\.example\/done\?x=1&response_code=[\w-]{43}$/)
    expect(await outcome(host.verifier.result({ transaction }))).toBe(notFound)
    expect(await outcome(host.verifier.result({ transaction, responseCode: 'other' }))).toBe(notFound)
    const responseCode = responseCodeOf(reply.body)
    expect(await host.verifier.result({ transaction, responseCode })).toMatchObject({ status: 'verified' })
    expect(await outcome(host.verifier.result({ transaction, responseCode }))).toBe(notFound)
  })

  test('asked for many times at once is given once', async () => {
    const host = await start()
    const { created, reply } = await presentPid(host)
    const input = { transaction: created.transaction, responseCode: responseCodeOf(reply.body) }
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => outcome(host.verifier.result(input))))
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1)
  })

  test('is given to the session that it was made for, and to no other', async () => {
    const host = await start()
    const { created, reply } = await presentPid(host, 'session-1')
    const input = { transaction: created.transaction, responseCode: responseCodeOf(reply.body) }
    expect(await outcome(host.verifier.result(input))).toBe('presentation-request.not-found')
    expect(await outcome(host.verifier.result({ ...input, session: 'session-2' }))).toBe(
      'presentation-request.not-found',
    )
    expect(await outcome(host.verifier.result({ ...input, session: 'session-1' }))).toBe('done')
  })
})

describe('a result on another device', () => {
  test('is given again for ten minutes, and then is gone', async () => {
    let now = Date.now()
    const host = await start({ now: () => now })
    const created = await host.verifier.request({ query: 'pid', flow: 'cross-device' })
    const request = await fetchRequest(created.uri ?? '')
    const { body } = await respond(request, { 'pid-2': [await presentMdoc(request, await issuePidMdoc(pki.issuer))] })
    expect(body).toEqual({})
    const result = await host.verifier.result(created)
    expect(result.status).toBe('verified')
    now += 9 * 60_000
    expect(await host.verifier.result(created)).toEqual(result)
    now += 60_000
    expect(await host.verifier.result(created)).toEqual({ status: 'expired' })
  })
})

describe('the Digital Credentials API', () => {
  test('takes a response from the origin of the request, and from no other', async () => {
    const host = await start()
    const created = await host.verifier.request({ query: 'pid', flow: 'dc-api', origin })
    const { data, protocol = '', responseUrl = '' } = created.dcApi ?? {}
    const request = authenticateRequest(data?.request ?? '')
    expect(request).toMatchObject({ response_mode: 'dc_api.jwt', expected_origins: [origin] })
    expect(request).not.toHaveProperty('response_uri')
    const vpToken = { 'pid-1': [await presentSdJwt(request, await issuePidSdJwt(pki.issuer))] }
    const body = { protocol, data: { response: await encryptResponse(request, { vp_token: vpToken }) } }
    expect((await postJson(responseUrl, body, { origin: 'https://evil.example' })).status).toBe(400)
    expect((await postJson(responseUrl, body)).status).toBe(400)
    expect(await host.verifier.result(created)).toEqual({ status: 'open' })
    expect(await postJson(responseUrl, body, { origin })).toEqual({ status: 200, body: { status: 'verified' } })
    expect(await host.verifier.result(created)).toMatchObject({ status: 'verified' })
  })

  test('presented for another origin is refused', async () => {
    const host = await start()
    const created = await host.verifier.request({ query: 'pid', flow: 'dc-api', origin })
    const { data, protocol = '', responseUrl = '' } = created.dcApi ?? {}
    const request = authenticateRequest(data?.request ?? '')
    const held = await issuePidSdJwt(pki.issuer)
    const vpToken = { 'pid-1': [await presentSdJwt(request, held, { audience: 'origin:https://evil.example' })] }
    const response = await encryptResponse(request, { vp_token: vpToken })
    expect((await postJson(responseUrl, { protocol, data: { response } }, { origin })).status).toBe(400)
    expect(await host.verifier.result(created)).toEqual({ status: 'refused', code: 'holder-binding.audience' })
  })
})

describe('a status list', () => {
  test.each(['missing', 'down', 'text'] as const)(
    'that is %s refuses without settling, and the wallet may try again',
    async (reply) => {
      const host = await start()
      statusServer.reply(reply)
      const { created, request, vpToken, reply: response } = await presentPid(host)
      expect([response.status, response.body]).toEqual([503, { error: 'temporarily_unavailable' }])
      expect(response.retryAfter).toBe('10')
      expect(await host.verifier.result(created)).toEqual({ status: 'open' })
      statusServer.reply('list')
      expect((await respond(request, vpToken)).status).toBe(200)
    },
  )

  test.each([
    ['of another URI', () => (statusServer.overrides.uri = `${statusUri}0`)],
    ['of a signer that nobody trusts', () => (statusServer.overrides.signer = pki.rogue)],
    ['that has expired', () => (statusServer.overrides.expiresAt = 1)],
  ])('%s is refused', async (_, change) => {
    const host = await start()
    change()
    expect((await presentPid(host)).reply.status).toBe(503)
  })

  test('that cannot be had is accepted if the host says so, and a revoked one still is not', async () => {
    const host = await start({ statusUnavailable: 'accept' })
    statusServer.reply('down')
    expect((await presentPid(host)).reply.status).toBe(200)
    statusServer.reply('list')
    statusServer.set(7, 1)
    expect((await presentPid(host)).reply.status).toBe(400)
  })

  test('is fetched once for its ttl, and again after that', async () => {
    let now = Date.now()
    const host = await start({ now: () => now })
    await presentPid(host)
    await presentPid(host)
    expect(statusServer.served()).toBe(1)
    now += 1000
    statusServer.set(7, 1)
    expect((await presentPid(host)).reply.status).toBe(400)
    expect(statusServer.served()).toBe(2)
  })

  test.each([
    ['http://issuer.example/status/1', 503, 0],
    ['ftp://issuer.example/status/1', 503, 0],
    ['http://localhost:4000/status/1', 200, 1],
  ])('at %s is answered with %i, and fetched %i times by the host', async (uri, status, fetched) => {
    const host = await start()
    const created = await host.verifier.request({ query: 'pid', flow: 'same-device' })
    const request = await fetchRequest(created.uri ?? '')
    const held = await issuePidSdJwt(pki.issuer, { status: { uri, index: 7 } })
    expect((await respond(request, { 'pid-1': [await presentSdJwt(request, held)] })).status).toBe(status)
    expect(statusServer.served()).toBe(fetched)
  })

  test('is not fetched for a presentation that is wrong otherwise', async () => {
    const host = await start()
    const { uri } = await host.verifier.request({ query: 'pid', flow: 'same-device' })
    const request = await fetchRequest(uri ?? '')
    await respond(request, { 'pid-1': [await presentSdJwt(request, await issuePidSdJwt(pki.rogue))] })
    expect(statusServer.served()).toBe(0)
  })
})

describe('options', () => {
  test('overDisclosure drop forgets what was not asked for', async () => {
    const host = await start({ overDisclosure: 'drop' })
    const created = await host.verifier.request({ query: 'pid', flow: 'cross-device' })
    const request = await fetchRequest(created.uri ?? '')
    const held = await issuePidSdJwt(pki.issuer)
    await respond(request, { 'pid-1': [await presentSdJwt(request, held, { paths: [...pidPaths, ['email']] })] })
    const { attributes, credentials } = await host.verifier.result(created)
    expect(JSON.stringify([attributes, credentials])).not.toContain('erika@example.com')
    expect(attributes).toHaveProperty('given_name', 'Erika')
  })

  test('evidenceDays retains the presentations sealed, and without it nothing of them is left', async () => {
    const storage = memoryStorage()
    const now = Date.now()
    let clock = now
    const host = await start({ storage, evidenceDays: 30, now: () => clock })
    await presentPid(host)
    const [row] = await storage.find(presentationRequests)
    expect(Buffer.from(row?.sealedPresentation ?? []).length).toBeGreaterThan(1000)
    expect(Buffer.from(row?.sealedPresentation ?? []).toString('latin1')).not.toContain('eyJ')
    clock = now + 2 * 60 * 60_000
    await host.billfold.maintain()
    expect(await storage.find(presentationRequests)).toMatchObject([{ sealedResult: null, state: 'ended' }])
    clock = now + 31 * 86_400_000
    await host.billfold.maintain()
    expect(await storage.find(presentationRequests)).toEqual([])
  })

  test('plainResponses takes a response by direct_post', async () => {
    const host = await start({ plainResponses: true })
    const created = await host.verifier.request({ query: 'pid', flow: 'cross-device', plainResponse: true })
    const request = await fetchRequest(created.uri ?? '')
    expect(request.response_mode).toBe('direct_post')
    const presentation = await presentSdJwt(request, await issuePidSdJwt(pki.issuer))
    const parameters = { vp_token: JSON.stringify({ 'pid-1': [presentation] }), state: String(request.state) }
    expect((await postForm(String(request.response_uri), parameters)).status).toBe(200)
    expect(await host.verifier.result(created)).toMatchObject({ status: 'verified' })
  })

  test.each([
    ['a public URL with a slash at its end', { publicUrl: 'https://example.com/' }],
    ['a public URL over http', { publicUrl: 'http://example.com/verifier' }],
    ['a public URL with a query', { publicUrl: 'https://example.com/verifier?a' }],
    [
      'no certificate',
      { signer: { certificates: [], algorithm: 'ES256', sign: (bytes: Uint8Array) => bytes } as const },
    ],
    [
      'a DNS name that is not in the certificate',
      { publicUrl: 'https://example.com/v', clientIdPrefix: 'x509_san_dns' as const },
    ],
    ['a wrong number of days', { evidenceDays: 0.5 }],
    ['a redirect that is no URL', { redirectUri: '/done' }],
  ])('with %s are refused at the start', async (_, options) => {
    await expect(start(options)).rejects.toThrow(RangeError)
  })

  test('a signer with its anchor in the chain, or self-signed, is refused at the start', async () => {
    const certificates = [...pki.verifier.certificates, pki.verifierRoot.der]
    await expect(start({ signer: { ...pki.verifier, certificates } })).rejects.toThrow('self-signed')
  })

  test('x509_san_dns identifies the verifier by a name in its certificate', async () => {
    const host = await start({ clientIdPrefix: 'x509_san_dns' })
    const { uri } = await host.verifier.request({ query: 'pid', flow: 'same-device' })
    expect(new URL(uri ?? '').searchParams.get('client_id')).toBe('x509_san_dns:localhost')
  })
})

describe('a request', () => {
  const claim = { path: ['given_name'] }
  const credential = { id: 'a', format: 'dc+sd-jwt' as const, meta: { vct_values: ['urn:x'] }, claims: [claim] }
  const flow = 'cross-device' as const
  test.each([
    ['no query', { flow }],
    ['two queries', { flow, query: 'pid', dcql: { credentials: [credential] } }],
    ['an unknown query', { flow, query: 'other' }],
    ['an origin without the API', { flow, query: 'pid', origin }],
    ['the API without an origin', { flow: 'dc-api' as const, query: 'pid' }],
    ['an origin with a path', { flow: 'dc-api' as const, query: 'pid', origin: `${origin}/` }],
    [
      'transaction data with a PID',
      { flow, query: 'pid', transactionData: [{ type: 't', credential_ids: ['pid-1'] }] },
    ],
    ['a plain response', { flow, query: 'pid', plainResponse: true }],
    ['ids twice', { flow, dcql: { credentials: [credential, credential] } }],
    ['a path twice', { flow, dcql: { credentials: [{ ...credential, claims: [claim, claim] }] } }],
    ['claim sets without ids', { flow, dcql: { credentials: [{ ...credential, claim_sets: [['b']] }] } }],
    [
      'a set of unknown credentials',
      { flow, dcql: { credentials: [credential], credential_sets: [{ options: [['b']] }] } },
    ],
    [
      'an mdoc path of one part',
      {
        flow,
        dcql: {
          credentials: [{ id: 'm', format: 'mso_mdoc' as const, meta: { doctype_value: 'd' }, claims: [claim] }],
        },
      },
    ],
    ['a negative index', { flow, dcql: { credentials: [{ ...credential, claims: [{ path: ['a', -1] }] }] } }],
  ])('with %s is input.invalid', async (_, input) => {
    const host = await start()
    expect(await outcome(host.verifier.request(input))).toBe('input.invalid')
  })

  test('names the trust anchors by their key identifiers, and says which elements are retained', async () => {
    const host = await start()
    const { uri } = await host.verifier.request({ query: 'pid', flow })
    const { dcql_query: dcql } = await fetchRequest(uri ?? '')
    expect(dcql.credentials[0]?.trusted_authorities).toMatchObject([
      { type: 'aki', values: [expect.stringMatching(/^[\w-]{27}$/)] },
    ])
    expect(dcql.credentials[1]?.claims?.every((one) => one.intent_to_retain === false)).toBe(true)
  })

  test('with transaction data is verified only if they were signed', async () => {
    const host = await start()
    const dcql = { credentials: [{ ...credential, meta: { vct_values: ['urn:eudi:pid:1'] } }] }
    const transactionData = [{ type: 'urn:example:payment', credential_ids: ['a'], amount: '10.00', payee: 'Ada' }]
    const results = []
    for (const signed of [undefined, [], [Buffer.from('{}').toString('base64url')]]) {
      const created = await host.verifier.request({ dcql, flow, transactionData })
      const request = await fetchRequest(created.uri ?? '')
      const change = { paths: [['given_name']], ...(signed && { transactionData: signed }) }
      await respond(request, { a: [await presentSdJwt(request, await issuePidSdJwt(pki.issuer), change)] })
      const { status, code, attributes } = await host.verifier.result(created)
      results.push(code ?? [status, attributes])
    }
    expect(results).toEqual([['verified', { given_name: 'Erika' }], 'transaction-data.hash', 'transaction-data.hash'])
  })

  test('with claim sets and values is satisfied by the first set that can be, and not by another value', async () => {
    const host = await start()
    const claims = [
      { id: 'name', path: ['given_name'] },
      { id: 'nation', path: ['nationalities', null], values: ['FR'] },
      { id: 'city', path: ['address', 'locality'], values: ['Paris'] },
    ]
    const meta = { vct_values: ['urn:eudi:pid:1'] }
    const dcql = {
      credentials: [
        {
          ...credential,
          meta,
          claims,
          claim_sets: [
            ['name', 'city'],
            ['name', 'nation'],
          ],
        },
      ],
    }
    const present = async (paths: readonly (readonly (string | null)[])[]) => {
      const created = await host.verifier.request({ dcql, flow })
      const request = await fetchRequest(created.uri ?? '')
      await respond(request, { a: [await presentSdJwt(request, await issuePidSdJwt(pki.issuer), { paths })] })
      return host.verifier.result(created)
    }
    const right = await present([['given_name'], ['nationalities', null]])
    expect(right.attributes).toEqual({ name: 'Erika', nation: ['DE', 'FR'] })
    expect(await present([['given_name'], ['address', 'locality']])).toMatchObject({ code: 'query.missing' })
  })

  test('over HTTP needs a service key of the tenant with the scope verifier', async () => {
    const host = await start()
    const { serviceKeys } = host.billfold
    const withKey = async (input: { scopes: readonly string[]; tenant?: string }) => {
      const { keyId, keySecret } = await serviceKeys.create({ tag: 'test', ...input })
      const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
      return postJson(`${host.publicUrl}/requests`, { query: 'pid', flow: 'same-device' }, { authorization })
    }
    const created = await withKey({ scopes: ['verifier'] })
    expect(created).toMatchObject({ status: 201, body: { uri: expect.stringMatching(/^openid4vp:/) } })
    expect(created.body['haipUri']).toMatch(/^haip-vp:/)
    expect((await withKey({ scopes: ['custody'] })).status).toBe(403)
    expect((await withKey({ scopes: ['verifier'], tenant: 'other' })).status).toBe(403)
    expect(await postJson(`${host.publicUrl}/requests`, {})).toMatchObject({
      status: 401,
      body: { code: 'caller.unauthenticated' },
    })
    const { transaction } = created.body
    expect(await postJson(`${host.publicUrl}/results`, { transaction })).toEqual({
      status: 200,
      body: { status: 'open' },
    })
    const unknown = await postJson(`${host.publicUrl}/results`, { transaction: 'x' })
    expect(unknown).toMatchObject({ status: 404, body: { code: 'presentation-request.not-found' } })
  })
})

test('the audit log holds what happened, and neither claims nor nonces', async () => {
  const storage = memoryStorage()
  const host = await start({ storage })
  const { request } = await presentPid(host)
  const records = await storage.find(auditRecords)
  expect(records.map(({ action }) => action).sort()).toEqual(['presentation.requested', 'presentation.verified'])
  expect(JSON.stringify(records)).not.toMatch(new RegExp(`Erika|${request.nonce}|${String(request.state)}`))
})

test('a signer whose certificate expires within 30 days is reported once a day', async () => {
  const storage = memoryStorage()
  const soon = signerOf(await issueCertificate(pki.verifierRoot, 'Verifier', { until: 20 }))
  const host = await start({ storage, signer: soon, rateLimiter: undefined })
  await host.billfold.maintain()
  await host.billfold.maintain()
  const { records } = await host.billfold.audit.search({ action: 'signer.expiring' })
  expect(records).toHaveLength(1)
})

test('a signer with another key than its certificate signs nothing', async () => {
  const host = await start({ signer: { ...pki.rogue, certificates: pki.verifier.certificates } })
  await expect(host.verifier.request({ query: 'pid', flow: 'dc-api', origin })).rejects.toThrow('another key')
})

test('a key that the keyring has sealed signs requests', async () => {
  const keyring = localKeyring({ keys: { k: newKey() }, currentKeyId: 'k' })
  const leaf = await issueCertificate(pki.verifierRoot, 'Verifier')
  const sealedKey = await sealSigningKey(keyring, String(leaf.privateKey.export({ type: 'pkcs8', format: 'pem' })))
  const signer = keyringSigner({ certificates: [leaf.pem], sealedKey, keyring })
  const host = await start({ signer, keyring })
  expect((await presentPid(host)).reply.status).toBe(200)
  const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  await expect(sealSigningKey(keyring, String(ed25519))).rejects.toThrow(RangeError)
})

describe('a request that is not signed', () => {
  const dcql = {
    credentials: [
      {
        id: 'a',
        format: 'dc+sd-jwt' as const,
        meta: { vct_values: ['urn:eudi:pid:1'] },
        claims: [{ path: ['given_name'] }],
      },
    ],
  }

  test('is its link, for wallets that take no other, and only if the host allows it', async () => {
    const host = await start({ unsignedRequests: true })
    const created = await host.verifier.request({ dcql, flow: 'cross-device', unsigned: true })
    const parameters = Object.fromEntries(new URL(created.uri ?? '').searchParams)
    const request = {
      ...parameters,
      dcql_query: JSON.parse(parameters['dcql_query'] ?? ''),
      client_metadata: JSON.parse(parameters['client_metadata'] ?? ''),
    } as unknown as WalletRequest
    expect(request.client_id).toBe(`redirect_uri:${String(request.response_uri)}`)
    expect(parameters).not.toHaveProperty('request_uri')
    const presentation = await presentSdJwt(request, await issuePidSdJwt(pki.issuer), { paths: [['given_name']] })
    expect((await respond(request, { a: [presentation] })).status).toBe(200)
    expect(await host.verifier.result(created)).toMatchObject({
      status: 'verified',
      attributes: { given_name: 'Erika' },
    })
    const strict = await start()
    expect(await outcome(strict.verifier.request({ dcql, flow: 'cross-device', unsigned: true }))).toBe('input.invalid')
  })

  test('over the Digital Credentials API is bound to the origin alone', async () => {
    const host = await start({ unsignedRequests: true })
    const created = await host.verifier.request({ dcql, flow: 'dc-api', origin, unsigned: true })
    const { data, protocol, responseUrl } = created.dcApi ?? expect.fail('no request')
    expect([protocol, Object.keys(data).includes('client_id')]).toEqual(['openid4vp-v1-unsigned', false])
    const request = { ...data, expected_origins: [origin] } as unknown as WalletRequest
    const presentation = await presentSdJwt(request, await issuePidSdJwt(pki.issuer), { paths: [['given_name']] })
    const response = await encryptResponse(request, { vp_token: { a: [presentation] } })
    expect((await postJson(responseUrl, { protocol, data: { response } }, { origin })).status).toBe(200)
    expect(await host.verifier.result(created)).toMatchObject({ status: 'verified' })
  })
})

test('a verifier that wallets know by a DID signs with the key that the DID names', async () => {
  const signer = { ...pki.verifier, didUrl: 'did:web:shop.example#key-1' }
  const host = await start({ signer, clientIdPrefix: 'decentralized_identifier' })
  const created = await host.verifier.request({ query: 'pid', flow: 'cross-device' })
  const parameters = new URL(created.uri ?? '').searchParams
  expect(parameters.get('client_id')).toBe('decentralized_identifier:did:web:shop.example')
  const object = await (await fetch(parameters.get('request_uri') ?? '')).text()
  const { header, payload } = parseJws(object, 'credential.malformed')
  expect([header['kid'], header['x5c'], payload['client_id']]).toEqual([
    signer.didUrl,
    undefined,
    parameters.get('client_id'),
  ])
})

test.each([
  [{ plainResponses: true }, 'plainResponses'],
  [{ unsignedRequests: true }, 'unsignedRequests'],
  [{ clientIdPrefix: 'x509_san_dns' as const }, 'clientIdPrefix'],
])('the profile haip refuses %j', (options, name) => {
  const verifier = { publicUrl: 'https://localhost/v', signer: pki.verifier, issuers: trustAnchors([]), ...options }
  expect(() => resolveVerifierOptions(verifier, 'haip')).toThrow(name)
})
