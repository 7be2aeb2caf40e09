import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ada, identity, identityOptions, membership, publicUrl } from '../test-fixtures/issuer-host.ts'
import {
  createWalletHost,
  createWalletPki,
  type HolderReply,
  type WalletHost,
  type WalletPki,
  type WalletUser,
} from '../test-fixtures/wallet-host.ts'
import { consentOf, sendTo } from '../test-fixtures/wallet-client.ts'
import { credentialType } from '../issuer/types/credential-type.ts'
import { claimsOf } from '../issuer/types/dataset-source.ts'

let pki: WalletPki
let host: WalletHost
let user: WalletUser

beforeAll(async () => {
  pki = await createWalletPki()
})
beforeEach(async () => {
  host = await createWalletHost(pki)
  user = await host.createUser()
})

const codeOf = ({ status, body }: HolderReply) => [status, body['code']]
const idOf = ({ body }: HolderReply) => z.string().parse(body['id'])
const idsOf = ({ body }: HolderReply) => z.array(z.string()).parse(body['credentials'])
const post = (path: string, json: object, signingMethod?: string) => host.call(user, 'POST', path, json, signingMethod)

const offerIdentity = (input: object = {}) =>
  host.billfold.credentials.issuer.offer(identity, { claims: ada, ...input })
const receive = async (input: object = {}, accept: object = {}) => {
  const { uri, txCode } = await offerIdentity(input)
  const offer = await post('/offers', { offer: uri })
  const id = idOf(offer)
  return post(`/offers/${id}/accept`, { ...(txCode !== undefined && { txCode }), ...accept }, user.method)
}

