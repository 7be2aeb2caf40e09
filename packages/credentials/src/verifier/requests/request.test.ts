import { describe, expect, test } from 'vitest'
import { fetchRequest, issuePidSdJwt, postJson, presentSdJwt, respond } from '../../test-fixtures/test-wallet.ts'
import { outcomeOf, prepareVerifiers } from '../../test-fixtures/verifiers.ts'

const origin = 'https://shop.example'

const verifiers = prepareVerifiers()

describe('a request', () => {
  const claim = { path: ['given_name'] }
  const credential = { id: 'a', format: 'dc+sd-jwt' as const, meta: { vct_values: ['urn:x'] }, claims: [claim] }
  const flow = 'cross-device' as const
  test.each([
    ['no query', { flow }],
    ['two queries', { flow, query: 'pid', dcql: { credentials: [credential] } }],
    ['an unknown query', { flow, query: 'other' }],
    ['an origin without the API', { flow, query: 'pid', origin }],
    ['the API without an origin', { flow: 'dc-api' as const, query: 'pid' }],
    ['an origin with a path', { flow: 'dc-api' as const, query: 'pid', origin: `${origin}/` }],
    [
      'transaction data with a PID',
      { flow, query: 'pid', transactionData: [{ type: 't', credential_ids: ['pid-1'] }] },
    ],
    ['a plain response', { flow, query: 'pid', plainResponse: true }],
    ['ids twice', { flow, dcql: { credentials: [credential, credential] } }],
    ['a path twice', { flow, dcql: { credentials: [{ ...credential, claims: [claim, claim] }] } }],
    ['claim sets without ids', { flow, dcql: { credentials: [{ ...credential, claim_sets: [['b']] }] } }],
    [
      'a set of unknown credentials',
      { flow, dcql: { credentials: [credential], credential_sets: [{ options: [['b']] }] } },
    ],
    [
      'an mdoc path of one part',
      {
        flow,
        dcql: {
          credentials: [{ id: 'm', format: 'mso_mdoc' as const, meta: { doctype_value: 'd' }, claims: [claim] }],
        },
      },
    ],
    ['a negative index', { flow, dcql: { credentials: [{ ...credential, claims: [{ path: ['a', -1] }] }] } }],
  ])('with %s is input.invalid', async (_, input) => {
    const host = await verifiers.start()
    expect(await outcomeOf(host.verifier.request(input))).toBe('input.invalid')
  })

  test('names the trust anchors by their key identifiers, and says which elements are retained', async () => {
    const host = await verifiers.start()
    const { uri } = await host.verifier.request({ query: 'pid', flow })
    const { dcql_query: dcql } = await fetchRequest(uri ?? '')
    expect(dcql.credentials[0]?.trusted_authorities).toMatchObject([
      { type: 'aki', values: [expect.stringMatching(/^[\w-]{27}$/)] },
    ])
    expect(dcql.credentials[1]?.claims?.every((one) => one.intent_to_retain === false)).toBe(true)
  })

  test('with transaction data is verified only if they were signed', async () => {
    const host = await verifiers.start()
    const dcql = { credentials: [{ ...credential, meta: { vct_values: ['urn:eudi:pid:1'] } }] }
    const transactionData = [{ type: 'urn:example:payment', credential_ids: ['a'], amount: '10.00', payee: 'Ada' }]
    const results = []
    for (const signed of [undefined, [], [Buffer.from('{}').toString('base64url')]]) {
      const created = await host.verifier.request({ dcql, flow, transactionData })
      const request = await fetchRequest(created.uri ?? '')
      const change = { paths: [['given_name']], ...(signed && { transactionData: signed }) }
      await respond(request, { a: [await presentSdJwt(request, await issuePidSdJwt(verifiers.pki.issuer), change)] })
      const { status, code, attributes } = await host.verifier.result(created)
      results.push(code ?? [status, attributes])
    }
    expect(results).toEqual([['verified', { given_name: 'Erika' }], 'transaction-data.hash', 'transaction-data.hash'])
  })

  test('with claim sets and values is satisfied by the first set that can be, and not by another value', async () => {
    const host = await verifiers.start()
    const claims = [
      { id: 'name', path: ['given_name'] },
      { id: 'nation', path: ['nationalities', null], values: ['FR'] },
      { id: 'city', path: ['address', 'locality'], values: ['Paris'] },
    ]
    const meta = { vct_values: ['urn:eudi:pid:1'] }
    const dcql = {
      credentials: [
        {
          ...credential,
          meta,
          claims,
          claim_sets: [
            ['name', 'city'],
            ['name', 'nation'],
          ],
        },
      ],
    }
    const present = async (paths: readonly (readonly (string | null)[])[]) => {
      const created = await host.verifier.request({ dcql, flow })
      const request = await fetchRequest(created.uri ?? '')
      await respond(request, { a: [await presentSdJwt(request, await issuePidSdJwt(verifiers.pki.issuer), { paths })] })
      return host.verifier.result(created)
    }
    const right = await present([['given_name'], ['nationalities', null]])
    expect(right.attributes).toEqual({ name: 'Erika', nation: ['DE', 'FR'] })
    expect(await present([['given_name'], ['address', 'locality']])).toMatchObject({ code: 'query.missing' })
  })

  test('over HTTP needs a service key of the tenant with the scope verifier', async () => {
    const host = await verifiers.start()
    const { serviceKeys } = host.billfold
    const withKey = async (input: { scopes: readonly string[]; tenant?: string }) => {
      const { keyId, keySecret } = await serviceKeys.create({ tag: 'test', ...input })
      const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
      return postJson(`${host.publicUrl}/requests`, { query: 'pid', flow: 'same-device' }, { authorization })
    }
    const created = await withKey({ scopes: ['verifier'] })
    expect(created).toMatchObject({ status: 201, body: { uri: expect.stringMatching(/^openid4vp:/) } })
    expect(created.body['haipUri']).toMatch(/^haip-vp:/)
    expect((await withKey({ scopes: ['custody'] })).status).toBe(403)
    expect((await withKey({ scopes: ['verifier'], tenant: 'other' })).status).toBe(403)
    expect(await postJson(`${host.publicUrl}/requests`, {})).toMatchObject({
      status: 401,
      body: { code: 'caller.unauthenticated' },
    })
    const { transaction } = created.body
    expect(await postJson(`${host.publicUrl}/results`, { transaction })).toEqual({
      status: 200,
      body: { status: 'open' },
    })
    const unknown = await postJson(`${host.publicUrl}/results`, { transaction: 'x' })
    expect(unknown).toMatchObject({ status: 404, body: { code: 'presentation-request.not-found' } })
  })
})
