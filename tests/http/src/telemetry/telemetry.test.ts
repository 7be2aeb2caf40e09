import { createServer, type Server } from 'node:http'
import {
  type Billfold,
  createBillfold,
  localKeyring,
  memoryStorage,
  newKey,
  createPasswordHasher,
} from '@billfold/core'
import { scriptedVerifier } from '@billfold/core/biometrics'
import { expressRouter } from '@billfold/express-adapter'
import { koaRouter } from '@billfold/koa-adapter'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import express from 'express'
import Koa from 'koa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { createSelfie } from '../authentication/fixtures.ts'
import { createLoginFlow, publicUrl } from '../authentication/login-flow.ts'
import { sendRequest } from '../send-request.ts'
import { basicAuthorization } from '../basic-authorization.ts'
import { callCustody, type CustodyReply } from '../custody/custody-host.ts'
import { scriptedChain } from '../events/scripted-chain.ts'
import { type RecordingSdk, startRecording } from './recording-sdk.ts'

const pin = '471147'

/** Hosts whose middleware starts an active span, like the instrumentation of their framework. */
const frameworks = {
  express: (billfold: Billfold, { tracer }: RecordingSdk) => {
    const app = express()
    app.use((_request, _response, next) =>
      tracer.startActiveSpan('host', (span) => {
        next()
        span.end()
      }),
    )
    app.use('/id', expressRouter(billfold.custody))
    return createServer(app)
  },
  koa: (billfold: Billfold, { tracer }: RecordingSdk) => {
    const app = new Koa()
    app.use((_context, next) =>
      tracer.startActiveSpan('host', async (span) => {
        await next()
        span.end()
      }),
    )
    app.use(koaRouter(billfold.custody, { prefix: '/id' }).routes())
    const handle = app.callback()
    return createServer((input, response) => void handle(input, response))
  },
}

