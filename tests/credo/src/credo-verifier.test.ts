import { type DcqlQuery, MdocDeviceResponse, type VerifiablePresentation } from '@credo-ts/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type CredoServer, startCredo } from './credo-server.ts'
import { createHolderHost, type HolderHost, presentTo } from './holder-host.ts'

type Query = DcqlQuery['credentials'][number]

interface Asked {
  readonly configuration: string
  readonly query: Query
  readonly disclosed: object
  readonly concealed: string
}

const docType = 'com.example.identity.1'
const formats = {
  sdJwt: {
    configuration: 'identity.sd-jwt',
    query: {
      id: 'identity',
      format: 'dc+sd-jwt',
      meta: { vct_values: ['urn:example:identity:1'] },
      claims: [{ path: ['given_name'] }, { path: ['address', 'country'] }],
    },
    disclosed: { given_name: 'Ada', address: { country: 'GB' } },
    concealed: 'London',
  },
  mdoc: {
    configuration: 'identity.mdoc',
    query: {
      id: 'identity',
      format: 'mso_mdoc',
      meta: { doctype_value: docType },
      claims: [{ path: [docType, 'given_name'] }, { path: [docType, 'portrait'], intent_to_retain: true }],
    },
    disclosed: { [docType]: { given_name: 'Ada', portrait: Buffer.from([0xff, 0xd8, 0xff, 0xe0]) } },
    concealed: 'nationality',
  },
} satisfies Record<string, Asked>

const idSchema = z.object({ id: z.string() })
const acceptedSchema = z.object({ credentials: z.tuple([z.string()]) })
const apiSchema = z.object({ response: z.object({ data: z.record(z.string(), z.unknown()) }) })
const redirectUri = 'https://bank.example.com/done?session=1'

let server: CredoServer
let holder: HolderHost

beforeEach(async () => {
  server = await startCredo({ batchSize: 4 })
  holder = await createHolderHost(server)
})
afterEach(() => server.close())

const receive = async (configuration: string): Promise<string> => {
  const { issuer, issuerId } = server
  const { credentialOffer } = await issuer.createCredentialOffer({
    issuerId,
    version: 'v1',
    credentialConfigurationIds: [configuration],
    preAuthorizedCodeFlowConfig: {},
  })
  const { id } = idSchema.parse((await holder.call('POST', '/offers', { offer: credentialOffer })).body)
  const { body } = await holder.approve('POST', `/offers/${id}/accept`, {})
  return acceptedSchema.parse(body).credentials[0]
}

type RequestOptions = Parameters<CredoServer['verifier']['createAuthorizationRequest']>[0]

const request = (
  queries: readonly Query[],
  options: Partial<RequestOptions> = {},
  credential_sets?: DcqlQuery['credential_sets'],
) => {
  const [first, ...others] = queries
  if (first === undefined) throw new Error('nothing is asked for')
  const { verifier, verifierId, signer } = server
  return verifier.createAuthorizationRequest({
    verifierId,
    requestSigner: { method: 'x5c', x5c: [signer], clientIdPrefix: 'x509_hash' },
    dcql: { query: { credentials: [first, ...others], ...(credential_sets && { credential_sets }) } },
    ...options,
  })
}
const present = (source: object, choice: Readonly<Record<string, string>>) => presentTo(holder, source, choice)
const toDisclosed = (presentation: VerifiablePresentation | undefined): object => {
  if (presentation instanceof MdocDeviceResponse) return presentation.documents[0]?.issuerSignedNamespaces ?? {}
  return presentation !== undefined && 'prettyClaims' in presentation ? presentation.prettyClaims : {}
}
const verified = async (session: string, query = 'identity') => {
  const { dcql, transactionData } = await server.verifier.getVerifiedAuthorizationResponse(session)
  return { disclosed: toDisclosed(dcql?.presentations[query]?.[0]), transactionData }
}

const prefixes = ['x509_hash', 'x509_san_dns'] as const
const modes = ['direct_post', 'direct_post.jwt'] as const
const ways = prefixes.flatMap((clientIdPrefix) => modes.map((responseMode) => ({ clientIdPrefix, responseMode })))

describe.each(Object.values(formats))(
  'our holder, of $configuration',
  ({ configuration, query, disclosed, concealed }) => {
    // Credo names the address of the request as its audience, where OpenID4VP 1.0 section 5.8 has "https://self-issued.me/v2".
    test.each(ways)(
      'presents to a verifier of Credo by $responseMode, which $clientIdPrefix identifies',
      async (way) => {
        const credential = await receive(configuration)
        const { clientIdPrefix, responseMode } = way
        const { authorizationRequest, verificationSession } = await request([query], {
          requestSigner: { method: 'x5c', x5c: [server.signer], clientIdPrefix },
          responseMode,
          authorizationResponseRedirectUri: redirectUri,
        })
        const presented = await present({ uri: authorizationRequest }, { identity: credential })
        expect(presented).toMatchObject({ status: 200, body: { redirectUri } })
        const result = await verified(verificationSession.id)
        expect(result.disclosed).toMatchObject(disclosed)
        expect(JSON.stringify(result.disclosed)).not.toContain(concealed)
      },
    )

    test.each(['dc_api', 'dc_api.jwt'] as const)('presents to a page with a verifier of Credo by %s', async (mode) => {
      const credential = await receive(configuration)
      const origin = 'https://bank.example.com'
      const { authorizationRequestObject, verificationSession } = await request([query], {
        responseMode: mode,
        expectedOrigins: [origin],
      })
      const dcApi = { protocol: 'openid4vp-v1-signed', data: authorizationRequestObject, origin }
      const presented = await present({ dcApi }, { identity: credential })
      const { response } = apiSchema.parse(presented.body)
      await server.verifier.verifyAuthorizationResponse({
        verificationSessionId: verificationSession.id,
        authorizationResponse: response.data,
        origin,
      })
      expect((await verified(verificationSession.id)).disclosed).toMatchObject(disclosed)
    })

    // Credo takes no `error` (OpenID4VP 1.0 section 8.5), so its request fails; but it fails at once.
    test('declines a request, which fails at Credo', async () => {
      const { authorizationRequest, verificationSession } = await request([query])
      const shown = await holder.call('POST', '/requests', { uri: authorizationRequest })
      // The name in its certificate, not what it calls itself.
      expect(shown).toMatchObject({ status: 200, body: { verifier: { name: 'Signer' } } })
      const { id } = idSchema.parse(shown.body)
      expect((await holder.call('POST', `/requests/${id}/decline`, {})).status).toBe(204)
      expect((await server.verifier.getVerificationSessionById(verificationSession.id)).state).toBe('Error')
    })
  },
)

