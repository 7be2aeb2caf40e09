import { describeMounted } from '@billfold/http-tests'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { ada, identity } from '../test-fixtures/issuer-host.ts'
import { createWalletHost, createWalletPki, type WalletHost, type WalletPki } from '../test-fixtures/wallet-host.ts'

let pki: WalletPki
const hosts: WalletHost[] = []

beforeAll(async () => {
  pki = await createWalletPki()
})

const idSchema = z.object({ id: z.string() })
const acceptedSchema = z.object({ credentials: z.array(z.string()).min(1) })
const consentSchema = z.object({ consent: z.string() })
const optionsSchema = z.object({
  id: z.string(),
  options: z.array(z.object({ query: z.string(), candidates: z.array(z.object({ credential: z.string() })) })),
})

describeMounted(
  'the holder',
  async () => {
    const host = await createWalletHost(pki)
    hosts.push(host)
    return host.billfold.credentials.holder
  },
  (client) => {
    const host = () => hosts.at(-1) ?? expect.fail('no host is running')
    const createCaller = async () => {
      const { keyId, keySecret } = await host().billfold.serviceKeys.create({ tag: 'test', scopes: ['holder'] })
      const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
      const { userId, method } = await host().createUser()
      return {
        send: (verb: string, path: string, json?: object, signingMethod?: string) =>
          client.request(verb, `/users/${userId}${path}`, {
            headers: { authorization, ...(signingMethod !== undefined && { 'signing-method': signingMethod }) },
            ...(json !== undefined && { json }),
          }),
        method,
      }
    }

    test('receives a credential and presents it', async () => {
      const { send, method } = await createCaller()
      const { issuer, verifier } = host().billfold.credentials
      const { uri: offer } = await issuer.offer(identity, { claims: ada, formats: ['sd-jwt'] })
      const resolved = idSchema.parse((await send('POST', '/offers', { offer })).json)
      expect((await send('POST', `/offers/${resolved.id}/accept`, {})).status).toBe(403)
      const accepted = await send('POST', `/offers/${resolved.id}/accept`, {}, method)
      const [credential = ''] = acceptedSchema.parse(accepted.json).credentials
      const opened = await send('POST', `/credentials/${credential}/open`, {}, method)
      expect([opened.status, opened.headers['cache-control']]).toEqual([200, 'no-store'])
      expect(opened.text).toContain('Ada')
      const { uri, transaction } = await verifier.request({ query: 'identity', flow: 'cross-device' })
      const shown = optionsSchema.parse((await send('POST', '/requests', { uri })).json)
      const query = shown.options.find(({ candidates }) => candidates.length > 0)?.query ?? ''
      const choice = { [query]: credential }
      const agreed = await send('POST', `/requests/${shown.id}/consent`, { choice })
      const { consent } = consentSchema.parse(agreed.json)
      expect((await send('POST', `/requests/${shown.id}/present`, { choice, consent }, method)).status).toBe(200)
      expect(await verifier.result({ transaction })).toMatchObject({ status: 'verified' })
      expect((await send('DELETE', `/credentials/${credential}`, undefined, method)).status).toBe(204)
    })

    test('has errors with a code, and knows nobody without a service key', async () => {
      const { send } = await createCaller()
      const wrong = await send('POST', '/offers', { offer: 1 })
      expect([wrong.status, wrong.json]).toMatchObject([400, { code: 'input.invalid', errors: [{ path: 'offer' }] }])
      const missing = await send('GET', '/credentials/unknown')
      expect([missing.status, missing.json]).toMatchObject([404, { code: 'held-credential.not-found' }])
      expect((await client.request('GET', '/users/x/credentials')).status).toBe(401)
      expect(client.hostErrors).toEqual([])
    })
  },
  // Behind body parsers too: a face check is over the bytes of a body.
  { only: ({ through, prefix }) => through === 'app' && prefix !== '' },
)