describe('a holder, for an offer', () => {
  test('shows the issuer as trusted by its signed metadata, and the claims without values', async () => {
    const { uri } = await offerIdentity()
    const { status, body } = await post('/offers', { offer: uri })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      issuer: { id: publicUrl, name: 'Trusted issuers', trusted: true },
      grants: ['urn:ietf:params:oauth:grant-type:pre-authorized_code'],
    })
    expect(JSON.stringify(body)).toContain('nationalities')
    expect(JSON.stringify(body)).not.toContain('Ada')
  })

  test('takes both formats in batches, and shows values only with a signing method', async () => {
    const accepted = await receive()
    expect(accepted).toMatchObject({ status: 200, body: { pending: false } })
    const [first = ''] = idsOf(accepted)
    const listed = await host.call(user, 'GET', '/credentials')
    expect(JSON.stringify(listed.body)).not.toContain('Lovelace')
    expect(listed.body).toMatchObject({ credentials: [{ instancesLeft: 3 }, { instancesLeft: 3 }] })
    expect(codeOf(await post(`/credentials/${first}/open`, {}))).toEqual([403, 'signing-method.required'])
    expect(codeOf(await post(`/credentials/${first}/open`, {}, user.method.replace(/.$/, '0')))).toEqual([
      403,
      'signing-method.invalid',
    ])
    const opened = await post(`/credentials/${first}/open`, {}, user.method)
    expect(opened).toMatchObject({ status: 200, body: { claims: { given_name: 'Ada', nationalities: ['GB', 'FR'] } } })
    expect(opened.body['claims']).not.toHaveProperty('cnf')
    const issued = await host.billfold.credentials.issuer.list()
    expect(issued.map(({ event }) => event)).toEqual(Array(6).fill('credential_accepted'))
  })

  test('enters a transaction code, and takes an offer once', async () => {
    const { uri, txCode } = await offerIdentity({ txCode: true })
    const id = idOf(await post('/offers', { offer: uri }))
    expect(codeOf(await post(`/offers/${id}/accept`, {}, user.method))).toEqual([400, 'held-offer.unsupported'])
    const all = await Promise.all([1, 2, 3, 4].map(() => post(`/offers/${id}/accept`, { txCode }, user.method)))
    expect(all.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404, 404, 404])
  })

  test('declines, and refuses what is no offer', async () => {
    const id = idOf(await post('/offers', { offer: (await offerIdentity()).uri }))
    expect((await host.call(user, 'DELETE', `/offers/${id}`)).status).toBe(204)
    expect(codeOf(await post(`/offers/${id}/accept`, {}, user.method))).toEqual([404, 'held-offer.not-found'])
    for (const offer of [
      'x',
      'https://a.example',
      '{"credential_issuer":1}',
      'openid-credential-offer://?credential_offer=x',
    ])
      expect(codeOf(await post('/offers', { offer }))).toEqual([400, 'held-offer.malformed'])
    const elsewhere = JSON.stringify({
      credential_issuer: 'https://nowhere.example',
      credential_configuration_ids: ['a'],
    })
    expect(codeOf(await post('/offers', { offer: elsewhere }))).toEqual([502, 'issuer.unreachable'])
  })

  test('takes no more than fifty open offers, and those that expired are open no more', async () => {
    let now = Date.now()
    host = await createWalletHost(pki, { now: () => now })
    user = await host.createUser()
    const { uri } = await offerIdentity()
    for (let count = 0; count < 50; count++) expect((await post('/offers', { offer: uri })).status).toBe(200)
    const more = await post('/offers', { offer: uri })
    expect(codeOf(more)).toEqual([409, 'held-credential.limit-reached'])
    now += 31 * 60 * 1000
    expect((await post('/offers', { offer: (await offerIdentity()).uri })).status).toBe(200)
  })

  test('refuses a transaction code that is wrong with the code of the issuer', async () => {
    const { uri } = await offerIdentity({ txCode: true })
    const id = idOf(await post('/offers', { offer: uri }))
    const refused = await post(`/offers/${id}/accept`, { txCode: 'x' }, user.method)
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'issuer.refused', message: 'The issuer refused: invalid_grant' },
    })
  })

  test('receives a credential that comes later without the user', async () => {
    let sourced: { level: string } | 'later' = 'later'
    const late = credentialType({
      id: 'late',
      claims: z.object({ level: z.string() }),
      sdJwt: { vct: 'urn:example:late:1' },
      from: claimsOf(() => sourced, { mayDefer: true }),
    })
    let now = Date.now()
    const slow = await createWalletHost(pki, { types: [late], now: () => now })
    const one = await slow.createUser()
    const { uri } = await slow.billfold.credentials.issuer.offer(late, { subject: { userId: one.userId } })
    const id = idOf(await slow.call(one, 'POST', '/offers', { offer: uri }))
    const accepted = await slow.call(one, 'POST', `/offers/${id}/accept`, {}, one.method)
    expect(accepted).toMatchObject({ status: 200, body: { credentials: [], pending: true } })
    now += 4000_000
    await slow.billfold.maintain()
    expect((await slow.call(one, 'GET', '/credentials')).body).toEqual({ credentials: [] })
    sourced = { level: 'gold' }
    now += 4000_000
    await Promise.all([slow.billfold.maintain(), slow.billfold.maintain()])
    const held = await slow.billfold.credentials.holder.list(one.userId)
    expect(held).toHaveLength(1)
    const opened = await slow.call(one, 'POST', `/credentials/${held[0]?.id ?? ''}/open`, {}, one.method)
    expect(opened.body).toEqual({ claims: { level: 'gold' } })
  })

  test('goes through the authorization page of an issuer', async () => {
    const account = credentialType({
      id: 'account',
      claims: z.object({ level: z.string() }),
      sdJwt: { vct: 'urn:example:account:1' },
    })
    const redirectUri = 'https://wallet.example.com/back'
    const subject: { userId: string } = { userId: '' }
    const paged = await createWalletHost(pki, {
      types: [account],
      issuer: { authorize: () => subject, clients: [{ clientId: redirectUri, redirectUris: [redirectUri] }] },
    })
    const one = await paged.createUser()
    subject.userId = one.userId
    const { uri } = await paged.billfold.credentials.issuer.offer(account, {
      subject: { userId: one.userId },
      claims: { level: 'gold' },
      grants: ['authorization_code'],
    })
    const id = idOf(await paged.call(one, 'POST', '/offers', { offer: uri }))
    const started = await paged.call(one, 'POST', `/offers/${id}/accept`, {}, one.method)
    const { search } = new URL(z.string().parse(started.body['authorizationUrl']))
    const browser = sendTo(paged.billfold.credentials.issuer)
    const page = await browser(`/authorize${search}`, { method: 'GET' })
    const cookie = String(page.headers['set-cookie']).split(';', 1)[0] ?? ''
    const requestUri = new URLSearchParams(search).get('request_uri') ?? ''
    const form = { request_uri: requestUri, consent: consentOf(page), decision: 'allow' }
    const back = await browser('/authorize', { headers: { cookie }, form })
    const url = String(back.headers['location'])
    const forged = `${redirectUri}?code=x&state=y`
    expect((await paged.call(one, 'POST', `/offers/${id}/return`, { url: forged }, one.method)).status).toBe(404)
    const done = await paged.call(one, 'POST', `/offers/${id}/return`, { url }, one.method)
    expect(done).toMatchObject({ status: 200, body: { pending: false } })
    expect((await paged.call(one, 'POST', `/offers/${id}/return`, { url }, one.method)).status).toBe(404)
  })
})