describe.each(['express', 'koa'] as const)('telemetry through %s', (framework) => {
  const chain = scriptedChain()
  let recorded: RecordingSdk
  let billfold: Billfold
  let server: Server
  let ask: (method: string, path: string, json?: unknown) => Promise<CustodyReply>
  beforeAll(async () => {
    recorded = startRecording()
    const { tracer, meter } = recorded
    billfold = createBillfold({
      storage: memoryStorage(),
      keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
      passwordHasher: createPasswordHasher({
        cost: { logN: 4, r: 1, p: 1 },
        queue: 100,
        perSource: 100,
        maxWaitSeconds: 600,
      }),
      telemetry: { tracer, meter },
      custody: { chainClients: { ETHEREUM: chain.client } },
      authentication: { publicUrl, verifier: Object.freeze(scriptedVerifier()), assessRisk: () => 'allow' },
    })
    const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 't', scopes: ['custody'] })
    server = frameworks[framework](billfold, recorded)
    server.keepAliveTimeout = 600_000
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const client = {
      request: (method: string, path: string, sent = {}) => sendRequest(port, method, `/id${path}`, sent),
    }
    ask = (method, path, json) => callCustody(client, basicAuthorization(keyId, keySecret), method, path, json)
    recorded.spans()
  })
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await recorded.close()
  })

  const named = (spans: readonly ReadableSpan[], name: string): ReadableSpan => {
    const span = spans.find((one) => one.name === name)
    if (span === undefined) throw new Error(`no span ${name} among ${spans.map((one) => one.name).join(', ')}`)
    return span
  }

  it('creates a request span under the span of the host, with storage and password hash spans below', async () => {
    const { status, result } = await ask('POST', '/api/wallets', { secretType: 'ETHEREUM', pincode: pin })
    expect(status).toBe(200)
    const spans = recorded.spans()
    const host = named(spans, 'host')
    const own = named(spans, 'POST /api/wallets')
    expect(own.parentSpanContext?.spanId).toBe(host.spanContext().spanId)
    expect(own.spanContext().traceId).toBe(host.spanContext().traceId)
    expect(own.kind).toBe(SpanKind.INTERNAL)
    expect(own.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/api/wallets',
      'http.response.status_code': 200,
      'billfold.api': 'custody',
      'billfold.route': 'createWallet',
    })
    for (const name of ['find service_keys', 'password hash', 'commit'])
      expect(named(spans, name).spanContext().traceId, name).toBe(own.spanContext().traceId)
    expect(named(spans, 'commit').attributes).toMatchObject({ 'db.operation.batch.size': expect.any(Number) })
    expect(named(spans, 'password hash').parentSpanContext?.spanId).toBe(own.spanContext().spanId)

    const read = await ask('GET', `/api/wallets/${result.id}`)
    expect(read.status).toBe(200)
    expect(named(recorded.spans(), 'GET /api/wallets/:walletId').attributes['http.route']).toBe(
      '/api/wallets/:walletId',
    )
  })

  it('records a rejected request by its status and a dependency call by its operation', async () => {
    await ask('GET', '/api/users/nobody')
    const rejected = named(recorded.spans(), 'GET /api/users/:userId')
    expect(rejected.attributes['http.response.status_code']).toBe(404)
    expect(rejected.status.code).toBe(SpanStatusCode.UNSET)
    const { result } = await ask('POST', '/api/wallets', { secretType: 'ETHEREUM', pincode: pin })
    const transactionRequest = {
      type: 'TRANSFER',
      secretType: 'ETHEREUM',
      walletId: result.id,
      to: `0x${'1'.repeat(40)}`,
      value: 1,
    }
    recorded.spans()
    await ask('POST', '/api/transactions', { pincode: pin, transactionRequest })
    const sent = recorded.spans()
    expect(named(sent, 'chain broadcast').attributes).toEqual({
      'billfold.dependency': 'chain',
      'billfold.chain': 'ETHEREUM',
      'billfold.operation': 'broadcast',
    })
    expect(named(sent, 'chain broadcast').spanContext().traceId).toBe(named(sent, 'host').spanContext().traceId)
  })

  it('measures requests, commits, password hashes, audit actions and backlogs', async () => {
    const { result } = await ask('POST', '/api/wallets', { secretType: 'ETHEREUM', pincode: pin })
    const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: result.id, data: 'x' }
    expect((await ask('POST', '/api/signatures', { pincode: '000000', signatureRequest })).status).toBe(403)
    const points = await recorded.points()
    const value = (name: string, attributes: object): number => {
      const found = points
        .get(name)
        ?.filter((point) => Object.entries(attributes).every(([key, word]) => point.attributes[key] === word))
      return found?.reduce((sum, point) => sum + point.value, 0) ?? -1
    }
    expect(
      value('http.server.request.duration', {
        'http.request.method': 'POST',
        'http.route': '/api/signatures',
        'http.response.status_code': 403,
        'billfold.api': 'custody',
      }),
    ).toBe(1)
    expect(value('billfold.audit.actions', { 'billfold.audit.action': 'signing-method.verification-failed' })).toBe(1)
    expect(value('billfold.audit.actions', { 'billfold.audit.action': 'wallet.created' })).toBeGreaterThan(0)
    expect(value('billfold.storage.commit.duration', { 'billfold.outcome': 'applied' })).toBeGreaterThan(0)
    expect(value('billfold.storage.find.duration', { 'db.collection.name': 'wallets' })).toBeGreaterThan(0)
    expect(value('billfold.password_hash.duration', {})).toBeGreaterThan(1)
    expect(value('billfold.password_hash.pending', {})).toBe(0)
    const waiting = value('billfold.backlog.size', { 'billfold.queue': 'events' })
    expect(waiting).toBeGreaterThan(2)
    expect(value('billfold.backlog.age', { 'billfold.queue': 'events' })).toBeGreaterThan(0)
    await billfold.deliver()
    const after = (await recorded.points()).get('billfold.backlog.size')
    expect(after?.map((point) => point.value)).toEqual([0, 0, 0])
    expect(named(recorded.spans(), 'deliver').attributes).toEqual({ 'billfold.delivered': 0, 'billfold.failed': 0 })
  })

  it('instruments a frozen face verifier', async () => {
    await billfold.authentication.configurations.create({ tag: 'still', liveness: 'none', pin: 'never' })
    const { licence } = await billfold.licences.create({ tag: 'relying party' })
    const steps = await createLoginFlow(inMemoryDriver(billfold.authentication), billfold, licence)
    const userId = await steps.createEnrolledUser('ada')
    const { url } = await steps.createSession({ userId, dvcID: 'still' })
    const browser = await steps.startBrowser(url)
    recorded.spans()
    expect((await browser.submitFace({ selfie: createSelfie('ada') })).data).toMatchObject({ status: 'success' })
    expect(named(recorded.spans(), 'verifier compare').attributes).toEqual({
      'billfold.dependency': 'verifier',
      'billfold.operation': 'compare',
    })
  })

  it('contains no id, no secret and no input of a caller', async () => {
    const reference = 'reference-of-ann@example.org'
    const { result: user } = await ask('POST', '/api/users', { reference, signingMethod: { type: 'PIN', value: pin } })
    await ask('GET', `/api/users/${user.id}?x=query-text`)
    const points = [...(await recorded.points())].flatMap(([, all]) => all.map(({ attributes }) => attributes))
    const spans = recorded.spans().map(({ name, attributes, status, events }) => ({ name, attributes, status, events }))
    const exported = JSON.stringify([points, spans])
    for (const secret of [reference, 'example.org', user.id, pin, 'query-text', '127.0.0.1'])
      expect(exported).not.toContain(secret)
    expect(exported).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-7/)
  })
})
