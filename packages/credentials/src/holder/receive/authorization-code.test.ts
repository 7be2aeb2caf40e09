import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { credentialType } from '../../issuer/types/credential-type.ts'
import { consentOf, sendTo } from '../../test-fixtures/wallet-client.ts'
import { createWalletHost, createWalletPki, type WalletHost, type WalletPki } from '../../test-fixtures/wallet-host.ts'
import type { WalletHttp } from '../wallet-http.ts'

const account = credentialType({
  id: 'account',
  claims: z.object({ level: z.string() }),
  sdJwt: { vct: 'urn:example:account:1' },
})
const redirectUri = 'https://wallet.example.com/back'
const idSchema = z.object({ id: z.string() })
const startedSchema = z.object({ authorizationUrl: z.url() })
const requestSchema = z.object({ proofs: z.object({ jwt: z.array(z.string()).min(1) }) })

let pki: WalletPki

beforeAll(async () => {
  pki = await createWalletPki()
})

/** Takes an account with a grant, and returns the status of the last reply. */
async function receive(
  grant: 'pre-authorized_code' | 'authorization_code',
  wrapHttp: (send: WalletHttp) => WalletHttp,
) {
  const subject: { userId: string } = { userId: '' }
  const host = await createWalletHost(pki, {
    types: [account],
    issuer: { authorize: () => subject, clients: [{ clientId: redirectUri, redirectUris: [redirectUri] }] },
    wrapHttp,
  })
  const user = await host.createUser()
  subject.userId = user.userId
  const { uri } = await host.billfold.credentials.issuer.offer(account, {
    subject: { userId: user.userId },
    claims: { level: 'gold' },
    grants: [grant],
  })
  const { id } = idSchema.parse((await host.call(user, 'POST', '/offers', { offer: uri })).body)
  const accepted = await host.call(user, 'POST', `/offers/${id}/accept`, {}, user.method)
  if (grant === 'pre-authorized_code') return { host, status: accepted.status }
  const url = await allow(host, startedSchema.parse(accepted.body).authorizationUrl)
  const { status } = await host.call(user, 'POST', `/offers/${id}/return`, { url }, user.method)
  return { host, status }
}

/** Allows what the issuer's page asks for, and returns where the browser is sent. */
async function allow({ billfold }: WalletHost, authorizationUrl: string): Promise<string> {
  const { search, searchParams } = new URL(authorizationUrl)
  const browser = sendTo(billfold.credentials.issuer)
  const page = await browser(`/authorize${search}`, { method: 'GET' })
  const cookie = String(page.headers['set-cookie']).split(';', 1)[0] ?? ''
  const form = {
    request_uri: searchParams.get('request_uri') ?? '',
    consent: consentOf(page),
    decision: 'allow',
  }
  return String((await browser('/authorize', { headers: { cookie }, form })).headers['location'])
}

const unchanged = (send: WalletHttp): WalletHttp => send

test.each([
  ['authorization_code', redirectUri],
  ['pre-authorized_code', undefined],
] as const)('key proofs after the grant %s name the client %s', async (grant, client) => {
  const { host, status } = await receive(grant, unchanged)
  expect(status).toBe(200)
  const request = host.sent.find(({ url }) => url.endsWith('/credential'))
  const { proofs } = requestSchema.parse(JSON.parse(request?.body ?? ''))
  expect(proofs.jwt.map((jwt) => decodeJwt(jwt).iss)).toEqual([client])
})

test('an issuer that answers a pushed authorization request with 200 instead of 201 is understood', async () => {
  const { status } = await receive('authorization_code', (send) => async (request) => {
    const response = await send(request)
    return request.url.endsWith('/par') ? { ...response, status: response.status === 201 ? 200 : 500 } : response
  })
  expect(status).toBe(200)
})
