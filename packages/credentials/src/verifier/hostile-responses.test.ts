import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  encryptResponse,
  fetchRequest,
  issuePidMdoc,
  issuePidSdJwt,
  postForm,
  postJson,
  presentMdoc,
  presentSdJwt,
} from '../test-fixtures/test-wallet.ts'
import {
  createStatusServer,
  createTestPki,
  startVerifier,
  type TestPki,
  type VerifierHost,
} from '../test-fixtures/verifier-host.ts'

let pki: TestPki
let host: VerifierHost

beforeAll(async () => {
  pki = await createTestPki()
  host = await startVerifier(pki, { fetch: createStatusServer(pki.issuer).fetch })
})
afterAll(() => host.close())

const names = fc.constantFrom('pid-1', 'pid-2', '__proto__', 'constructor', 'x', '')

test('any vp_token, properly encrypted, is refused without an error of the server', async () => {
  const json = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.dictionary(
      names,
      fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.array(fc.oneof(fc.string(), fc.base64String()), { maxLength: 3 })),
      { maxKeys: 3 },
    ),
  )
  await fc.assert(
    fc.asyncProperty(json, async (vpToken) => {
      const created = await host.verifier.request({ query: 'pid', flow: 'cross-device' })
      const request = await fetchRequest(created.uri ?? '')
      const response = await encryptResponse(request, { vp_token: vpToken, state: request.state })
      const { status, body } = await postForm(String(request.response_uri), { response })
      expect([status, body]).toEqual([400, { error: 'invalid_request' }])
      expect((await host.verifier.result(created)).status).toBe('refused')
    }),
    { numRuns: 150 },
  )
})

test('any form is answered, and none with an error of the server', async () => {
  const created = await host.verifier.request({ query: 'pid', flow: 'cross-device' })
  const request = await fetchRequest(created.uri ?? '')
  const parameters = fc.dictionary(
    fc.constantFrom('response', 'vp_token', 'state', 'error', 'x'),
    fc.string({ unit: 'binary', maxLength: 200 }),
    { maxKeys: 4 },
  )
  await fc.assert(
    fc.asyncProperty(parameters, async (form) => {
      const { status } = await postForm(String(request.response_uri), form)
      expect(status).toBe(400)
    }),
    { numRuns: 200 },
  )
  expect(await host.verifier.result(created)).toEqual({ status: 'open' })
})

test('any reference, transaction and query is answered, and none with an error of the server', async () => {
  const { keyId, keySecret } = await host.billfold.serviceKeys.create({ tag: 'test', scopes: ['verifier'] })
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 80 }), fc.jsonValue({ maxDepth: 3 }), async (text, json) => {
      const ref = encodeURIComponent(text).replaceAll('.', '%2E') || 'x'
      const object = await fetch(`${host.publicUrl}/requests/${ref}/object`)
      expect([400, 404]).toContain(object.status)
      await object.arrayBuffer()
      const result = await postJson(`${host.publicUrl}/results`, { transaction: text, responseCode: json })
      expect([400, 404]).toContain(result.status)
      const dcApi = await postJson(`${host.publicUrl}/requests/${ref}/dc-api`, json)
      expect([400, 404]).toContain(dcApi.status)
      const requested = { flow: 'cross-device', dcql: json }
      expect(await postJson(`${host.publicUrl}/requests`, requested, { authorization })).toMatchObject({
        status: 400,
        body: { code: 'input.invalid' },
      })
    }),
    { numRuns: 150 },
  )
})

test('characters that are changed in a right response never make it another that is verified', async () => {
  const [sdJwt, mdoc] = [await issuePidSdJwt(pki.issuer), await issuePidMdoc(pki.issuer)]
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.constantFrom('A', 'B', '~', '.', '_', ''), fc.boolean(), async (at, put, isMdoc) => {
      const created = await host.verifier.request({ query: 'pid', flow: 'cross-device' })
      const request = await fetchRequest(created.uri ?? '')
      const right = isMdoc ? await presentMdoc(request, mdoc) : await presentSdJwt(request, sdJwt)
      const place = at % right.length
      const changed = right.slice(0, place) + put + right.slice(place + 1)
      fc.pre(changed !== right)
      const response = await encryptResponse(request, {
        vp_token: { [isMdoc ? 'pid-2' : 'pid-1']: [changed] },
        state: request.state,
      })
      expect((await postForm(String(request.response_uri), { response })).status).toBe(400)
      expect((await host.verifier.result(created)).status).toBe('refused')
    }),
    { numRuns: 200 },
  )
})
