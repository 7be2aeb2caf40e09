import { describe, expect, test } from 'vitest'
import {
  encryptResponse,
  fetchRequest,
  issuePidSdJwt,
  postForm,
  postJson,
  presentSdJwt,
  respond,
} from '../../test-fixtures/test-wallet.ts'
import { prepareVerifiers, presentPid } from '../../test-fixtures/verifiers.ts'

const verifiers = prepareVerifiers()

describe('a response', () => {
  test('that does not decrypt, is not encrypted, or has another state changes nothing, and the right one is then taken', async () => {
    const host = await verifiers.start()
    const created = await host.verifier.request({ query: 'pid', flow: 'same-device' })
    const request = await fetchRequest(created.uri ?? '')
    const uri = String(request.response_uri)
    const vpToken = { 'pid-1': [await presentSdJwt(request, await issuePidSdJwt(verifiers.pki.issuer))] }
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
    const host = await verifiers.start()
    const { created, request, vpToken, reply } = await presentPid(verifiers, host)
    expect(reply.status).toBe(200)
    expect((await respond(request, vpToken)).status).toBe(400)
    await expect(fetchRequest(created.uri ?? '')).rejects.toThrow(/^404/)
  })

  test('of many at once is taken once', async () => {
    const host = await verifiers.start()
    const { uri } = await host.verifier.request({ query: 'pid', flow: 'same-device' })
    const request = await fetchRequest(uri ?? '')
    const vpToken = { 'pid-1': [await presentSdJwt(request, await issuePidSdJwt(verifiers.pki.issuer))] }
    const replies = await Promise.all(Array.from({ length: 20 }, () => respond(request, vpToken)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('that is an error declines the request, encrypted or not', async () => {
    const host = await verifiers.start()
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
    const host = await verifiers.start({ now: () => now })
    const created = await host.verifier.request({ query: 'pid', flow: 'same-device', expiresIn: 30 })
    const request = await fetchRequest(created.uri ?? '')
    now += 30_000
    const vpToken = { 'pid-1': [await presentSdJwt(request, await issuePidSdJwt(verifiers.pki.issuer))] }
    expect((await respond(request, vpToken)).status).toBe(400)
    expect(await host.verifier.result(created)).toEqual({ status: 'expired' })
  })

  test('that is malformed HTTP has the error of the standard and no reason', async () => {
    const host = await verifiers.start()
    const { request } = await presentPid(verifiers, host)
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
