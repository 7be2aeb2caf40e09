import { setTimeout } from 'node:timers/promises'
import type { DcqlQuery } from '@credo-ts/core'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type CredoServer, type CredoServerOptions, startCredo } from './credo-server.ts'
import { createHolderHost, type HolderHost, presentTo, redirectUri } from './holder-host.ts'

const offered = z.object({ id: z.string() })
const accepted = z.object({
  credentials: z.array(z.string()),
  pending: z.boolean(),
  authorizationUrl: z.string().optional(),
})
const identity = { given_name: 'Ada', birthdate: '1815-12-10', nationalities: ['GB', 'FR'] }
const formats = [
  {
    configuration: 'identity.sd-jwt',
    claims: { ...identity, address: { locality: 'London', country: 'GB' } },
  },
  {
    configuration: 'identity.mdoc',
    claims: {
      'com.example.identity.1': {
        given_name: 'Ada',
        birth_date: '1815-12-10',
        nationality: ['GB', 'FR'],
        portrait: '_9j_4A',
        age_over_18: true,
        issue_date: '2026-01-01T00:00:00Z',
      },
    },
  },
] as const

let server: CredoServer
let holder: HolderHost

const start = async (options: CredoServerOptions = {}) => {
  server = await startCredo(options)
  holder = await createHolderHost(server)
}
afterEach(() => server.close())

type OfferOptions = Omit<Parameters<CredoServer['issuer']['createCredentialOffer']>[0], 'issuerId'>

const offer = (options: OfferOptions) => {
  const { issuer, issuerId } = server
  return issuer.createCredentialOffer({ issuerId, version: 'v1', ...options })
}
const show = async (options: OfferOptions) => {
  const { credentialOffer, issuanceSession } = await offer(options)
  const shown = await holder.call('POST', '/offers', { offer: credentialOffer })
  // The name in its certificate, not what it calls itself.
  expect(shown).toMatchObject({ status: 200, body: { issuer: { name: 'Signer', trusted: true } } })
  return { id: offered.parse(shown.body).id, session: issuanceSession }
}
const receive = async (options: OfferOptions, input: object = {}) => {
  const { id } = await show(options)
  const reply = await holder.approve('POST', `/offers/${id}/accept`, input)
  expect(reply).toMatchObject({ status: 200 })
  return { id, ...accepted.parse(reply.body) }
}
const open = async (credential: string | undefined) =>
  (await holder.approve('POST', `/credentials/${credential ?? ''}/open`, {})).body
/** Goes where a browser is sent, until it comes back to the wallet. */
const follow = async (url: string): Promise<string> => {
  if (url.startsWith(redirectUri)) return url
  const response = await server.fetch(url, { redirect: 'manual' })
  expect(response.status).toBe(302)
  return follow(response.headers.get('location') ?? '')
}

describe.each(formats)('our holder, of $configuration that Credo issues', ({ configuration, claims }) => {
  const preAuthorized = { credentialConfigurationIds: [configuration], preAuthorizedCodeFlowConfig: {} }

  test('takes a batch with a pre-authorized code, and opens it', async () => {
    await start({ batchSize: 5 })
    const { credentials } = await receive(preAuthorized)
    expect((await holder.call('GET', `/credentials/${credentials[0] ?? ''}`)).body).toMatchObject({ instancesLeft: 5 })
    expect(await open(credentials[0])).toEqual({ claims })
  })

  test('takes one with a transaction code, where DPoP is required', async () => {
    await start({ dpopRequired: true })
    const txCode = { length: 6, input_mode: 'numeric' } as const
    const { id, session } = await show({ ...preAuthorized, preAuthorizedCodeFlowConfig: { txCode } })
    const reply = await holder.approve('POST', `/offers/${id}/accept`, { txCode: session.userPin })
    expect(reply.status).toBe(200)
    expect(await open(accepted.parse(reply.body).credentials[0])).toEqual({ claims })
  })

  test('takes one after the login that the issuer sends the user to', async () => {
    await start()
    const { id, authorizationUrl } = await receive({
      credentialConfigurationIds: [configuration],
      authorizationCodeFlowConfig: { authorizationServerUrl: server.login },
    })
    const url = await follow(authorizationUrl ?? '')
    const reply = await holder.approve('POST', `/offers/${id}/return`, { url })
    expect(reply).toMatchObject({ status: 200 })
    expect(await open(accepted.parse(reply.body).credentials[0])).toEqual({ claims })
  })

  test('takes one that comes later', async () => {
    await start({ deferSeconds: 1 })
    expect(await receive(preAuthorized)).toMatchObject({ credentials: [], pending: true })
    // Credo counts the seconds by its own clock.
    await setTimeout(1200)
    holder.wait(6000)
    await holder.billfold.maintain()
    const [held] = await holder.billfold.credentials.holder.list(holder.userId)
    expect(await open(held?.id)).toEqual({ claims })
  })
})

// Credo gives a refresh token, but issues each configuration of an offer once.
test('our holder takes one of two formats, and presents it though the issuer renews nothing', async () => {
  await start({ batchSize: 3 })
  const { credentials } = await receive(
    {
      credentialConfigurationIds: ['identity.sd-jwt', 'identity.mdoc'],
      preAuthorizedCodeFlowConfig: {},
      generateRefreshTokens: true,
    },
    { credentials: ['identity.sd-jwt'] },
  )
  const [credential = ''] = credentials
  const query: DcqlQuery['credentials'][number] = {
    id: 'identity',
    format: 'dc+sd-jwt',
    meta: { vct_values: ['urn:example:identity:1'] },
    claims: [{ path: ['given_name'] }],
  }
  const { authorizationRequest } = await server.verifier.createAuthorizationRequest({
    verifierId: server.verifierId,
    requestSigner: { method: 'x5c', x5c: [server.signer], clientIdPrefix: 'x509_hash' },
    dcql: { query: { credentials: [query] } },
  })
  expect((await presentTo(holder, { uri: authorizationRequest }, { identity: credential })).status).toBe(200)
  expect((await holder.call('GET', `/credentials/${credential}`)).body).toMatchObject({ instancesLeft: 2 })
})

test('our holder, of an issuer that it does not trust, takes nothing without the word of its user, and nothing with it', async () => {
  await start()
  const stranger = await startCredo()
  try {
    holder = await createHolderHost({ ...server, authority: stranger.authority })
    const { credentialOffer } = await offer({
      credentialConfigurationIds: ['identity.sd-jwt'],
      preAuthorizedCodeFlowConfig: {},
    })
    const shown = await holder.call('POST', '/offers', { offer: credentialOffer })
    expect(shown.body).toMatchObject({ issuer: { trusted: false } })
    const { id } = offered.parse(shown.body)
    const refused = { status: 403, body: { code: 'issuer.untrusted' } }
    expect(await holder.approve('POST', `/offers/${id}/accept`, {})).toMatchObject(refused)
    expect(await holder.approve('POST', `/offers/${id}/accept`, { acceptUntrusted: true })).toMatchObject(refused)
  } finally {
    await stranger.close()
  }
})
