import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { describeMounted, isDefaultMounting, type MountedClient } from '@billfold/http-tests'
import { beforeAll, expect, test } from 'vitest'
import { credentials } from '../credentials.ts'
import {
  authenticateRequest,
  encryptResponse,
  issuePidMdoc,
  issuePidSdJwt,
  presentMdoc,
  presentSdJwt,
} from '../test-fixtures/test-wallet.ts'
import { createStatusServer, createTestPki, type TestPki } from '../test-fixtures/verifier-host.ts'
import { trustAnchors } from '../trust/trust-list.ts'
import { eudiPid } from './queries/eudi-pid.ts'

// The public URL is not what is mounted: a proxy in front rewrites the path.
const publicUrl = 'https://verifier.example/deep/verifier'
const origin = 'https://shop.example'
let pki: TestPki

beforeAll(async () => {
  pki = await createTestPki()
})

function createHost() {
  const verifier = {
    publicUrl,
    signer: pki.verifier,
    issuers: trustAnchors([{ certificate: pki.root.der }]),
    queries: [eudiPid],
    redirectUri: 'https://shop.example/done',
    crossDevice: true,
    fetch: createStatusServer(pki.issuer).fetch,
  }
  const keyring = localKeyring({ keys: { k: newKey() }, currentKeyId: 'k' })
  return createBillfold({ storage: memoryStorage(), keyring, modules: [credentials({ verifier })] })
}

const hosts: ReturnType<typeof createHost>[] = []
const below = (url: unknown): string => String(url).slice(publicUrl.length)
const form = { 'content-type': 'application/x-www-form-urlencoded' }

async function fetchObject(client: MountedClient, uri = '', method = 'POST') {
  const path = below(new URL(uri).searchParams.get('request_uri'))
  const sent = method === 'GET' ? {} : { headers: form, body: 'wallet_nonce=wn&wallet_metadata=%7B%7D' }
  return client.request(method, path, sent)
}

describeMounted(
  'the verifier',
  () => {
    const host = createHost()
    hosts.push(host)
    return Promise.resolve(host.credentials.verifier)
  },
  (client) => {
    const verifier = () => (hosts.at(-1) ?? expect.fail('no host is running')).credentials.verifier
    const respond = async (uri: unknown, parameters: Record<string, string>) =>
      client.request('POST', below(uri), { headers: form, body: new URLSearchParams(parameters).toString() })

    test('takes a presentation on the same device: object, response, result', async () => {
      const created = await verifier().request({ query: 'pid', flow: 'same-device' })
      const object = await fetchObject(client, created.uri)
      expect(object.status).toBe(200)
      expect(object.headers['content-type']).toBe('application/oauth-authz-req+jwt')
      expect(object.headers['cache-control']).toBe('no-store')
      const request = authenticateRequest(object.text)
      expect(request.wallet_nonce).toBe('wn')
      const vpToken = { 'pid-1': [await presentSdJwt(request, await issuePidSdJwt(pki.issuer))] }
      const response = await encryptResponse(request, { vp_token: vpToken, state: request.state })
      const reply = await respond(request.response_uri, { response })
      expect(reply.status).toBe(200)
      const { redirect_uri: target } = JSON.parse(reply.text) as { redirect_uri: string }
      const responseCode = new URL(target).searchParams.get('response_code') ?? ''
      const results = await client.request('POST', '/results', {
        json: { transaction: created.transaction, responseCode },
      })
      expect(results.json).toMatchObject({ status: 'verified', attributes: { given_name: 'Erika' } })
      expect((await fetchObject(client, created.uri, 'GET')).status).toBe(404)
    })

    test('takes an mdoc over the Digital Credentials API from the origin of the request', async () => {
      const created = await verifier().request({ query: 'pid', flow: 'dc-api', origin })
      const { data, protocol, responseUrl } = created.dcApi ?? expect.fail('no request')
      const request = authenticateRequest(data.request ?? '')
      const vpToken = { 'pid-2': [await presentMdoc(request, await issuePidMdoc(pki.issuer))] }
      const json = { protocol, data: { response: await encryptResponse(request, { vp_token: vpToken }) } }
      const post = (from: string) => client.request('POST', below(responseUrl), { headers: { origin: from }, json })
      expect((await post('https://evil.example')).status).toBe(400)
      expect(await post(origin)).toMatchObject({ status: 200, json: { status: 'verified' } })
    })

    test('gives wallets no reason, and tells methods and paths apart', async () => {
      const { uri } = await verifier().request({ query: 'pid', flow: 'cross-device' })
      const request = authenticateRequest((await fetchObject(client, uri, 'GET')).text)
      const refused = await respond(request.response_uri, { response: 'a.b.c.d.e' })
      expect([refused.status, refused.json]).toEqual([400, { error: 'invalid_request' }])
      const repeated = await client.request('POST', below(request.response_uri), {
        headers: form,
        body: 'state=a&state=b',
      })
      expect([repeated.status, repeated.json]).toEqual([400, { error: 'invalid_request' }])
      expect((await client.request('PUT', below(request.response_uri))).status).toBe(405)
      expect((await client.request('POST', '/requests', { json: {} })).status).toBe(401)
      expect(client.hostErrors).toEqual([])
    })
  },
  {
    only: (mounting) =>
      isDefaultMounting(mounting) || (mounting.framework === 'express 4' && mounting.through === 'app'),
  },
)
