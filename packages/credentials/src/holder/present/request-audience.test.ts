import { beforeAll, beforeEach, expect, test } from 'vitest'
import { signJws } from '../../formats/jws.ts'
import {
  createWalletHost,
  createWalletPki,
  type WalletHost,
  type WalletPki,
  type WalletUser,
} from '../../test-fixtures/wallet-host.ts'
import { x5cOf } from '../../trust/signer-key.ts'

const clientId = 'x509_san_dns:verifier.example.com'
const requestUri = 'https://verifier.example.com/requests/1'

let pki: WalletPki
let host: WalletHost
let user: WalletUser
let request: string

beforeAll(async () => {
  pki = await createWalletPki()
  const http = () => Promise.resolve({ status: 200, headers: {}, body: request })
  host = await createWalletHost(pki, { holder: { http } })
})
beforeEach(async () => {
  user = await host.createUser()
})

const receive = async (aud: string | undefined) => {
  const query = { id: 'a', format: 'dc+sd-jwt', meta: { vct_values: ['urn:example:identity:1'] } }
  request = await signJws(
    pki.verifier,
    { typ: 'oauth-authz-req+jwt', x5c: x5cOf(pki.verifier) },
    {
      client_id: clientId,
      response_type: 'vp_token',
      response_mode: 'direct_post',
      response_uri: 'https://verifier.example.com/responses/1',
      nonce: 'n-0S6_WzA2Mj',
      dcql_query: { credentials: [query] },
      ...(aud !== undefined && { aud }),
    },
  )
  const uri = `openid4vp://?${new URLSearchParams({ client_id: clientId, request_uri: requestUri }).toString()}`
  const { status, body } = await host.call(user, 'POST', '/requests', { uri })
  return [status, body['code']]
}

test.each([undefined, 'https://self-issued.me/v2', requestUri])(
  'a request for the audience %s is shown',
  async (audience) => {
    expect(await receive(audience)).toEqual([200, undefined])
  },
)

test.each(['https://wallet.example.com', 'https://verifier.example.com/requests/2', 'https://verifier.example.com'])(
  'a request for the audience %s is refused',
  async (audience) => {
    expect(await receive(audience)).toEqual([403, 'verifier.unauthenticated'])
  },
)