describe('a holder, for a request', () => {
  const ask = (input: object = {}) =>
    host.billfold.credentials.verifier.request({ query: 'identity', flow: 'same-device', session: 's', ...input })
  const shownSchema = z.object({
    id: z.string(),
    verifier: z.object({ id: z.string(), name: z.string() }),
    options: z.array(
      z.object({
        query: z.string(),
        required: z.boolean(),
        candidates: z.array(z.object({ credential: z.string(), claims: z.array(z.unknown()) })),
      }),
    ),
  })
  const shown = async (uri: string) => shownSchema.parse((await post('/requests', { uri })).body)
  const agree = async (id: string, choice: object) =>
    z.object({ consent: z.string() }).parse((await post(`/requests/${id}/consent`, { choice })).body).consent

  test.each([0, 1])('presents what was agreed to in format %i, and the verifier takes it', async (format) => {
    await receive()
    const request = await ask()
    const { id, options, verifier } = await shown(request.uri ?? '')
    expect(verifier.name).toBe('Verifier')
    const option = options[format]
    const choice = { [option?.query ?? '']: option?.candidates[0]?.credential ?? '' }
    const consent = await agree(id, choice)
    expect(JSON.stringify((await post(`/requests/${id}/consent`, { choice })).body)).not.toContain('Ada')
    const opened = await post(`/requests/${id}/consent`, { choice }, user.method)
    expect(opened.body).toMatchObject({ consent })
    expect(JSON.stringify(opened.body['values'])).toContain('"value":"Ada"')
    expect(JSON.stringify(opened.body['values'])).not.toContain('Lovelace')
    const presented = await post(`/requests/${id}/present`, { choice, consent }, user.method)
    expect(presented.status).toBe(200)
    const responseCode = new URL(String(presented.body['redirectUri'])).searchParams.get('response_code') ?? ''
    const result = await host.billfold.credentials.verifier.result({
      transaction: request.transaction,
      session: 's',
      responseCode,
    })
    expect(result).toMatchObject({ status: 'verified' })
    expect(JSON.stringify(result)).toContain('Ada')
    expect(JSON.stringify(result)).not.toContain('Lovelace')
    const log = await host.billfold.credentials.holder.presentations(user.userId)
    expect(log).toMatchObject([{ outcome: 'answered', verifier }])
    expect(JSON.stringify(log)).not.toContain('Ada')
  })

  test('asks the modules before it presents and before the issuer issues, and uses nothing up if they deny', async () => {
    const asked: { kind: string; userId: string | null; counterparty: string | undefined }[] = []
    const denied = new Set<string>()
    host = await createWalletHost(pki, {
      authorizeAct: async ({ kind, userId, counterparty }) => {
        asked.push({ kind, userId, counterparty })
        return denied.has(kind) ? { decision: 'deny' } : { decision: 'allow', writes: [] }
      },
    })
    user = await host.createUser()
    denied.add('credential-issue')
    expect(codeOf(await receive())[0]).not.toBe(200)
    expect(await host.billfold.credentials.issuer.list()).toEqual([])
    denied.clear()
    expect((await receive()).status).toBe(200)
    const request = await ask()
    const { id, options, verifier } = await shown(request.uri ?? '')
    const [option] = options
    const choice = { [option?.query ?? '']: option?.candidates[0]?.credential ?? '' }
    const consent = await agree(id, choice)
    const presentIt = () => post(`/requests/${id}/present`, { choice, consent }, user.method)
    denied.add('credential-present')
    expect(codeOf(await presentIt())).toEqual([403, 'act.denied'])
    denied.clear()
    expect((await presentIt()).status).toBe(200)
    expect(asked).toContainEqual({ kind: 'credential-present', userId: user.userId, counterparty: verifier.id })
    expect(asked.map(({ kind }) => kind)).toContain('credential-issue')
  })

  test('refuses another consent, another choice and a second answer', async () => {
    await receive()
    const { id, options } = await shown((await ask()).uri ?? '')
    const [first, second] = options
    const choice = { [first?.query ?? '']: first?.candidates[0]?.credential ?? '' }
    const other = { [second?.query ?? '']: second?.candidates[0]?.credential ?? '' }
    const consent = await agree(id, choice)
    const present = (json: object) => post(`/requests/${id}/present`, json, user.method)
    expect(codeOf(await present({ choice: other, consent }))).toEqual([409, 'consent.changed'])
    expect(codeOf(await present({ choice: {}, consent }))).toEqual([409, 'presentation.unsatisfiable'])
    expect(codeOf(await post(`/requests/${id}/present`, { choice, consent }))).toEqual([403, 'signing-method.required'])
    const all = await Promise.all([1, 2, 3, 4].map(() => present({ choice, consent })))
    expect(all.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404, 404, 404])
  })

  const once = async (reuse = false) => {
    const { id, options } = await shown((await ask()).uri ?? '')
    const choice = { [options[0]?.query ?? '']: options[0]?.candidates[0]?.credential ?? '' }
    const consent = await agree(id, choice)
    return post(`/requests/${id}/present`, { choice, consent, reuse }, user.method)
  }

  test('shows each instance once, and then only if the user says so', async () => {
    const plain = credentialType({ ...identityOptions, refreshDays: 0 })
    host = await createWalletHost(pki, { types: [plain] })
    user = await host.createUser()
    const { uri } = await host.billfold.credentials.issuer.offer(plain, { claims: ada })
    await post(`/offers/${idOf(await post('/offers', { offer: uri }))}/accept`, {}, user.method)
    for (let round = 0; round < 3; round++) expect((await once()).status).toBe(200)
    expect(codeOf(await once())).toEqual([409, 'presentation.unsatisfiable'])
    expect((await once(true)).status).toBe(200)
  })

  test('renews a batch while the signing method is proven', async () => {
    await receive()
    for (let round = 0; round < 5; round++) expect((await once()).status).toBe(200)
    const [held] = (await host.billfold.credentials.holder.list(user.userId)).filter(
      ({ format }) => format === 'dc+sd-jwt',
    )
    expect(held?.instancesLeft).toBeGreaterThanOrEqual(3)
    const issued = await host.billfold.credentials.issuer.list({ limit: 200 })
    expect(issued.length).toBeGreaterThan(6)
    expect(new Set(issued.map(({ event }) => event))).toEqual(new Set(['credential_accepted']))
  })

  test('receives a request once, declines it once, and refuses a verifier that is not trusted', async () => {
    const request = await ask()
    const { id } = await shown(request.uri ?? '')
    expect(codeOf(await post('/requests', { uri: request.uri }))).toEqual([409, 'request.ended'])
    expect((await host.call(user, 'POST', `/requests/${id}/decline`)).status).toBe(204)
    expect(codeOf(await host.call(user, 'POST', `/requests/${id}/decline`))).toEqual([404, 'request.not-found'])
    expect(
      await host.billfold.credentials.verifier.result({ transaction: request.transaction, session: 's' }),
    ).toMatchObject({
      status: 'declined',
    })
    const wary = await createWalletHost(pki, { holder: { verifiers: pki.issuers } })
    const one = await wary.createUser()
    const { uri } = await wary.billfold.credentials.verifier.request({ query: 'identity', flow: 'cross-device' })
    expect(codeOf(await wary.call(one, 'POST', '/requests', { uri }))).toEqual([403, 'verifier.unauthenticated'])
    for (const wrong of ['x', 'openid4vp://?client_id=a', 'openid4vp://?client_id=a&request_uri=b'])
      expect(codeOf(await post('/requests', { uri: wrong }))).toEqual([400, 'request.malformed'])
  })

  test('answers over the Digital Credentials API only for the page that asked', async () => {
    await receive()
    const origin = 'https://shop.example.com'
    const request = await ask({ flow: 'dc-api', origin, session: undefined })
    const { protocol, data } = request.dcApi ?? { protocol: '', data: { request: '' } }
    const wrong = { dcApi: { protocol, data, origin: 'https://evil.example' } }
    expect(codeOf(await post('/requests', wrong))).toEqual([403, 'verifier.unauthenticated'])
    const received = await post('/requests', { dcApi: { protocol, data, origin } })
    const { id, options } = shownSchema.parse(received.body)
    const choice = { [options[0]?.query ?? '']: options[0]?.candidates[0]?.credential ?? '' }
    const presented = await post(`/requests/${id}/present`, { choice, consent: await agree(id, choice) }, user.method)
    expect(presented.body).toMatchObject({ response: { protocol, data: { response: expect.any(String) } } })
  })

  test('still presents after the PIN was replaced, and what comes later is sealed to a new key', async () => {
    await receive()
    const method = user.method.split(':', 1)[0] ?? ''
    const path = `/api/users/${user.userId}/signing-methods`
    const password = { type: 'PASSWORD', value: 'correct horse battery' }
    const added = await host.callCustody('POST', path, password, user.method)
    const { result } = z.object({ result: z.object({ id: z.string() }) }).parse(added.body)
    const changed = await host.callCustody(
      'PUT',
      `${path}/${method}`,
      { value: '582258' },
      `${result.id}:${password.value}`,
    )
    expect(changed.status).toBe(200)
    const held = await host.billfold.credentials.holder.list(user.userId)
    const old = await post(`/credentials/${held[0]?.id ?? ''}/open`, {}, user.method)
    expect(old.status).toBe(403)
    user = { userId: user.userId, method: `${method}:582258` }
    expect((await post(`/credentials/${held[0]?.id ?? ''}/open`, {}, user.method)).status).toBe(200)
    expect((await receive()).status).toBe(200)
    const { uri } = await host.billfold.credentials.issuer.offer(membership, { claims: { level: 'gold' } })
    const offer = idOf(await post('/offers', { offer: uri }))
    const [id = ''] = idsOf(await post(`/offers/${offer}/accept`, {}, user.method))
    expect((await post(`/credentials/${id}/open`, {}, user.method)).body).toEqual({ claims: { level: 'gold' } })
  })

  test('forgets a credential, and an erasure leaves nothing', async () => {
    const [id = ''] = idsOf(await receive())
    expect((await host.call(user, 'DELETE', `/credentials/${id}`, undefined, user.method)).status).toBe(204)
    expect((await host.call(user, 'GET', `/credentials/${id}`)).status).toBe(404)
    expect(await host.billfold.credentials.holder.list(user.userId)).toHaveLength(1)
    await host.billfold.users.erase(user.userId)
    expect(await host.billfold.credentials.holder.list(user.userId)).toEqual([])
  })
})
