import { createHash, createPublicKey, randomBytes, sign, verify, X509Certificate } from 'node:crypto'
import {
  createKeyBinding,
  createSdJwt,
  parseX5c,
  selectDisclosures,
  trustAnchors,
  verifyKeyBinding,
  verifyPath,
  verifySdJwt,
} from '@billfold/credentials/formats'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import { beforeAll, expect, test } from 'vitest'
import { createChain, createHolderKey } from './server.ts'

const now = Date.now()
const seconds = Math.floor(now / 1000)
const claims = { given_name: 'Erika', address: { locality: 'Köln', country: 'DE' }, nationalities: ['DE', 'FR'] }
const holder = createHolderKey()
const binding = { nonce: 'n-0S6_WzA2Mj', audience: 'x509_hash:verifier' }

let issuer: Awaited<ReturnType<typeof createChain>>
let theirs: SDJwtVcInstance

const es256 = (data: string, key: typeof holder.privateKey): string =>
  sign('sha256', Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')

beforeAll(async () => {
  issuer = await createChain('Issuer')
  const leaf = new X509Certificate(issuer.certificate).publicKey
  const verifies = (key: typeof leaf) => (data: string, signature: string) =>
    verify('sha256', Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
  theirs = new SDJwtVcInstance({
    hasher: (data, algorithm) =>
      createHash(algorithm.replace('-', ''))
        .update(Buffer.from(data as string))
        .digest(),
    hashAlg: 'sha-256',
    saltGenerator: (length) => randomBytes(length).toString('base64url'),
    signAlg: 'ES256',
    signer: (data) => es256(data, issuer.privateKey),
    verifier: verifies(leaf),
    kbSignAlg: 'ES256',
    kbSigner: (data) => es256(data, holder.privateKey),
    kbVerifier: verifies(createPublicKey({ key: { ...holder.publicKey }, format: 'jwk' })),
  })
})

const verifyWithUs = async (presentation: string) => {
  const list = trustAnchors([{ certificate: issuer.root }])
  const verified = await verifySdJwt(presentation, {
    now,
    resolveKey: async ({ x5c }) =>
      (await verifyPath(list, { chain: parseX5c(x5c), purpose: 'issuer', now })).leaf.publicKey,
  })
  await verifyKeyBinding(verified, { ...binding, now })
  return verified
}

const keyBinding = { kb: { payload: { iat: seconds, aud: binding.audience, nonce: binding.nonce } } }
const ourCredential = () =>
  createSdJwt({
    signer: issuer.signer,
    vct: 'urn:x',
    claims,
    disclosure: 'all',
    holderKey: holder.publicKey,
    issuedAt: seconds,
    expiresAt: seconds + 600,
  })

test('a credential that the other library issues and presents is verified', async () => {
  const credential = await theirs.issue(
    {
      iss: 'https://issuer.example',
      iat: seconds,
      exp: seconds + 600,
      vct: 'urn:x',
      cnf: { jwk: { ...holder.publicKey } },
      ...claims,
    },
    {
      _sd: ['given_name', 'address'],
      nationalities: { _sd: [0, 1] },
      address: { _sd: ['locality'] },
      _sd_decoy: 2,
    },
    { header: { x5c: [Buffer.from(issuer.certificate).toString('base64')] } },
  )
  const presentation = await theirs.present(credential, { given_name: true, nationalities: { 1: true } }, keyBinding)
  const { claims: disclosed } = await verifyWithUs(presentation)
  expect(disclosed).toMatchObject({ vct: 'urn:x', given_name: 'Erika', nationalities: ['FR'] })
  expect(disclosed).not.toHaveProperty('address')
})

test('a credential that we issue is presented by the other library, and verified', async () => {
  const presentation = await theirs.present(
    await ourCredential(),
    { given_name: true, address: { country: true } },
    keyBinding,
  )
  const { claims: disclosed } = await verifyWithUs(presentation)
  expect(disclosed).toMatchObject({ given_name: 'Erika', address: { country: 'DE' } })
})

test('what we issue and present is verified by the other library', async () => {
  const selected = selectDisclosures(await ourCredential(), [['given_name'], ['nationalities', null]])
  const presentation = await createKeyBinding(selected, { ...binding, key: holder, issuedAt: seconds })
  const { payload, kb } = await theirs.verify(presentation, { keyBindingNonce: binding.nonce })
  expect(payload).toMatchObject({ given_name: 'Erika', nationalities: ['DE', 'FR'] })
  expect(kb?.payload.aud).toBe(binding.audience)
})

// What the other library accepts and we refuse, with the clause that says so.
const present = async (change: object) => {
  const selected = selectDisclosures(await ourCredential(), [['given_name']])
  return createKeyBinding(selected, { ...binding, key: holder, issuedAt: seconds, ...change })
}
test.each([
  [
    'another audience (RFC 9901 section 7.3)',
    () => present({ audience: 'x509_hash:other' }),
    'holder-binding.audience',
  ],
  ['a key binding of an hour ago (section 7.3)', () => present({ issuedAt: seconds - 3600 }), 'holder-binding.time'],
])('the other library accepts %s, which we refuse', async (_, create, code) => {
  const presentation = await create()
  await theirs.verify(presentation, { keyBindingNonce: binding.nonce })
  await expect(verifyWithUs(presentation)).rejects.toMatchObject({ code })
})
