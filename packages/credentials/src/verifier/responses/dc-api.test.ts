import { describe, expect, test } from 'vitest'
import {
  authenticateRequest,
  encryptResponse,
  issuePidSdJwt,
  postJson,
  presentSdJwt,
} from '../../test-fixtures/test-wallet.ts'
import { prepareVerifiers } from '../../test-fixtures/verifiers.ts'

const origin = 'https://shop.example'

const verifiers = prepareVerifiers()

describe('the Digital Credentials API', () => {
  test('takes a response from the origin of the request, and from no other', async () => {
    const host = await verifiers.start()
    const created = await host.verifier.request({ query: 'pid', flow: 'dc-api', origin })
    const { data, protocol = '', responseUrl = '' } = created.dcApi ?? {}
    const request = authenticateRequest(data?.request ?? '')
    expect(request).toMatchObject({ response_mode: 'dc_api.jwt', expected_origins: [origin] })
    expect(request).not.toHaveProperty('response_uri')
    const vpToken = { 'pid-1': [await presentSdJwt(request, await issuePidSdJwt(verifiers.pki.issuer))] }
    const body = { protocol, data: { response: await encryptResponse(request, { vp_token: vpToken }) } }
    expect((await postJson(responseUrl, body, { origin: 'https://evil.example' })).status).toBe(400)
    expect((await postJson(responseUrl, body)).status).toBe(400)
    expect(await host.verifier.result(created)).toEqual({ status: 'open' })
    expect(await postJson(responseUrl, body, { origin })).toEqual({ status: 200, body: { status: 'verified' } })
    expect(await host.verifier.result(created)).toMatchObject({ status: 'verified' })
  })

  test('presented for another origin is refused', async () => {
    const host = await verifiers.start()
    const created = await host.verifier.request({ query: 'pid', flow: 'dc-api', origin })
    const { data, protocol = '', responseUrl = '' } = created.dcApi ?? {}
    const request = authenticateRequest(data?.request ?? '')
    const held = await issuePidSdJwt(verifiers.pki.issuer)
    const vpToken = { 'pid-1': [await presentSdJwt(request, held, { audience: 'origin:https://evil.example' })] }
    const response = await encryptResponse(request, { vp_token: vpToken })
    expect((await postJson(responseUrl, { protocol, data: { response } }, { origin })).status).toBe(400)
    expect(await host.verifier.result(created)).toEqual({ status: 'refused', code: 'holder-binding.audience' })
  })
})
