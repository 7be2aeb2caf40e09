import { createHash, randomBytes } from 'node:crypto'
import { createTestUser } from '@billfold/testing'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { memoryStorage, type Storage } from '@billfold/core'
import {
  ada,
  createIssuerHost,
  createTestPki,
  identity,
  type IssuerHost,
  publicUrl,
} from '../test-fixtures/issuer-host.ts'
import {
  consentOf,
  createWalletClient,
  createWalletKey,
  sha256,
  signDpop,
  tokenOf,
  type WalletClient,
  type WalletKey,
  type WireReply,
} from '../test-fixtures/wallet-client.ts'
import { claimsOf } from './types/dataset-source.ts'
import { credentialType } from './types/credential-type.ts'

const said = ({ status, body }: WireReply) => [status, body['error'] ?? Object.keys(body)]
const redirectUri = 'https://wallet.example.com/back'
const clientId = 'wallet'
const account = credentialType({
  id: 'account',
  claims: identity.schema,
  sdJwt: { vct: 'urn:example:account:1' },
  from: claimsOf(({ userId }) =>
    userId === undefined ? 'denied' : { ...ada, given_name: `<Ada & "${userId.length}">` },
  ),
})

describe('an issuer, for an authorization code', () => {
  let pki: Awaited<ReturnType<typeof createTestPki>>
  let storage: Storage
  let host: IssuerHost
  let wallet: WalletClient
  let userId: string
  let loggedIn: string | undefined
  let now: number
  const verifier = randomBytes(32).toString('base64url')

  beforeAll(async () => {
    pki = await createTestPki()
  })
  beforeEach(async () => {
    storage = memoryStorage()
    userId = await createTestUser(storage)
    loggedIn = userId
    now = Date.now()
    host = createIssuerHost(pki.signer, {
      storage,
      now: () => now,
      issuer: {
        types: [identity, account],
        clients: [{ clientId, redirectUris: [redirectUri] }],
        authorize: ({ returnTo }) =>
          loggedIn === undefined
            ? { status: 303, headers: { location: `/login?to=${encodeURIComponent(returnTo)}` } }
            : { userId: loggedIn },
      },
    })
    wallet = await createWalletClient(host.credentials.issuer, publicUrl)
  })

  const pushed = async (change: Readonly<Record<string, string>> = {}, key: WalletKey = wallet.key) =>
    wallet.send('/par', {
      headers: { dpop: await signDpop(key, `${publicUrl}/par`) },
      form: {
        client_id: clientId,
        response_type: 'code',
        redirect_uri: redirectUri,
        code_challenge: sha256(verifier),
        code_challenge_method: 'S256',
        scope: 'account.sd-jwt openid',
        state: 'af0ifjsldkj',
        ...change,
      },
    })
  const show = async (requestUri: string, cookie = '') =>
    wallet.send(`/authorize?${new URLSearchParams({ client_id: clientId, request_uri: requestUri }).toString()}`, {
      method: 'GET',
      headers: cookie === '' ? {} : { cookie },
    })
  const decide = async (request_uri: string, decision: string, page: WireReply, cookie = cookieOf(page)) =>
    wallet.send('/authorize', { headers: { cookie }, form: { request_uri, consent: consentOf(page), decision } })
  const cookieOf = ({ headers }: WireReply) => String(headers['set-cookie']).split(';', 1)[0] ?? ''
  const locationOf = ({ headers }: WireReply) => new URL(String(headers['location']))
  const offered = async () => {
    const input = { claims: ada, subject: { userId }, grants: ['authorization_code'], by: 'value' } as const
    const { id, uri } = await host.credentials.issuer.offer(identity, input)
    const offer: { grants: { authorization_code: { issuer_state: string } } } = JSON.parse(
      new URL(uri).searchParams.get('credential_offer') ?? '',
    )
    return { id, issuer_state: offer.grants.authorization_code.issuer_state }
  }
  const authorized = async () => {
    const requestUri = String((await pushed()).body['request_uri'])
    return locationOf(await decide(requestUri, 'allow', await show(requestUri)))
  }
  const redeem = async (code: string, change: Readonly<Record<string, string>> = {}, key: WalletKey = wallet.key) =>
    wallet.send('/token', {
      headers: { dpop: await signDpop(key, `${publicUrl}/token`) },
      form: {
        grant_type: 'authorization_code',
        client_id: clientId,
        redirect_uri: redirectUri,
        code_verifier: verifier,
        code,
        ...change,
      },
    })

  test('shows type and values, escaped, takes the decision once and issues', async () => {
    const requestUri = String((await pushed()).body['request_uri'])
    const page = await show(requestUri)
    expect(page.status).toBe(200)
    expect(page.text).toContain('&#60;Ada &#38; &#34;36&#34;&#62;')
    expect(page.text).toContain('wallet.example.com')
    // One script, which is the same for everybody, and no other by its hash.
    const scripts = page.text.split('<script').slice(1)
    expect(scripts).toHaveLength(1)
    const script = /^>([^<]+)<\/script>/.exec(scripts[0] ?? '')?.[1] ?? ''
    const hash = createHash('sha256').update(script).digest('base64')
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; /)
    expect(page.headers['content-security-policy']).toContain(` script-src 'sha256-${hash}';`)
    expect(page.headers['content-security-policy']).toContain(`form-action 'self' https://wallet.example.com;`)
    expect(page.headers['set-cookie']).toMatchObject([expect.stringContaining('HttpOnly; SameSite=Lax; Secure')])
    const back = await decide(requestUri, 'allow', page)
    expect(back.status).toBe(303)
    const location = locationOf(back)
    expect(Object.fromEntries(location.searchParams)).toMatchObject({ iss: publicUrl, state: 'af0ifjsldkj' })
    expect((await decide(requestUri, 'allow', page)).status).toBe(400)
    const token = tokenOf(await redeem(location.searchParams.get('code') ?? ''))
    const issued = await wallet.request(token, 'account.sd-jwt')
    expect(issued.status).toBe(200)
    expect(await host.credentials.issuer.list({ userId })).toHaveLength(1)
  })

  test('refuses each wrong push with the code of the standard', async () => {
    const cases: readonly (readonly [Readonly<Record<string, string>>, readonly [number, string]])[] = [
      [{ response_type: 'token' }, [400, 'unsupported_response_type']],
      [{ code_challenge_method: 'plain' }, [400, 'invalid_request']],
      [{ code_challenge: '' }, [400, 'invalid_request']],
      [{ redirect_uri: 'https://wallet.example.com/other' }, [400, 'invalid_request']],
      [{ client_id: 'somebody' }, [401, 'invalid_client']],
      [{ scope: 'openid' }, [400, 'invalid_scope']],
      [{ request_uri: 'urn:x' }, [400, 'invalid_request']],
      [{ issuer_state: 'unknown' }, [400, 'invalid_request']],
      [{ authorization_details: '{}' }, [400, 'invalid_authorization_details']],
      [{ authorization_details: '[{"type":"x"}]' }, [400, 'invalid_authorization_details']],
      [{ dpop_jkt: 'x' }, [400, 'invalid_dpop_proof']],
    ]
    for (const [change, expected] of cases) expect(said(await pushed(change))).toEqual(expected)
    expect(said(await pushed())).toEqual([201, ['request_uri', 'expires_in']])
  })

  test('replies with a page and never redirects to what was not pushed', async () => {
    const requestUri = String((await pushed()).body['request_uri'])
    for (const query of [
      { client_id: 'somebody', request_uri: requestUri },
      { client_id: clientId, request_uri: 'urn:ietf:params:oauth:request_uri:x' },
      { client_id: clientId, request_uri: requestUri, redirect_uri: 'https://evil.example' },
      { client_id: clientId },
    ]) {
      const reply = await wallet.send(`/authorize?${new URLSearchParams(query).toString()}`, { method: 'GET' })
      expect([reply.status, reply.headers['location']]).toEqual([400, undefined])
      expect(reply.headers['content-type']).toBe('text/html; charset=utf-8')
    }
  })

  test('is bound to the browser that came first', async () => {
    const requestUri = String((await pushed()).body['request_uri'])
    const page = await show(requestUri)
    expect((await show(requestUri)).status).toBe(400)
    expect((await decide(requestUri, 'allow', page, 'x=1')).status).toBe(400)
    expect((await show(requestUri, cookieOf(page))).status).toBe(200)
    expect((await decide(requestUri, 'allow', page)).status).toBe(303)
  })

  test('takes the decision from its own page only, also where the cookie is sent', async () => {
    const request_uri = String((await pushed()).body['request_uri'])
    const page = await show(request_uri)
    const decideFrom = async (site: string) => {
      const headers = { cookie: cookieOf(page), 'sec-fetch-site': site }
      const form = { request_uri, consent: consentOf(page), decision: 'allow' }
      return (await wallet.send('/authorize', { headers, form })).status
    }
    for (const site of ['same-site', 'cross-site', 'none']) expect([site, await decideFrom(site)]).toEqual([site, 400])
    expect(await decideFrom('same-origin')).toBe(303)
  })

  test('lets the host log its user in, and shows the page to the same browser afterwards', async () => {
    loggedIn = undefined
    const requestUri = String((await pushed()).body['request_uri'])
    const login = await show(requestUri)
    expect([login.status, String(login.headers['location'])]).toEqual([303, expect.stringContaining('/login?to=')])
    loggedIn = userId
    expect((await show(requestUri)).status).toBe(400)
    expect((await show(requestUri, cookieOf(login))).status).toBe(200)
  })

  test('tells the wallet of a denial once', async () => {
    const requestUri = String((await pushed()).body['request_uri'])
    const page = await show(requestUri)
    const { searchParams } = locationOf(await decide(requestUri, 'deny', page))
    expect([searchParams.get('error'), searchParams.get('iss')]).toEqual(['access_denied', publicUrl])
    expect((await decide(requestUri, 'allow', page)).status).toBe(400)
  })

  test('refuses a code with another verifier, client, redirect URI or key, and then still takes the right ones', async () => {
    const code = (await authorized()).searchParams.get('code') ?? ''
    expect(said(await redeem(code, { code_verifier: 'x' }))).toEqual([400, 'invalid_grant'])
    expect(said(await redeem(code, { client_id: 'somebody' }))).toEqual([400, 'invalid_grant'])
    expect(said(await redeem(code, { redirect_uri: `${redirectUri}/` }))).toEqual([400, 'invalid_grant'])
    expect(said(await redeem(code, {}, await createWalletKey()))).toEqual([400, 'invalid_grant'])
    expect((await redeem(code)).status).toBe(200)
  })

  test('ends the grant of a code that comes twice', async () => {
    const code = (await authorized()).searchParams.get('code') ?? ''
    const token = tokenOf(await redeem(code))
    expect(said(await redeem(code))).toEqual([400, 'invalid_grant'])
    expect(said(await wallet.request(token, 'account.sd-jwt'))).toEqual([401, 'invalid_token'])
  })

  test('counts an issuer state only for the user that it was made for', async () => {
    const { id, issuer_state } = await offered()
    const scope = 'identity.sd-jwt'
    loggedIn = await createTestUser(storage)
    const other = String((await pushed({ issuer_state, scope })).body['request_uri'])
    expect(locationOf(await show(other)).searchParams.get('error')).toBe('access_denied')
    loggedIn = userId
    expect(said(await pushed({ issuer_state, scope: 'account.sd-jwt' }))).toEqual([400, 'invalid_scope'])
    const requestUri = String((await pushed({ issuer_state, scope })).body['request_uri'])
    const back = await decide(requestUri, 'allow', await show(requestUri))
    const token = tokenOf(await redeem(locationOf(back).searchParams.get('code') ?? ''))
    expect((await wallet.request(token, 'identity.sd-jwt', 3)).status).toBe(200)
    expect(said(await pushed({ issuer_state, scope }))).toEqual([400, 'invalid_request'])
    const { records } = await host.audit.search({ action: 'credential.offer-redeemed' })
    expect(records.map(({ subject }) => subject)).toEqual([id])
  })

  test('takes no consent to an offer that has expired since the page was shown', async () => {
    const { issuer_state } = await offered()
    const requestUri = String((await pushed({ issuer_state, scope: 'identity.sd-jwt' })).body['request_uri'])
    const early = await show(requestUri)
    now += 10 * 60 * 1000 - 1
    const page = await show(requestUri, cookieOf(early))
    now += 1
    expect((await decide(requestUri, 'allow', page, cookieOf(early))).status).toBe(400)
  })

  test('takes the decision of a tab only for the user and the values that the tab shows', async () => {
    const requestUri = String((await pushed()).body['request_uri'])
    const ofAda = await show(requestUri)
    const cookie = cookieOf(ofAda)
    loggedIn = await createTestUser(storage)
    const ofOther = await show(requestUri, cookie)
    expect([ofAda.status, ofOther.status]).toEqual([200, 200])
    for (const decision of ['allow', 'deny'])
      expect((await decide(requestUri, decision, ofAda, cookie)).status).toBe(400)
    const code = locationOf(await decide(requestUri, 'allow', ofOther, cookie)).searchParams.get('code') ?? ''
    const token = tokenOf(await redeem(code))
    expect((await wallet.request(token, 'account.sd-jwt')).status).toBe(200)
    expect(await host.credentials.issuer.list({ userId })).toEqual([])
    expect(await host.credentials.issuer.list({ userId: loggedIn })).toHaveLength(1)
  })

  test('takes the same page from two tabs of one user', async () => {
    const requestUri = String((await pushed()).body['request_uri'])
    const first = await show(requestUri)
    expect((await show(requestUri, cookieOf(first))).status).toBe(200)
    expect((await decide(requestUri, 'allow', first)).status).toBe(303)
  })

  test('takes no consent once its user has logged out, or another has logged in', async () => {
    const requestUri = String((await pushed()).body['request_uri'])
    const page = await show(requestUri)
    for (const somebody of [undefined, await createTestUser(storage)]) {
      loggedIn = somebody
      expect((await decide(requestUri, 'allow', page)).status).toBe(400)
    }
    loggedIn = userId
    expect((await decide(requestUri, 'allow', page)).status).toBe(303)
  })

  test('denies a credential of an erased user', async () => {
    const token = tokenOf(await redeem((await authorized()).searchParams.get('code') ?? ''))
    expect((await wallet.request(token, 'account.sd-jwt')).status).toBe(200)
    const [before] = await host.credentials.issuer.list({ userId })
    await host.users.erase(userId)
    expect(said(await wallet.request(token, 'account.sd-jwt'))).toEqual([401, 'invalid_token'])
    const [after] = await host.credentials.issuer.list()
    expect(after).toMatchObject({ id: before?.id, status: 'revoked' })
    expect(after).not.toHaveProperty('userId')
  })
})
