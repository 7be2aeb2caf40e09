import { createBillfold, memoryStorage, silentLogger } from '@billfold/core'
import type { MountableApi } from '@billfold/core/http'
import { decodeJwt } from 'jose'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { credentials } from '../../credentials.ts'
import { signJws } from '../../formats/jws.ts'
import { identity, testKeyring } from '../../test-fixtures/issuer-host.ts'
import {
  createWalletHost,
  createWalletPki,
  dispatch,
  verifierUrl,
  type WalletHost,
  type WalletPki,
  type WalletUser,
} from '../../test-fixtures/wallet-host.ts'
import { x5cOf } from '../../trust/signer-key.ts'
import type { VerifierOptions } from '../../verifier/options.ts'
import { presentationQuery, sdJwt } from '../../verifier/queries/presentation-query.ts'

const origin = 'https://verifier.example.com'
const query = presentationQuery({
  id: 'identity',
  any: [sdJwt({ vct: identity.sdJwt?.vct ?? '', claims: { given_name: ['given_name'] } })],
  purpose: 'To open an account',
})

let pki: WalletPki
let host: WalletHost
let user: WalletUser
const apis = new Map<string, MountableApi>()

const createVerifier = (options: Partial<VerifierOptions>) => {
  const verifier = { publicUrl: verifierUrl, signer: pki.verifier, issuers: pki.issuers, queries: [query] }
  const { credentials: parts } = createBillfold({
    storage: memoryStorage(),
    keyring: testKeyring(),
    logger: silentLogger,
    modules: [credentials({ verifier: { ...verifier, crossDevice: true, ...options } })],
  })
  apis.set(verifierUrl, parts.verifier)
  return parts.verifier
}

beforeAll(async () => {
  pki = await createWalletPki()
  host = await createWalletHost(pki, { holder: { http: (request) => dispatch(apis, request) } })
})
beforeEach(async () => {
  user = await host.createUser()
})

const receive = async (source: object) => {
  const { status, body } = await host.call(user, 'POST', '/requests', source)
  return [status, body['code']]
}
const refused = [403, 'verifier.unauthenticated']

describe('a request of a verifier', () => {
  test('that is known by its certificate is shown', async () => {
    const { uri } = await createVerifier({}).request({ query: 'identity', flow: 'cross-device' })
    expect(await receive({ uri })).toEqual([200, undefined])
  })

  test('is of the name that its certificate has; what it calls itself is a claim', async () => {
    const { dcApi } = await createVerifier({}).request({ query: 'identity', flow: 'dc-api', origin })
    const payload = decodeJwt(String(dcApi?.data['request']))
    const header = { typ: 'oauth-authz-req+jwt', x5c: x5cOf(pki.verifier) }
    const metadata = { ...z.object({}).loose().parse(payload['client_metadata']), client_name: 'Your Bank (Reader CA)' }
    const request = await signJws(pki.verifier, header, { ...payload, client_metadata: metadata })
    const source = { dcApi: { protocol: 'openid4vp-v1-signed', data: { request }, origin } }
    const { body } = await host.call(user, 'POST', '/requests', source)
    expect(body['verifier']).toMatchObject({ name: 'Verifier', claimedName: 'Your Bank (Reader CA)' })
  })

  test('that is received is one of at most fifty open ones of its user; one that is declined is not open', async () => {
    const verifier = createVerifier({})
    const send = async () => {
      const { uri } = await verifier.request({ query: 'identity', flow: 'cross-device' })
      return host.call(user, 'POST', '/requests', { uri })
    }
    const first = await send()
    for (let count = 1; count < 50; count++) expect((await send()).status).toBe(200)
    const { status, body } = await send()
    expect([status, body['code']]).toEqual([409, 'request.limit-reached'])
    await host.call(user, 'POST', `/requests/${String(first.body['id'])}/decline`, {})
    expect((await send()).status).toBe(200)
  })

  test('that is known by a DID is refused', async () => {
    const signer = { ...pki.verifier, didUrl: 'did:web:verifier.example.com#key-1' }
    const verifier = createVerifier({ signer, clientIdPrefix: 'decentralized_identifier' })
    const { uri } = await verifier.request({ query: 'identity', flow: 'cross-device' })
    expect(await receive({ uri })).toEqual(refused)
    const { dcApi } = await verifier.request({ query: 'identity', flow: 'dc-api', origin })
    const { protocol, data } = dcApi ?? {}
    expect(await receive({ dcApi: { protocol, data, origin } })).toEqual(refused)
  })

  test('that does not sign it is refused, in a link and over the Digital Credentials API', async () => {
    const verifier = createVerifier({ unsignedRequests: true })
    const { uri } = await verifier.request({ query: 'identity', flow: 'cross-device', unsigned: true })
    expect(new URL(uri ?? '').searchParams.get('client_id')).toMatch(/^redirect_uri:/)
    expect(await receive({ uri })).toEqual(refused)
    const { dcApi } = await verifier.request({ query: 'identity', flow: 'dc-api', origin, unsigned: true })
    expect(dcApi?.protocol).toBe('openid4vp-v1-unsigned')
    const { protocol, data } = dcApi ?? {}
    expect(await receive({ dcApi: { protocol, data, origin } })).toEqual(refused)
  })

  test.each([
    'decentralized_identifier:did:web:bank.example',
    'redirect_uri:https://bank.example/back',
    'bank.example',
  ])('that calls itself %s is refused, though a trusted certificate has signed it', async (clientId) => {
    const { dcApi } = await createVerifier({}).request({ query: 'identity', flow: 'dc-api', origin })
    const payload = decodeJwt(String(dcApi?.data['request']))
    const header = { typ: 'oauth-authz-req+jwt', x5c: x5cOf(pki.verifier) }
    const request = await signJws(pki.verifier, header, { ...payload, client_id: clientId })
    expect(await receive({ dcApi: { protocol: 'openid4vp-v1-signed', data: { request }, origin } })).toEqual(refused)
  })

  test('that was refused leaves nothing behind', async () => {
    expect(await host.billfold.credentials.holder.presentations(user.userId)).toEqual([])
  })
})
