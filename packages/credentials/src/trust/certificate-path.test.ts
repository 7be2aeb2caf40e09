import { beforeAll, describe, expect, test } from 'vitest'
import {
  KeyUsageFlags,
  type CertificateOptions,
  createAuthority,
  issueCertificate,
  type TestCertificate,
} from '../test-fixtures/pki.ts'
import { parseX5c, type PathInput, verifyPath } from './certificate-path.ts'
import { type TrustAnchorInput, trustAnchors } from './trust-list.ts'

let root: TestCertificate

beforeAll(async () => {
  root = await createAuthority('Root')
})

const dayMs = 86_400_000
const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'trusted',
    (error: unknown) => (error instanceof Error ? error.message : error),
  )

function verify(
  chain: readonly TestCertificate[],
  input: Partial<PathInput> = {},
  anchor: Partial<TrustAnchorInput> = {},
  authority = root,
): Promise<unknown> {
  const list = trustAnchors([{ certificate: authority.der, ...anchor }])
  const path = { chain: chain.map(({ der }) => der), purpose: 'issuer', now: Date.now(), ...input } as const
  return code(verifyPath(list, path))
}

const leafWith = (options?: CertificateOptions) => issueCertificate(root, 'Leaf', options)

test('a leaf that the anchor has issued is trusted, in PEM and in DER', async () => {
  const leaf = await leafWith()
  expect(await verify([leaf])).toBe('trusted')
  expect(await verify([leaf], {}, { certificate: root.pem })).toBe('trusted')
})

test('a path through authorities is trusted, up to four certificates', async () => {
  const first = await issueCertificate(root, 'First', { isAuthority: true })
  const second = await issueCertificate(first, 'Second', { isAuthority: true })
  const third = await issueCertificate(second, 'Third', { isAuthority: true })
  const fourth = await issueCertificate(third, 'Fourth', { isAuthority: true })
  const third3 = await issueCertificate(third, 'Leaf')
  const fourth4 = await issueCertificate(fourth, 'Leaf')
  expect(await verify([third3, third, second, first])).toBe('trusted')
  expect(await verify([fourth4, fourth, third, second, first])).toMatch(/too long/)
  expect(await verify([third3, second, third, first])).toMatch(/not issued by the next/)
  expect(await verify([third3, third, first])).toMatch(/not issued by the next/)
  expect(await verify([third3, third, second])).toMatch(/no trust anchor/)
})

test('a path longer than an authority allows is refused', async () => {
  const short = await createAuthority('Short', { pathLength: 0 })
  const between = await issueCertificate(short, 'Between', { isAuthority: true })
  expect(await verify([await issueCertificate(short, 'Leaf')], {}, {}, short)).toBe('trusted')
  expect(await verify([await issueCertificate(between, 'Leaf'), between], {}, {}, short)).toMatch(/no trust anchor/)
  const limited = await issueCertificate(root, 'Limited', { isAuthority: true, pathLength: 0 })
  const below = await issueCertificate(limited, 'Below', { isAuthority: true })
  const leaf = await issueCertificate(below, 'Leaf')
  expect(await verify([leaf, below, limited])).toMatch(/not issued by the next/)
})

describe('a path is refused', () => {
  const leaves: readonly (readonly [string, CertificateOptions, RegExp])[] = [
    ['whose leaf is an authority', { isAuthority: true }, /is an authority/],
    ['whose leaf has expired', { from: -10, until: -1 }, /not valid now/],
    ['whose leaf is of the future', { from: 1 }, /not valid now/],
    ['whose leaf has an unknown critical extension', { criticalExtension: '1.2.3.4' }, /critical extension/],
    ['whose leaf has critical name constraints', { criticalExtension: '2.5.29.30' }, /critical extension/],
    ['whose key is for other uses', { keyUsage: KeyUsageFlags.keyAgreement }, /other uses/],
  ]
  test.each(leaves)('%s', async (_, options, message) => {
    expect(await verify([await leafWith(options)])).toMatch(message)
  })

  test('that is empty, or contains its anchor or a self-signed leaf', async () => {
    const leaf = await leafWith()
    expect(await verify([])).toMatch(/empty/)
    expect(await verify([leaf, root])).toMatch(/anchor is in the path/)
    expect(await verify([await createAuthority('Alone', { isAuthority: false })])).toMatch(/the leaf is self-signed/)
    const list = trustAnchors([{ certificate: root.der }])
    const chain = [Buffer.from('no certificate')]
    expect(await code(verifyPath(list, { chain, purpose: 'issuer', now: Date.now() }))).toMatch(/malformed/)
  })

  test('through an authority that may not issue', async () => {
    const leaf = await leafWith()
    expect(await verify([await issueCertificate(leaf, 'Below'), leaf])).toMatch(/not issued by the next/)
  })

  test('of another authority with the same name', async () => {
    const other = await createAuthority('Root')
    expect(await verify([await issueCertificate(other, 'Leaf')])).toMatch(/no trust anchor/)
  })

  test('once its anchor has expired', async () => {
    const leaf = await leafWith({ until: 5000 })
    expect(await verify([leaf], { now: Date.now() + 4000 * dayMs })).toMatch(/no trust anchor/)
  })
})

test('the extended key usage counts only where there is one', async () => {
  const usage = { extendedKeyUsage: ['1.0.18013.5.1.2'] }
  expect(await verify([await leafWith()], usage)).toBe('trusted')
  expect(await verify([await leafWith({ extendedKeyUsage: ['1.0.18013.5.1.2'] })], usage)).toBe('trusted')
  expect(await verify([await leafWith({ extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] })], usage)).toMatch(/key usage/)
})

test('an anchor is good for its types and purposes, and an empty list trusts nobody', async () => {
  const chain = [await leafWith()]
  const types = ['urn:eudi:pid:*', 'urn:example:card']
  expect(await verify(chain, { type: 'urn:eudi:pid:1' }, { types })).toBe('trusted')
  expect(await verify(chain, { type: 'urn:example:card' }, { types })).toBe('trusted')
  expect(await verify(chain, { type: 'urn:example:card:2' }, { types })).toMatch(/no trust anchor/)
  expect(await verify(chain, {}, { purposes: ['status'] })).toMatch(/no trust anchor/)
  const input = { chain: chain.map(({ der }) => der), purpose: 'issuer', now: Date.now() } as const
  expect(await code(verifyPath(trustAnchors([]), input))).toMatch(/no trust anchor/)
})

test('what is no authority cannot be an anchor', async () => {
  const { der } = await leafWith()
  expect(() => trustAnchors([{ certificate: der }])).toThrow(RangeError)
  expect(() => trustAnchors([{ certificate: 'no PEM' }])).toThrow('trustAnchors[0]')
})

test.each([undefined, 'text', [], [1], ['!'], ['AA=A'], Array.from({ length: 5 }, () => 'AAAA')])(
  'the header x5c %j is refused',
  (x5c) => {
    expect(() => parseX5c(x5c)).toThrow('x5c')
  },
)
