import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Wallet } from 'ethers'
import { replyShapes } from '../reply-shapes.ts'
import { sendRequest, callCustody, readCredentials, type RunningHost, startExampleHost } from '../running-host.ts'

let host: RunningHost
beforeAll(async () => {
  host = await startExampleHost({})
})
afterAll(() => host.kill())

/** Sends a request with arbitrary headers, some of which `fetch` would not allow. */
function rawRequest(
  path: string,
  headers: Record<string, string>,
  body = '',
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const method = body === '' ? 'GET' : 'POST'
    const outgoing = request(`${host.url}${path}`, { method, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    outgoing.on('error', reject).end(body)
  })
}

const runAction = (headers: Record<string, string>, body = '{"pin":"123456"}', name = 'custody/user') =>
  rawRequest(`/demo/actions/${name}`, headers, body)
const consoleHeaders = (): Record<string, string> => ({
  origin: host.url,
  host: new URL(host.url).host,
  'x-demo-key': host.consoleKey,
})

/** Signs in with a new wallet and submits an application. */
async function apply(): Promise<{ readonly token: string; readonly applicationId: string }> {
  const wallet = Wallet.createRandom()
  const challenge = await sendRequest(host, 'GET', `/onboarding/auth/challenge/${wallet.address}`)
  const { jwt, message } = replyShapes.challenge.parse(challenge.body)
  const answer = { message, signature: await wallet.signMessage(message) }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const login = await sendRequest(host, 'POST', '/onboarding/auth/challenge', answer, bearer(jwt))
  const { jwt: token } = replyShapes.login.parse(login.body)
  const attributes = [{ id: 'name', data: { value: { first: 'Ada', last: 'Lovelace' } } }]
  await sendRequest(host, 'POST', '/onboarding/users', { attributes }, bearer(token))
  const application = await sendRequest(
    host,
    'POST',
    '/onboarding/applications',
    { templateId: 1, attributes, files: [] },
    bearer(token),
  )
  return { token, applicationId: replyShapes.application.parse(application.body).id }
}

