import { describeMounted, isDefaultMounting, type MountedClient } from '@billfold/http-tests'
import { beforeAll, expect, test } from 'vitest'
import {
  ada,
  createIssuerHost,
  createTestPki,
  identity,
  type IssuerHost,
  publicUrl,
} from '../test-fixtures/issuer-host.ts'
import {
  createWalletKey,
  findCode,
  preAuthorizedGrant,
  type Send,
  signDpop,
  signProof,
  tokenOf,
} from '../test-fixtures/wallet-client.ts'

let pki: Awaited<ReturnType<typeof createTestPki>>
const hosts: IssuerHost[] = []

/** Sends requests over HTTP, in the encodings of the wire. */
function sendOver(client: MountedClient): Send {
  return async (path, { method = 'POST', headers = {}, json, form, jwt } = {}) => {
    const type = jwt === undefined ? 'application/x-www-form-urlencoded' : 'application/jwt'
    const body = jwt ?? (form === undefined ? undefined : new URLSearchParams(form).toString())
    const sent =
      body === undefined
        ? { headers, ...(json !== undefined && { json }) }
        : { headers: { 'content-type': type, ...headers }, body }
    const { status, headers: received, text, json: parsed } = await client.request(method, path, sent)
    const isObject = typeof parsed === 'object' && parsed !== null
    return {
      status,
      text,
      headers: Object.fromEntries(Object.entries(received).map(([name, value]) => [name, value ?? ''])),
      body: isObject ? Object.fromEntries(Object.entries(parsed)) : {},
    }
  }
}

beforeAll(async () => {
  pki = await createTestPki()
})

describeMounted(
  'the issuer',
  () => {
    const host = createIssuerHost(pki.signer)
    hosts.push(host)
    return Promise.resolve(host.credentials.issuer)
  },
  (client) => {
    const send = sendOver(client)
    const offer = async () => {
      const host = hosts.at(-1) ?? expect.fail('no host is running')
      return host.credentials.issuer.offer(identity, { claims: ada })
    }
    const redeem = async (code: string, key: Awaited<ReturnType<typeof createWalletKey>>) =>
      send('/token', {
        headers: { dpop: await signDpop(key, `${publicUrl}/token`) },
        form: { grant_type: preAuthorizedGrant, 'pre-authorized_code': code },
      })

    test('issues over the wire: offer, token, nonce, credential, notification', async () => {
      const key = await createWalletKey()
      const token = tokenOf(await redeem(await findCode(send, (await offer()).uri), key))
      const nonce = String((await send('/nonce')).body['c_nonce'])
      const jwt = [await signProof(await createWalletKey(), { aud: publicUrl, nonce })]
      const proven = async (path: string) => ({
        authorization: `DPoP ${token}`,
        dpop: await signDpop(key, publicUrl + path, { token }),
      })
      const json = { credential_configuration_id: 'identity.sd-jwt', proofs: { jwt } }
      const issued = await send('/credential', { headers: await proven('/credential'), json })
      expect(issued.status).toBe(200)
      expect(issued.headers['cache-control']).toBe('no-store')
      expect(issued.headers['dpop-nonce']).toHaveLength(73)
      const notification = { notification_id: issued.body['notification_id'], event: 'credential_accepted' }
      const noted = await send('/notification', { headers: await proven('/notification'), json: notification })
      expect([noted.status, noted.text]).toEqual([204, ''])
      expect((await send('/.well-known/openid-credential-issuer', { method: 'GET' })).body).toMatchObject({
        credential_issuer: publicUrl,
      })
    })

    test('takes an encrypted request as application/jwt, and refuses what is none', async () => {
      const key = await createWalletKey()
      const token = tokenOf(await redeem(await findCode(send, (await offer()).uri), key))
      const headers = {
        authorization: `DPoP ${token}`,
        dpop: await signDpop(key, `${publicUrl}/credential`, { token }),
      }
      const refused = await send('/credential', { headers, jwt: 'a.b.c.d.e' })
      expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_encryption_parameters'])
      const malformed = await send('/credential', { headers, jwt: 'no token' })
      expect([malformed.status, malformed.body['error']]).toEqual([400, 'invalid_credential_request'])
    })

    test('has the errors of OAuth for what its pipeline refuses', async () => {
      const text = 'grant_type=a&grant_type=b'
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const repeated = await client.request('POST', '/token', { headers, body: text })
      expect([repeated.status, repeated.json]).toMatchObject([400, { error: 'invalid_request' }])
      const typed = await client.request('POST', '/token', { json: {} })
      expect(typed.json).toMatchObject({ error: 'invalid_request' })
      const bare = await client.request('POST', '/credential', { json: {} })
      expect([bare.status, bare.headers['www-authenticate'], bare.json]).toMatchObject([
        401,
        'DPoP algs="ES256"',
        { error: 'invalid_token' },
      ])
      expect(client.hostErrors).toEqual([])
    })
  },
  {
    only: (mounting) =>
      isDefaultMounting(mounting) || (mounting.framework === 'express 4' && mounting.through === 'app'),
  },
)
