import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Wallet } from 'ethers'
import { ask, call, credentialsIn, type RunningHost, startHost } from '../running-host.ts'

let host: RunningHost
beforeAll(async () => {
  host = await startHost({})
})
afterAll(() => host.kill())

/** Asks with headers of any kind: `fetch` sets some of them by itself. */
function asked(path: string, headers: Record<string, string>, body = ''): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const method = body === '' ? 'GET' : 'POST'
    const sent = request(`${host.url}${path}`, { method, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    sent.on('error', reject).end(body)
  })
}

const act = (headers: Record<string, string>, body = '{"pin":"123456"}', name = 'custody/user') =>
  asked(`/demo/acts/${name}`, headers, body)
const itself = (): Record<string, string> => ({
  origin: host.url,
  host: new URL(host.url).host,
  'x-demo-key': host.consoleKey,
})

/** The token of a wallet that has signed in, and an application of theirs. */
async function apply(): Promise<{ readonly token: string; readonly applicationId: string }> {
  const wallet = Wallet.createRandom()
  const challenge = (await ask(host, 'GET', `/onboarding/auth/challenge/${wallet.address}`)).body
  const answer = { message: challenge.message, signature: await wallet.signMessage(challenge.message) }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const token = (await ask(host, 'POST', '/onboarding/auth/challenge', answer, bearer(challenge.jwt))).body.jwt
  const attributes = [{ id: 'name', data: { value: { first: 'Ada', last: 'Lovelace' } } }]
  await ask(host, 'POST', '/onboarding/users', { attributes }, bearer(token))
  const made = await ask(
    host,
    'POST',
    '/onboarding/applications',
    { templateId: 1, attributes, files: [] },
    bearer(token),
  )
  return { token, applicationId: made.body.id }
}

describe('what the host does in the place of the console', () => {
  it('is done for its own page', async () => {
    expect((await act({ ...itself(), 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  })

  it.each([
    ['somebody behind a proxy or a tunnel that does not say so', { 'x-demo-key': '' }],
    ['somebody who guesses the key', { 'x-demo-key': 'x'.repeat(43) }],
    ['a program that is no page', { origin: '' }],
    ['the page of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another port of this computer', { origin: 'http://127.0.0.1:1' }],
    ['a frame of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a site that has pointed its name at this computer', { host: 'evil.example', origin: 'http://evil.example' }],
    ['somebody behind a proxy', { 'x-forwarded-for': '203.0.113.7' }],
    ['somebody behind a proxy that speaks RFC 7239', { forwarded: 'for=203.0.113.7' }],
  ])('is not done for %s', async (_, headers) => {
    const { status, text } = await act({ ...itself(), ...headers })
    expect(status).toBe(403)
    expect(JSON.parse(text)).toMatchObject({ exchanges: [] })
  })

  it('is one of a few acts, of which each takes what it needs and no more', async () => {
    for (const name of ['custody/export', '__proto__', 'constructor', '..%2fcustody%2fuser', ''])
      expect((await act(itself(), '{"pin":"123456"}', name)).status).toBe(403)
    for (const body of ['{', '[]', '{"pin":"x"}', `{"pin":"${'1'.repeat(20_000)}"}`])
      expect((await act(itself(), body)).status).toBe(422)
    const foreign = '{"userId":"../users","pin":"123456"}'
    expect((await act(itself(), foreign, 'custody/wallet')).status).toBe(422)
  })

  it('is done for people and DIDs that the console has made, and for no others', async () => {
    const { body } = await call(host, 'POST', '/api/users', { signingMethod: { type: 'PIN', value: '123456' } })
    const user = JSON.stringify({ userId: body.result.id, configuration: 'still' })
    for (const name of ['face/enrol', 'face/sign-in', 'face/devices', 'face/forget']) {
      const { status, text } = await act(itself(), user, name)
      expect([status, JSON.parse(text).exchanges]).toEqual([422, []])
    }
    const foreign = { userId: body.result.id, pin: '123456' }
    expect((await act(itself(), JSON.stringify(foreign), 'custody/wallet')).status).toBe(422)
    const secret = { secretType: 'ETHEREUM', userId: body.result.id, pincode: '123456' }
    const wallet = (await call(host, 'POST', '/api/wallets', secret)).body.result
    const signing = { walletId: wallet.id, pin: '123456', message: 'hello' }
    expect((await act(itself(), JSON.stringify(signing), 'custody/sign')).status).toBe(422)
    const did = { did: `did:ethr:0x${'1'.repeat(40)}`, name: 'Agent', value: 'https://agent.example' }
    expect((await act(itself(), JSON.stringify(did), 'dids/configure')).status).toBe(422)
    expect((await act(itself(), '{"emails":["ann@example.org"]}', 'payments/ledger')).status).toBe(422)
    const own = JSON.parse((await act(itself(), '{"pin":"123456"}', 'face/person')).text).result.result.id
    expect((await act(itself(), JSON.stringify({ userId: own }), 'face/devices')).status).toBe(200)
  })

  it('is an approval only for an application whose token the page shows', async () => {
    const [ada, ben] = [await apply(), await apply()]
    const approve = (token: string) =>
      act(itself(), JSON.stringify({ applicationId: ada.applicationId, token }), 'onboarding/approve')
    expect((await approve(ben.token)).status).toBe(422)
    expect((await approve(ada.token)).status).toBe(200)
  })

  it('asks for another key after each start', async () => {
    const other = await startHost({})
    expect(host.consoleKey).toMatch(/^[\w-]{43}$/)
    expect(other.consoleKey).not.toBe(host.consoleKey)
    await other.kill()
  })

  it('never shows the credentials of the host', async () => {
    const { serviceKey } = credentialsIn(host.dataDirectory)
    const { text } = await act(itself())
    expect(text).not.toContain(serviceKey.keyId)
    expect(text).not.toContain(serviceKey.keySecret)
    for (const path of ['/demo/about', '/', '/demo/script/main.js']) {
      const page = await asked(path, {})
      expect(page.text).not.toContain(serviceKey.keyId)
      expect(page.text).not.toContain(host.consoleKey)
    }
  })
})

describe('the files of the demo', () => {
  it.each([
    '/demo/script/..%2f..%2fpackage.json',
    '/demo/script/../../package.json',
    '/demo/modules/client/..%2f..%2findex.js',
    '/demo/modules/constructor/x.js',
    '/openapi/package.json',
    '/demo/credentials.json',
  ])('do not lead to %s', async (path) => {
    expect((await asked(path, {})).status).toBe(404)
  })

  it.each(['/', '/openapi'])('at %s run no script and show in no frame but their own', async (path) => {
    const policy = (await fetch(`${host.url}${path}`)).headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toMatch(/script-src 'self'( 'sha256-[\w+/=]+')?;/)
    expect(policy).toContain("frame-ancestors 'none'")
  })

  it('are shown at the one address that logins lead back to', async () => {
    const port = new URL(host.url).port
    const answer = await fetch(`http://localhost:${port}/demo/face?session=1`, { redirect: 'manual' })
    expect(answer.headers.get('location')).toBe(`${host.url}/demo/face?session=1`)
    expect((await asked('//evil.example/demo/face', { host: `localhost:${port}` })).status).toBe(404)
  })
})