describe('a console action', () => {
  it('succeeds for the console page', async () => {
    expect((await runAction({ ...consoleHeaders(), 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  })

  it.each([
    ['a request without the key, as through a hidden proxy or tunnel', { 'x-demo-key': '' }],
    ['a request with a wrong key', { 'x-demo-key': 'x'.repeat(43) }],
    ['a request without an origin', { origin: '' }],
    ['a page of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another port of this computer', { origin: 'http://127.0.0.1:1' }],
    ['a frame in another site', { 'sec-fetch-site': 'cross-site' }],
    ['a DNS rebinding site', { host: 'evil.example', origin: 'http://evil.example' }],
    ['a request through a proxy', { 'x-forwarded-for': '203.0.113.7' }],
    ['a request through a proxy with an RFC 7239 header', { forwarded: 'for=203.0.113.7' }],
  ])('returns 403 for %s', async (_, headers) => {
    const { status, text } = await runAction({ ...consoleHeaders(), ...headers })
    expect(status).toBe(403)
    expect(JSON.parse(text)).toMatchObject({ exchanges: [] })
  })

  it('returns 403 for an unknown name and 422 for invalid input', async () => {
    for (const name of ['custody/export', '__proto__', 'constructor', '..%2fcustody%2fuser', ''])
      expect((await runAction(consoleHeaders(), '{"pin":"123456"}', name)).status).toBe(403)
    for (const body of ['{', '[]', '{"pin":"x"}', `{"pin":"${'1'.repeat(20_000)}"}`])
      expect((await runAction(consoleHeaders(), body)).status).toBe(422)
    const foreign = '{"userId":"../users","pin":"123456"}'
    expect((await runAction(consoleHeaders(), foreign, 'custody/wallet')).status).toBe(422)
  })

  it('returns 422 for users, wallets and DIDs that the console has not created', async () => {
    const { body } = await callCustody(host, 'POST', '/api/users', { signingMethod: { type: 'PIN', value: '123456' } })
    const { id: userId } = replyShapes.created.parse(body).result
    const user = JSON.stringify({ userId, configuration: 'still' })
    for (const name of ['face/enrol', 'face/sign-in', 'face/devices', 'face/erase']) {
      const { status, text } = await runAction(consoleHeaders(), user, name)
      expect([status, JSON.parse(text).exchanges]).toEqual([422, []])
    }
    const foreign = { userId, pin: '123456' }
    expect((await runAction(consoleHeaders(), JSON.stringify(foreign), 'custody/wallet')).status).toBe(422)
    const secret = { secretType: 'ETHEREUM', userId, pincode: '123456' }
    const { result: wallet } = replyShapes.wallet.parse((await callCustody(host, 'POST', '/api/wallets', secret)).body)
    const signing = { walletId: wallet.id, pin: '123456', message: 'hello' }
    expect((await runAction(consoleHeaders(), JSON.stringify(signing), 'custody/sign')).status).toBe(422)
    const did = { did: `did:ethr:0x${'1'.repeat(40)}`, name: 'Agent', value: 'https://agent.example' }
    expect((await runAction(consoleHeaders(), JSON.stringify(did), 'dids/configure')).status).toBe(422)
    expect((await runAction(consoleHeaders(), '{"emails":["ann@example.org"]}', 'payments/ledger')).status).toBe(422)
    const own = JSON.parse((await runAction(consoleHeaders(), '{"pin":"123456"}', 'face/user')).text).result.result.id
    expect((await runAction(consoleHeaders(), JSON.stringify({ userId: own }), 'face/devices')).status).toBe(200)
  })

  it('approves an application only with the token of its wallet', async () => {
    const [ada, ben] = [await apply(), await apply()]
    const approve = (token: string) =>
      runAction(consoleHeaders(), JSON.stringify({ applicationId: ada.applicationId, token }), 'onboarding/approve')
    expect((await approve(ben.token)).status).toBe(422)
    expect((await approve(ada.token)).status).toBe(200)
  })

  it('requires a new key after each start', async () => {
    const other = await startExampleHost({})
    expect(host.consoleKey).toMatch(/^[\w-]{43}$/)
    expect(other.consoleKey).not.toBe(host.consoleKey)
    await other.kill()
  })

  it('never exposes the credentials of the host', async () => {
    const { serviceKey } = readCredentials(host.dataDirectory)
    const { text } = await runAction(consoleHeaders())
    expect(text).not.toContain(serviceKey.keyId)
    expect(text).not.toContain(serviceKey.keySecret)
    for (const path of ['/demo/about', '/', '/demo/script/main.js']) {
      const page = await rawRequest(path, {})
      expect(page.text).not.toContain(serviceKey.keyId)
      expect(page.text).not.toContain(host.consoleKey)
    }
  })
})

describe('demo files', () => {
  it.each([
    '/demo/script/..%2f..%2fpackage.json',
    '/demo/script/../../package.json',
    '/demo/modules/client/..%2f..%2findex.js',
    '/demo/modules/constructor/x.js',
    '/openapi/package.json',
    '/demo/credentials.json',
  ])('return 404 for %s', async (path) => {
    expect((await rawRequest(path, {})).status).toBe(404)
  })

  it.each(['/', '/openapi'])(
    'at %s have a Content Security Policy without foreign scripts and frames',
    async (path) => {
      const policy = (await fetch(`${host.url}${path}`)).headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toMatch(/script-src 'self'( 'sha256-[\w+/=]+')?;/)
      expect(policy).toContain("frame-ancestors 'none'")
    },
  )

  it('redirect to the base URL that logins return to', async () => {
    const port = new URL(host.url).port
    const answer = await fetch(`http://127.0.0.1:${port}/demo/face?session=1`, { redirect: 'manual' })
    expect(answer.headers.get('location')).toBe(`${host.url}/demo/face?session=1`)
    expect((await rawRequest('//evil.example/demo/face', { host: `127.0.0.1:${port}` })).status).toBe(404)
  })
})
