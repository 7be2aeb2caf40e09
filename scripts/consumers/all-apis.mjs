// A host with the five APIs over a storage in memory, and the calls of its clients: each API hashes a secret, makes or verifies a
// signature, opens an encrypted request, verifies a token. Runs in every runtime that the documentation names, and as a bundle.
// Exits with a message and status 1 on any failure.
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import process from 'node:process'
import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { scriptedSelfie, scriptedVerifier } from '@billfold/core/biometrics'
import {
  connect,
  getSessionResponse,
  loginUrl,
  requestLivenessChallenge,
  requestSession,
  submitFaceCapture,
  verifyPin,
} from '@billfold/core/client'
import { expressRouter } from '@billfold/express-adapter'
import express from 'express'

const pin = '294817'
const app = express()
const server = createServer(app)
let base
let billfold
let service

/** Starts the host. There is no `await` at the top level, so that the file can also become a CommonJS bundle. */
async function start() {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${server.address().port}`
  billfold = createBillfold({
    storage: memoryStorage(),
    keyring: localKeyring({ keys: { first: newKey() }, currentKeyId: 'first' }),
    issuer: base,
    notifier: { deliver: async () => {} },
    webhooks: { allowHttp: true, allowPrivateAddresses: true, resolveDns: async () => ['127.0.0.1'] },
    authentication: { publicUrl: `${base}/walletapi`, verifier: scriptedVerifier() },
    onboarding: {
      publicUrl: `${base}/onboarding`,
      messageFormat: 'eip4361',
      site: { domain: new URL(base).host, uri: base, statement: 'Log in' },
      templates: [{ id: 1, name: 'Form', attributes: [{ id: 'name', schema: { type: 'string', maxLength: 100 } }] }],
    },
  })
  for (const [path, api] of [
    ['/custody', billfold.custody],
    ['/walletapi', billfold.authentication],
    ['/onboarding', billfold.onboarding],
    ['/dids', billfold.dids],
    ['/payments', billfold.payments],
  ])
    app.use(path, expressRouter(api))
  const { keyId, keySecret } = await billfold.serviceKeys.create({
    tag: 'host',
    scopes: ['custody', 'dids', 'dids:sign'],
  })
  service = { authorization: `Basic ${btoa(`${keyId}:${keySecret}`)}` }
}

/** One JSON call; fails with the reply unless the status is 2xx. */
async function call(method, path, json, headers = {}) {
  const response = await fetch(base + path, {
    method,
    headers: { ...headers, ...(json !== undefined && { 'content-type': 'application/json' }) },
    body: JSON.stringify(json),
  })
  const text = await response.text()
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
  return JSON.parse(text)
}

async function custody() {
  const send = async (method, path, json) => (await call(method, `/custody/api${path}`, json, service)).result
  const user = await send('POST', '/users', { reference: 'ada', signingMethod: { type: 'PIN', value: pin } })
  const wallets = {}
  for (const secretType of ['ETHEREUM', 'BITCOIN', 'SOLANA', 'AETERNITY', 'TRON']) {
    const wallet = await send('POST', '/wallets', { secretType, userId: user.id, pincode: pin })
    const signatureRequest = { type: 'MESSAGE', secretType, walletId: wallet.id, data: 'hello' }
    const sign = async (data) =>
      (await send('POST', '/signatures', { pincode: pin, signatureRequest: { ...signatureRequest, data } })).signature
    assert.ok(await sign('hello'), secretType)
    wallets[secretType] = { address: wallet.address, sign }
    // The two slow hashes of keystores: scrypt, and Argon2id in a worker.
    if (['ETHEREUM', 'AETERNITY'].includes(secretType))
      assert.ok(await send('POST', `/wallets/${wallet.id}/export`, { pincode: pin, password: 'correct horse' }))
  }
  return { userId: user.id, ...wallets.ETHEREUM }
}

/** The wallet logs in, and its token (HS256) is verified. */
async function onboarding({ address, sign }) {
  const challenge = await call('GET', `/onboarding/auth/challenge/${address}`)
  const bearer = (token) => ({ authorization: `Bearer ${token}` })
  const answer = { message: challenge.message, signature: await sign(challenge.message) }
  const { jwt } = await call('POST', '/onboarding/auth/challenge', answer, bearer(challenge.jwt))
  const application = { templateId: 1, attributes: [{ id: 'name', data: { value: 'Ada' } }] }
  const user = await call('POST', '/onboarding/users', { attributes: application.attributes }, bearer(jwt))
  assert.ok(user)
  const { id } = await call('POST', '/onboarding/applications', application, bearer(jwt))
  assert.ok(id)
}

async function dids() {
  const walletConfig = { txsInput: [{ delegate: {} }] }
  const { did } = (await call('POST', '/dids/wallet', { walletConfig }, service)).wallet
  const change = {
    wallet: { did },
    walletConfig: { txsInput: [{ service: { name: 'site', value: 'https://a.example' } }] },
  }
  const bod = createHash('sha256').update(JSON.stringify(change)).digest('base64url')
  const { token } = await call('POST', '/dids/wallet/auth', { did, act: 'POST /wallet/configure', bod }, service)
  await call('POST', '/dids/wallet/configure', change, { ...service, 'x-did-auth': token })
  assert.equal((await call('GET', `/dids/1.0/identifiers/${did}`)).didDocument.id, did)
}

async function payments() {
  const person = { email: 'ada@example.com', password: 'correct horse battery', imei: '1234567890' }
  const send = async (path, json) => {
    const reply = await call('POST', `/payments${path}`, json)
    assert.equal(reply.response_code, '0', JSON.stringify(reply))
    return typeof reply.data === 'string' && reply.data !== '' ? JSON.parse(reply.data) : reply.data
  }
  const named = { username: 'ada', first_name: 'Ada', last_name: 'Example', address: '1 Main Street' }
  await send('/api/v1/lokdon/register', { ...person, ...named, phone_number: '+15550100', dob: '1990-02-28' })
  const login = await send('/api/auth/login/', { ...person, appid: 'host' })
  await send('/api/v1/lokdon/createwallet', { email: person.email, apikey: login['api-key'], imei: person.imei })
}

/** Logs a browser in with a face and a PIN, all bodies encrypted. */
async function authentication({ userId }) {
  await billfold.authentication.configurations.create({ tag: 'login', liveness: 'basic', pin: 'always' })
  const { licence } = await billfold.licences.create({ tag: 'shop' })
  const shop = await connect({ url: `${base}/walletapi`, licence })
  const enrolment = await billfold.authentication.sessions.create({
    userId,
    purpose: 'enroll',
    identityVerified: true,
    configuration: 'login',
  })
  await showFace(loginUrl(shop, `${base}/walletapi/sessions/session/${enrolment.sessionId}`))
  const request = { origin: 'https://shop.example', scopes: 'wallet', authtype: 'face', dvcID: 'login', userId }
  const { sessionId, url } = await requestSession(shop, request)
  assert.equal((await showFace(loginUrl(shop, url))).success, true)
  assert.equal((await getSessionResponse(shop, sessionId))?.userId, userId)
}

async function showFace(login) {
  const answer = await fetch(login, { redirect: 'manual' })
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
  const page = new URL(answer.headers.get('location') ?? '', login)
  for (const file of [page, `${page.origin}${page.pathname}/page.js`, `${page.origin}${page.pathname}/page.css`]) {
    const response = await fetch(file)
    assert.equal(response.status, 200, `${file}: ${await response.text()}`)
  }
  const browser = await connect({
    url: `${base}/walletapi`,
    fetch: (input, init) =>
      fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), cookie } }),
  })
  const sessionId = page.searchParams.get('session') ?? ''
  const { steps } = (await requestLivenessChallenge(browser, sessionId)).client
  const frames = [...steps.map((pose) => ({ pose })), {}].map((pose) =>
    Buffer.from(scriptedSelfie({ person: 'ada', ...pose })).toString('base64'),
  )
  const face = await submitFaceCapture(browser, { sessionId, frames, deviceId: 'phone' })
  if (face.pinRequired) await verifyPin(browser, { pin, isTrustedDevice: false }, { token: face.token })
  return face
}

/** A webhook goes to the address that was checked, whatever the name resolves to, and follows no redirect. */
async function webhooks() {
  const received = []
  app.post('/hook', (request, response) => {
    received.push(request.headers.host)
    response.redirect(`${base}/redirected`)
  })
  app.all('/redirected', () => assert.fail('a redirect was followed'))
  const url = `http://hooks.invalid:${server.address().port}/hook`
  const { id } = await billfold.webhooks.create({ url, events: ['user.created'] })
  await billfold.webhooks.ping(id)
  await billfold.maintain()
  assert.ok(received.length > 0 && received.every((host) => host === new URL(url).host), received.join())
}

async function run() {
  await start()
  const wallet = await custody()
  await onboarding(wallet)
  await dids()
  await payments()
  await authentication(wallet)
  await webhooks()
  console.log('custody, onboarding, DIDs, payments and authentication work')
}

run().then(
  () => process.exit(0),
  (/** @type {unknown} */ error) => {
    console.error(error)
    process.exit(1)
  },
)
