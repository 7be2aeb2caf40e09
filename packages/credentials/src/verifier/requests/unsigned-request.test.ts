import { describe, expect, test } from 'vitest'
import { encryptResponse, issuePidSdJwt, postJson, presentSdJwt, respond } from '../../test-fixtures/test-wallet.ts'
import { outcomeOf, prepareVerifiers } from '../../test-fixtures/verifiers.ts'
import { parseWalletRequest } from '../../test-fixtures/wallet-request.ts'

const origin = 'https://shop.example'

const verifiers = prepareVerifiers()

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
    const host = await verifiers.start({ unsignedRequests: true })
    const created = await host.verifier.request({ dcql, flow: 'cross-device', unsigned: true })
    const parameters = Object.fromEntries(new URL(created.uri ?? '').searchParams)
    const request = parseWalletRequest({
      ...parameters,
      dcql_query: JSON.parse(parameters['dcql_query'] ?? ''),
      client_metadata: JSON.parse(parameters['client_metadata'] ?? ''),
    })
    expect(request.client_id).toBe(`redirect_uri:${String(request.response_uri)}`)
    expect(parameters).not.toHaveProperty('request_uri')
    const presentation = await presentSdJwt(request, await issuePidSdJwt(verifiers.pki.issuer), {
      paths: [['given_name']],
    })
    expect((await respond(request, { a: [presentation] })).status).toBe(200)
    expect(await host.verifier.result(created)).toMatchObject({
      status: 'verified',
      attributes: { given_name: 'Erika' },
    })
    const strict = await verifiers.start()
    expect(await outcomeOf(strict.verifier.request({ dcql, flow: 'cross-device', unsigned: true }))).toBe(
      'input.invalid',
    )
  })

  test('over the Digital Credentials API is bound to the origin alone', async () => {
    const host = await verifiers.start({ unsignedRequests: true })
    const created = await host.verifier.request({ dcql, flow: 'dc-api', origin, unsigned: true })
    const { data, protocol, responseUrl } = created.dcApi ?? expect.fail('no request')
    expect([protocol, Object.keys(data).includes('client_id')]).toEqual(['openid4vp-v1-unsigned', false])
    const request = parseWalletRequest({ ...data, expected_origins: [origin] })
    const presentation = await presentSdJwt(request, await issuePidSdJwt(verifiers.pki.issuer), {
      paths: [['given_name']],
    })
    const response = await encryptResponse(request, { vp_token: { a: [presentation] } })
    expect((await postJson(responseUrl, { protocol, data: { response } }, { origin })).status).toBe(200)
    expect(await host.verifier.result(created)).toMatchObject({ status: 'verified' })
  })
})
