import { createBillfold, memoryStorage, silentLogger } from '@billfold/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { credentials } from './credentials.ts'
import { membership, publicUrl, testKeyring } from './test-fixtures/issuer-host.ts'
import { createAuthority, issueCertificate, signerOf, type TestCertificate } from './test-fixtures/pki.ts'
import { keyringSigner, sealSigningKey } from './trust/keyring-signer.ts'
import type { CredentialSigner } from './trust/credential-signer.ts'
import { type TrustList, trustAnchors } from './trust/trust-list.ts'

let root: TestCertificate
let between: TestCertificate
let leaf: TestCertificate
let other: TestCertificate
let selfSigned: TestCertificate

beforeAll(async () => {
  root = await createAuthority('Root')
  between = await issueCertificate(root, 'Between', { isAuthority: true })
  leaf = await issueCertificate(between, 'Leaf')
  other = await issueCertificate(between, 'Other')
  selfSigned = await createAuthority('Alone', { isAuthority: false })
})

interface Fixture {
  readonly signer: CredentialSigner
  /** What the other roles trust. */
  readonly trusted: TrustList
}

/** A host for each role that signs, and the name of its signer. */
const roles = [
  [
    'credentials.issuer.signer[0]',
    ({ signer, trusted }: Fixture) =>
      credentials({
        issuer: { publicUrl, types: [membership], signer: [signer] },
        verifier: { publicUrl, signer: signerOf(other, between), issuers: trusted },
      }),
  ],
  [
    'credentials.verifier.signer',
    ({ signer, trusted }: Fixture) =>
      credentials({
        verifier: { publicUrl, signer, issuers: trustAnchors([]) },
        holder: { redirectUri: 'https://wallet.example.com/back', issuers: trustAnchors([]), verifiers: trusted },
      }),
  ],
  [
    'credentials.holder.walletProvider.signer',
    ({ signer, trusted }: Fixture) =>
      credentials({
        issuer: { publicUrl, types: [membership], signer: signerOf(other, between), walletProviders: trusted },
        holder: {
          redirectUri: 'https://wallet.example.com/back',
          issuers: trustAnchors([]),
          verifiers: trustAnchors([]),
          walletProvider: { clientId: 'wallet', signer },
        },
      }),
  ],
] as const

describe.each(roles)('%s', (option, createModule) => {
  const start = (signer: CredentialSigner, trusted = trustAnchors([{ certificate: root.pem }])) =>
    createBillfold({
      storage: memoryStorage(),
      keyring: testKeyring(),
      logger: silentLogger,
      modules: [createModule({ signer, trusted })],
    })
  const withChain = (...chain: readonly TestCertificate[]): CredentialSigner => ({
    ...signerOf(leaf, between),
    certificates: chain.map(({ der }) => der),
  })

  test('with its chain and its key is ready', async () => {
    await expect(start(signerOf(leaf, between)).credentials.ready()).resolves.toBeUndefined()
  })

  test('with a self-signed leaf fails in createBillfold', () => {
    expect(() => start(withChain(selfSigned))).toThrow(`${option}.certificates[0] is self-signed`)
  })

  test('with its self-signed anchor fails in createBillfold', () => {
    expect(() => start(withChain(leaf, between, root))).toThrow(`${option}.certificates[2] is self-signed`)
  })

  test('with an anchor that another authority has signed fails in ready', async () => {
    const host = start(signerOf(leaf, between), trustAnchors([{ certificate: between.pem }]))
    await expect(host.credentials.ready()).rejects.toThrow(`${option}.certificates[1] is a trust anchor`)
  })

  test('with certificates that do not fit together fails in createBillfold', () => {
    expect(() => start(withChain(leaf, other))).toThrow(`${option}.certificates[0] is not issued by the next`)
  })

  test('with the key of another certificate fails in ready', async () => {
    const host = start({ ...signerOf(other, between), certificates: [leaf.der, between.der] })
    await expect(host.credentials.ready()).rejects.toThrow(`${option}.sign signs with another key`)
  })

  test('with another key that the keyring has sealed fails in ready', async () => {
    const keyring = testKeyring()
    const pem = String(other.privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const sealedKey = await sealSigningKey(keyring, pem)
    const host = start(keyringSigner({ certificates: [leaf.pem, between.pem], sealedKey, keyring }))
    await expect(host.credentials.ready()).rejects.toThrow('is not the key of its leaf')
  })

  test('with a KMS that cannot be reached fails in ready with the error of the KMS', async () => {
    const sign = () => Promise.reject(new Error('the KMS is down'))
    const host = start({ ...signerOf(leaf, between), sign })
    await expect(host.credentials.ready()).rejects.toThrow('the KMS is down')
  })

  test.each([0, 63, 65])('with a signature of %i bytes fails in ready', async (length) => {
    const host = start({ ...signerOf(leaf, between), sign: () => new Uint8Array(length) })
    await expect(host.credentials.ready()).rejects.toThrow(`${option}.sign signs with another key`)
  })
})

test('a host without signers is ready', async () => {
  const holder = {
    redirectUri: 'https://wallet.example.com/back',
    issuers: trustAnchors([]),
    verifiers: trustAnchors([]),
  }
  const modules = [credentials({ holder })] as const
  const host = createBillfold({ storage: memoryStorage(), keyring: testKeyring(), logger: silentLogger, modules })
  await expect(host.credentials.ready()).resolves.toBeUndefined()
})
