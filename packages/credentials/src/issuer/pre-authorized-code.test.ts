import { X509Certificate } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { verifyIssuerSigned } from '../formats/mdoc/issuer-signed.ts'
import { verifySdJwt } from '../formats/sd-jwt/verify-sd-jwt.ts'
import {
  ada,
  createIssuerHost,
  createTestPki,
  identity,
  type IssuerHost,
  publicUrl,
} from '../test-fixtures/issuer-host.ts'
import {
  createWalletClient,
  createWalletKey,
  credentialsOf,
  findCode,
  preAuthorizedGrant,
  signDpop,
  signProof,
  tokenOf,
  type WalletClient,
  type WireReply,
} from '../test-fixtures/wallet-client.ts'

const said = ({ status, body }: WireReply) => [status, body['error'] ?? Object.keys(body)]

describe('an issuer, for a pre-authorized code', () => {
  let pki: Awaited<ReturnType<typeof createTestPki>>
  let host: IssuerHost
  let wallet: WalletClient
  const issuer = () => host.credentials.issuer

  beforeAll(async () => {
    pki = await createTestPki()
  })
  beforeEach(async () => {
    host = createIssuerHost(pki.signer)
    wallet = await createWalletClient(host.credentials.issuer, publicUrl)
  })

  const start = async () => tokenOf(await wallet.redeem((await issuer().offer(identity, { claims: ada })).uri))
  const proofs = async (input: Parameters<typeof signProof>[1] = {}) => ({
    jwt: [await signProof(await createWalletKey(), { aud: publicUrl, nonce: await wallet.nonce(), ...input })],
  })
  const ask = (token: string, json: object) => wallet.post('/credential', token, { json })

  test('issues a batch of SD-JWT VCs that verify, each with its own key, index and salts', async () => {
    const reply = await wallet.request(await start(), 'identity.sd-jwt', 3)
    expect(reply.status).toBe(200)
    const verified = await Promise.all(
      credentialsOf(reply).map((text) => verifySdJwt(text, { resolveKey: () => keyOf(pki), now: Date.now() })),
    )
    for (const { claims, payload } of verified) {
      expect(claims).toMatchObject(ada)
      expect(payload).toMatchObject({ vct: 'urn:example:identity:1' })
      expect(payload).not.toHaveProperty('iss')
      expect(Number(payload['iat']) % 86_400).toBe(0)
      expect(Number(payload['exp']) % 86_400).toBe(0)
    }
    expect(new Set(verified.map(({ payload }) => JSON.stringify(payload['cnf']))).size).toBe(3)
    expect(new Set(verified.map(({ payload }) => JSON.stringify(payload['status']))).size).toBe(3)
  })

  test('issues an mdoc that verifies', async () => {
    const reply = await wallet.request(await start(), 'identity.mdoc')
    const [text = ''] = credentialsOf(reply)
    const { leaf } = pki
    const verified = await verifyIssuerSigned(text, {
      now: Date.now(),
      resolvePath: async () => new X509Certificate(leaf.der),
    })
    expect(verified).toMatchObject({ docType: 'com.example.identity.1' })
    expect(JSON.stringify(verified.claims)).toContain('Ada')
  })

  test('refuses each wrong key proof with the code of the standard, and uses nothing up', async () => {
    const token = await start()
    const id = { credential_configuration_id: 'identity.sd-jwt' }
    const key = await createWalletKey()
    const twice = await wallet.nonce()
    const cases: readonly (readonly [object, string])[] = [
      [{ ...id }, 'invalid_proof'],
      [{ ...id, proof: { proof_type: 'jwt', jwt: 'a.b.c' } }, 'invalid_proof'],
      [{ ...id, proofs: { jwt: ['a.b.c'] } }, 'invalid_proof'],
      [{ ...id, proofs: { jwt: [], attestation: ['a.b.c'] } }, 'invalid_proof'],
      [{ ...id, proofs: { attestation: ['a.b.c'] } }, 'invalid_proof'],
      [{ ...id, proofs: { jwt: [await signProof(key, { aud: publicUrl })] } }, 'invalid_proof'],
      [{ ...id, proofs: await proofs({ aud: 'https://other.example' }) }, 'invalid_proof'],
      [{ ...id, proofs: await proofs({ typ: 'JWT' }) }, 'invalid_proof'],
      [{ ...id, proofs: await proofs({ iat: 1 }) }, 'invalid_proof'],
      [{ ...id, proofs: await proofs({ header: { kid: 'did:example:1#0' } }) }, 'invalid_proof'],
      [{ ...id, proofs: await proofs({ nonce: 'abc' }) }, 'invalid_nonce'],
      [
        {
          ...id,
          proofs: { jwt: await Promise.all([1, 2].map(() => signProof(key, { aud: publicUrl, nonce: twice }))) },
        },
        'invalid_proof',
      ],
      [
        { credential_configuration_id: 'membership.sd-jwt', proofs: await proofs() },
        'unknown_credential_configuration',
      ],
      [{ credential_configuration_id: 'identity', proofs: await proofs() }, 'unknown_credential_configuration'],
      [{ credential_identifier: 'identity.sd-jwt', proofs: await proofs() }, 'invalid_credential_request'],
      [{ ...id, credential_identifier: 'identity.sd-jwt', proofs: await proofs() }, 'invalid_credential_request'],
      [{ credential_configuration_id: 7, proofs: await proofs() }, 'invalid_credential_request'],
      [{ format: 'vc+sd-jwt', proofs: await proofs() }, 'invalid_credential_request'],
      [{ ...id, proofs: await proofs(), credential_response_encryption: {} }, 'invalid_encryption_parameters'],
    ]
    for (const [json, error] of cases) expect(said(await ask(token, json))).toEqual([400, error])
    const jwt = [await signProof(key, { aud: publicUrl, nonce: twice })]
    expect((await ask(token, { ...id, proofs: { jwt } })).status).toBe(200)
  })

  test('issues once for a nonce, and once for a key', async () => {
    const token = await start()
    const key = await createWalletKey()
    const json = async (nonce: string, one = key) => ({
      credential_configuration_id: 'identity.sd-jwt',
      proofs: { jwt: [await signProof(one, { aud: publicUrl, nonce })] },
    })
    const nonce = await wallet.nonce()
    expect((await ask(token, await json(nonce))).status).toBe(200)
    expect(said(await ask(token, await json(nonce, await createWalletKey())))).toEqual([400, 'invalid_nonce'])
    expect(said(await ask(token, await json(await wallet.nonce())))).toEqual([400, 'invalid_proof'])
  })

  test('issues three batches for an access token and then denies', async () => {
    const token = await start()
    const statuses = []
    for (let round = 0; round < 7; round++) statuses.push((await wallet.request(token, 'identity.sd-jwt', 3)).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 400])
    expect(said(await wallet.request(token, 'identity.mdoc', 1))).toEqual([400, 'credential_request_denied'])
    expect(said(await wallet.request(token, 'identity.mdoc', 4))).toEqual([400, 'invalid_proof'])
  })

  test('refuses a bound token without its key, as Bearer, with a used proof or for another request', async () => {
    const token = await start()
    const json = { credential_configuration_id: 'identity.sd-jwt' }
    const url = `${publicUrl}/credential`
    const send = (headers: Record<string, string>) => wallet.send('/credential', { headers, json })
    const dpop = (input: Parameters<typeof signDpop>[2], key = wallet.key, at = url) => signDpop(key, at, input)
    const bearer = await send({ authorization: `Bearer ${token}` })
    expect(said(bearer)).toEqual([401, 'invalid_token'])
    expect(bearer.headers['www-authenticate']).toBe('DPoP error="invalid_token", algs="ES256"')
    expect(said(await send({ authorization: `DPoP ${token}` }))).toEqual([401, 'invalid_token'])
    const none = await send({})
    expect([none.status, none.headers['www-authenticate']]).toEqual([401, 'DPoP algs="ES256"'])
    const other = await createWalletKey()
    const cases: readonly (readonly [string, string])[] = [
      [await dpop({ token }, other), 'invalid_token'],
      [await dpop({ token: 'another' }), 'invalid_dpop_proof'],
      [await dpop({}), 'invalid_dpop_proof'],
      [await dpop({ token, method: 'GET' }), 'invalid_dpop_proof'],
      [await dpop({ token, iat: 1000 }), 'invalid_dpop_proof'],
      [await dpop({ token, typ: 'JWT' }), 'invalid_dpop_proof'],
      [await dpop({ token }, wallet.key, 'https://other.example/issuer/credential'), 'invalid_dpop_proof'],
      [await dpop({ token, nonce: 'x'.repeat(73) }), 'use_dpop_nonce'],
    ]
    for (const [proof, error] of cases)
      expect(said(await send({ authorization: `DPoP ${token}`, dpop: proof }))).toEqual([401, error])
    const jti = 'once'
    const first = { credential_configuration_id: 'identity.sd-jwt', proofs: await proofs() }
    const second = { ...first, proofs: await proofs() }
    expect((await wallet.post('/credential', token, { json: first }, { jti })).status).toBe(200)
    expect(said(await wallet.post('/credential', token, { json: second }, { jti }))).toEqual([
      401,
      'invalid_dpop_proof',
    ])
  })

  test('redeems a code once', async () => {
    const { uri } = await issuer().offer(identity, { claims: ada })
    const code = await findCode(wallet.send, uri)
    expect((await wallet.redeem(uri)).status).toBe(200)
    const dpop = await signDpop(wallet.key, `${publicUrl}/token`)
    const form = { grant_type: preAuthorizedGrant, 'pre-authorized_code': code }
    expect(said(await wallet.send('/token', { headers: { dpop }, form }))).toEqual([400, 'invalid_grant'])
    await expect(findCode(wallet.send, uri)).rejects.toThrow('grants')
  })

  test('takes a transaction code, locks the offer after five wrong ones, and expects none where none is', async () => {
    const free = await issuer().offer(identity, { claims: ada })
    expect(said(await wallet.redeem(free.uri, { tx_code: '1' }))).toEqual([400, 'invalid_request'])
    const { uri, txCode = '' } = await issuer().offer(identity, { claims: ada, txCode: true })
    expect(txCode).toMatch(/^\d{6}$/)
    expect(said(await wallet.redeem(uri))).toEqual([400, 'invalid_request'])
    const code = await findCode(wallet.send, uri)
    const guess = async (tx_code: string) =>
      wallet.send('/token', {
        headers: { dpop: await signDpop(wallet.key, `${publicUrl}/token`) },
        form: { grant_type: preAuthorizedGrant, 'pre-authorized_code': code, tx_code },
      })
    for (let round = 0; round < 5; round++) expect(said(await guess('000000x'))).toEqual([400, 'invalid_grant'])
    expect(said(await guess(txCode))).toEqual([400, 'invalid_grant'])
    const other = await issuer().offer(identity, { claims: ada, txCode: { length: 8, inputMode: 'text' } })
    expect((await wallet.redeem(other.uri, { tx_code: other.txCode ?? '' })).status).toBe(200)
  })

  test('counts twenty wrong codes at once as no more than five', async () => {
    const { uri, txCode = '' } = await issuer().offer(identity, { claims: ada, txCode: true })
    const code = await findCode(wallet.send, uri)
    const guess = async (tx_code: string) =>
      wallet.send('/token', {
        headers: { dpop: await signDpop(wallet.key, `${publicUrl}/token`) },
        form: { grant_type: preAuthorizedGrant, 'pre-authorized_code': code, tx_code },
      })
    const all = await Promise.all(Array.from({ length: 20 }, (_, at) => guess(`wrong${at}`)))
    expect(new Set(all.map((reply) => String(said(reply))))).toEqual(new Set(['400,invalid_grant']))
    expect(said(await guess(txCode))).toEqual([400, 'invalid_grant'])
  })

  test('refuses a token request without DPoP, with an unknown grant type and with a repeated parameter', async () => {
    const { uri } = await issuer().offer(identity, { claims: ada })
    const code = await findCode(wallet.send, uri)
    const form = { grant_type: preAuthorizedGrant, 'pre-authorized_code': code }
    const plain = await wallet.send('/token', { form })
    expect(said(plain)).toEqual([400, 'invalid_dpop_proof'])
    expect(plain.headers['dpop-nonce']).toHaveLength(73)
    const dpop = () => signDpop(wallet.key, `${publicUrl}/token`)
    const other = { ...form, grant_type: 'password' }
    expect(said(await wallet.send('/token', { form: other, headers: { dpop: await dpop() } }))).toEqual([
      400,
      'unsupported_grant_type',
    ])
    expect((await wallet.redeem(uri)).status).toBe(200)
  })

  test('names the credentials as identifiers where authorization details are sent', async () => {
    const { uri } = await issuer().offer(identity, { claims: ada })
    const details = [{ type: 'openid_credential', credential_configuration_id: 'identity.mdoc' }]
    const reply = await wallet.redeem(uri, { authorization_details: JSON.stringify(details) })
    expect(reply.body['authorization_details']).toEqual([{ ...details[0], credential_identifiers: ['identity.mdoc'] }])
    const token = tokenOf(reply)
    expect(said(await wallet.request(token, 'identity.mdoc'))).toEqual([400, 'invalid_credential_request'])
    const byIdentifier = async (credential_identifier: string) =>
      ask(token, { credential_identifier, proofs: await proofs() })
    expect(said(await byIdentifier('identity.sd-jwt'))).toEqual([400, 'unknown_credential_identifier'])
    expect((await byIdentifier('identity.mdoc')).status).toBe(200)
  })

  test('refreshes a grant by its key only, and issues again', async () => {
    const reply = await wallet.redeem((await issuer().offer(identity, { claims: ada })).uri)
    const refresh_token = String(reply.body['refresh_token'])
    const refresh = async (key = wallet.key) =>
      wallet.send('/token', {
        headers: { dpop: await signDpop(key, `${publicUrl}/token`) },
        form: { grant_type: 'refresh_token', refresh_token },
      })
    expect(said(await refresh(await createWalletKey()))).toEqual([400, 'invalid_grant'])
    const again = await refresh()
    expect(again.status).toBe(200)
    expect(again.body).not.toHaveProperty('refresh_token')
    expect((await wallet.request(tokenOf(again), 'identity.sd-jwt')).status).toBe(200)
  })

  test('records a notification once, and again without harm', async () => {
    const token = await start()
    const { body } = await wallet.request(token, 'identity.sd-jwt', 2)
    const json = { notification_id: body['notification_id'], event: 'credential_accepted' }
    for (let round = 0; round < 2; round++)
      expect((await wallet.post('/notification', token, { json })).status).toBe(204)
    expect((await issuer().list()).map(({ event }) => event)).toEqual(['credential_accepted', 'credential_accepted'])
    const unknown = { ...json, notification_id: 'x' }
    expect(said(await wallet.post('/notification', token, { json: unknown }))).toEqual([400, 'invalid_notification_id'])
    const odd = { ...json, event: 'lost' }
    expect(said(await wallet.post('/notification', token, { json: odd }))).toEqual([
      400,
      'invalid_notification_request',
    ])
    const other = tokenOf(await wallet.redeem((await issuer().offer(identity, { claims: ada })).uri))
    expect(said(await wallet.post('/notification', other, { json }))).toEqual([400, 'invalid_notification_id'])
  })

  test('ends an offer', async () => {
    const { id, uri } = await issuer().offer(identity, { claims: ada })
    await issuer().endOffer(id)
    await expect(findCode(wallet.send, uri)).rejects.toThrow('grants')
    await expect(issuer().endOffer(id)).rejects.toMatchObject({ code: 'offer.not-found' })
  })
})

function keyOf({ leaf }: { readonly leaf: { readonly der: Uint8Array } }) {
  return new X509Certificate(leaf.der).publicKey
}