describe('our holder', () => {
  const { sdJwt, mdoc } = formats

  test('presents both formats at once to a verifier of Credo', async () => {
    const choice = { sdJwt: await receive(sdJwt.configuration), mdoc: await receive(mdoc.configuration) }
    const queries = [
      { ...sdJwt.query, id: 'sdJwt' },
      { ...mdoc.query, id: 'mdoc' },
    ] as const
    const { authorizationRequest, verificationSession } = await request(queries)
    expect((await present({ uri: authorizationRequest }, choice)).status).toBe(200)
    const { id } = verificationSession
    expect((await verified(id, 'sdJwt')).disclosed).toMatchObject(sdJwt.disclosed)
    expect((await verified(id, 'mdoc')).disclosed).toMatchObject(mdoc.disclosed)
  })

  test('presents the second of two claim sets, since it lacks a claim of the first', async () => {
    const credential = await receive(sdJwt.configuration)
    const query: Query = {
      id: 'identity',
      format: 'dc+sd-jwt',
      meta: { vct_values: ['urn:example:identity:1'] },
      claims: [
        { id: 'name', path: ['family_name'] },
        { id: 'given', path: ['given_name'], values: ['Grace', 'Ada'] },
        { id: 'nations', path: ['nationalities', null] },
      ],
      claim_sets: [
        ['name', 'nations'],
        ['given', 'nations'],
      ],
    }
    const { authorizationRequest, verificationSession } = await request([query])
    expect((await present({ uri: authorizationRequest }, { identity: credential })).status).toBe(200)
    const { disclosed } = await verified(verificationSession.id)
    expect(disclosed).toMatchObject({ given_name: 'Ada', nationalities: ['GB', 'FR'] })
    expect(disclosed).not.toHaveProperty('birthdate')
  })

  test('presents one of two alternatives', async () => {
    const credential = await receive(mdoc.configuration)
    const queries: Query[] = [
      { ...sdJwt.query, id: 'sdJwt' },
      { ...mdoc.query, id: 'mdoc' },
    ]
    const credential_sets = [{ options: [['sdJwt'], ['mdoc']] }] satisfies DcqlQuery['credential_sets']
    const { authorizationRequest, verificationSession } = await request(queries, {}, credential_sets)
    expect((await present({ uri: authorizationRequest }, { mdoc: credential })).status).toBe(200)
    expect((await verified(verificationSession.id, 'mdoc')).disclosed).toMatchObject(mdoc.disclosed)
  })

  test('sends nothing if a value is another than the verifier of Credo asks for', async () => {
    const credential = await receive(sdJwt.configuration)
    const query: Query = { ...sdJwt.query, claims: [{ path: ['given_name'], values: ['Grace'] }] }
    const { authorizationRequest, verificationSession } = await request([query])
    const presented = await present({ uri: authorizationRequest }, { identity: credential })
    expect(presented).toMatchObject({ status: 409, body: { code: 'presentation.unsatisfiable' } })
    const { state } = await server.verifier.getVerificationSessionById(verificationSession.id)
    expect(state).toBe('RequestUriRetrieved')
  })

  test('signs the transaction data that a verifier of Credo asks for', async () => {
    const credential = await receive(sdJwt.configuration)
    const { authorizationRequest, verificationSession } = await request([sdJwt.query], {
      transactionData: [{ type: 'payment', credential_ids: ['identity'], amount: '10' }],
    })
    expect((await present({ uri: authorizationRequest }, { identity: credential })).status).toBe(200)
    const { transactionData } = await verified(verificationSession.id)
    expect(transactionData).toMatchObject([{ credentialId: 'identity', decoded: { type: 'payment', amount: '10' } }])
  })

  test('refuses a request of Credo that is not signed', async () => {
    const { authorizationRequest } = await request([sdJwt.query], { requestSigner: { method: 'none' } })
    expect(await holder.call('POST', '/requests', { uri: authorizationRequest })).toMatchObject({
      status: 403,
      body: { code: 'verifier.unauthenticated', message: 'The request is not signed' },
    })
  })

  test('refuses the request of a verifier that it does not trust', async () => {
    const { authorizationRequest } = await request([sdJwt.query])
    const stranger = await startCredo()
    await stranger.close()
    const other = await createHolderHost({ ...server, authority: stranger.authority })
    expect(await other.call('POST', '/requests', { uri: authorizationRequest })).toMatchObject({
      status: 403,
      body: { code: 'verifier.unauthenticated' },
    })
  })
})
