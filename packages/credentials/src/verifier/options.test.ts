import { memoryStorage } from '@billfold/core'
import { describe, expect, test } from 'vitest'
import { parseJws } from '../formats/jws.ts'
import { fetchRequest, issuePidSdJwt, pidPaths, postForm, presentSdJwt, respond } from '../test-fixtures/test-wallet.ts'
import { prepareVerifiers, presentPid } from '../test-fixtures/verifiers.ts'
import { trustAnchors } from '../trust/trust-list.ts'
import { resolveVerifierOptions } from './options.ts'
import { presentationRequests } from './tables.ts'

const verifiers = prepareVerifiers()

describe('options', () => {
  test('overDisclosure drop forgets what was not asked for', async () => {
    const host = await verifiers.start({ overDisclosure: 'drop' })
    const created = await host.verifier.request({ query: 'pid', flow: 'cross-device' })
    const request = await fetchRequest(created.uri ?? '')
    const held = await issuePidSdJwt(verifiers.pki.issuer)
    await respond(request, { 'pid-1': [await presentSdJwt(request, held, { paths: [...pidPaths, ['email']] })] })
    const { attributes, credentials } = await host.verifier.result(created)
    expect(JSON.stringify([attributes, credentials])).not.toContain('erika@example.com')
    expect(attributes).toHaveProperty('given_name', 'Erika')
  })

  test('evidenceDays retains the presentations sealed, and without it nothing of them is left', async () => {
    const storage = memoryStorage()
    const now = Date.now()
    let clock = now
    const host = await verifiers.start({ storage, evidenceDays: 30, now: () => clock })
    await presentPid(verifiers, host)
    const [row] = await storage.find(presentationRequests)
    expect(Buffer.from(row?.sealedPresentation ?? []).length).toBeGreaterThan(1000)
    expect(Buffer.from(row?.sealedPresentation ?? []).toString('latin1')).not.toContain('eyJ')
    clock = now + 2 * 60 * 60_000
    await host.billfold.maintain()
    expect(await storage.find(presentationRequests)).toMatchObject([{ sealedResult: null, state: 'ended' }])
    clock = now + 31 * 86_400_000
    await host.billfold.maintain()
    expect(await storage.find(presentationRequests)).toEqual([])
  })

  test('plainResponses takes a response by direct_post', async () => {
    const host = await verifiers.start({ plainResponses: true })
    const created = await host.verifier.request({ query: 'pid', flow: 'cross-device', plainResponse: true })
    const request = await fetchRequest(created.uri ?? '')
    expect(request.response_mode).toBe('direct_post')
    const presentation = await presentSdJwt(request, await issuePidSdJwt(verifiers.pki.issuer))
    const parameters = { vp_token: JSON.stringify({ 'pid-1': [presentation] }), state: String(request.state) }
    expect((await postForm(String(request.response_uri), parameters)).status).toBe(200)
    expect(await host.verifier.result(created)).toMatchObject({ status: 'verified' })
  })

  test.each([
    ['a public URL with a slash at its end', { publicUrl: 'https://example.com/' }],
    ['a public URL over http', { publicUrl: 'http://example.com/verifier' }],
    ['a public URL with a query', { publicUrl: 'https://example.com/verifier?a' }],
    [
      'no certificate',
      { signer: { certificates: [], algorithm: 'ES256', sign: (bytes: Uint8Array) => bytes } as const },
    ],
    [
      'a DNS name that is not in the certificate',
      { publicUrl: 'https://example.com/v', clientIdPrefix: 'x509_san_dns' as const },
    ],
    ['a wrong number of days', { evidenceDays: 0.5 }],
    ['a redirect that is no URL', { redirectUri: '/done' }],
  ])('with %s are refused at the start', async (_, options) => {
    await expect(verifiers.start(options)).rejects.toThrow(RangeError)
  })

  test('a signer with its anchor in the chain, or self-signed, is refused at the start', async () => {
    const certificates = [...verifiers.pki.verifier.certificates, verifiers.pki.verifierRoot.der]
    await expect(verifiers.start({ signer: { ...verifiers.pki.verifier, certificates } })).rejects.toThrow(
      'self-signed',
    )
  })

  test('x509_san_dns identifies the verifier by a name in its certificate', async () => {
    const host = await verifiers.start({ clientIdPrefix: 'x509_san_dns' })
    const { uri } = await host.verifier.request({ query: 'pid', flow: 'same-device' })
    expect(new URL(uri ?? '').searchParams.get('client_id')).toBe('x509_san_dns:localhost')
  })
})

test.each([
  [{ plainResponses: true }, 'plainResponses'],
  [{ unsignedRequests: true }, 'unsignedRequests'],
  [{ clientIdPrefix: 'x509_san_dns' as const }, 'clientIdPrefix'],
])('the profile haip refuses %j', (options, name) => {
  const verifier = {
    publicUrl: 'https://localhost/v',
    signer: verifiers.pki.verifier,
    issuers: trustAnchors([]),
    ...options,
  }
  expect(() => resolveVerifierOptions(verifier, 'haip')).toThrow(name)
})

test('a verifier that wallets know by a DID signs with the key that the DID names', async () => {
  const signer = { ...verifiers.pki.verifier, didUrl: 'did:web:shop.example#key-1' }
  const host = await verifiers.start({ signer, clientIdPrefix: 'decentralized_identifier' })
  const created = await host.verifier.request({ query: 'pid', flow: 'cross-device' })
  const parameters = new URL(created.uri ?? '').searchParams
  expect(parameters.get('client_id')).toBe('decentralized_identifier:did:web:shop.example')
  const object = await (await fetch(parameters.get('request_uri') ?? '')).text()
  const { header, payload } = parseJws(object, 'credential.malformed')
  expect([header['kid'], header['x5c'], payload['client_id']]).toEqual([
    signer.didUrl,
    undefined,
    parameters.get('client_id'),
  ])
})
