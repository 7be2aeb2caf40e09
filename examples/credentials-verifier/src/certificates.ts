// Certificates for tests. A relying party gets its own from a registrar, and trust anchors from a trusted list.
import 'reflect-metadata'
import { createPrivateKey, type KeyObject, KeyObject as KeyObjects, webcrypto } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import {
  BasicConstraintsExtension,
  cryptoProvider,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** A certificate, and the key of its leaf. */
export interface Signer {
  readonly certificates: readonly string[]
  readonly privateKey: KeyObject
}

/** The certificates of the shop, and of a PID provider for tests. PEM. */
export interface TestCertificates {
  readonly verifier: Signer
  /** The trust anchor of the PID provider. */
  readonly providers: string
  readonly provider: Signer
}

interface StoredSigner {
  readonly certificate: string
  readonly key: string
}

/** Loads the certificates of a file, which is made if there is none. */
export async function loadCertificates(file: string): Promise<TestCertificates> {
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(await createCertificates()), { mode: 0o600 })
  const stored: { readonly verifier: StoredSigner; readonly provider: StoredSigner; readonly providers: string } =
    JSON.parse(readFileSync(file, 'utf8'))
  return { verifier: open(stored.verifier), provider: open(stored.provider), providers: stored.providers }
}

function open({ certificate, key }: StoredSigner): Signer {
  return { certificates: [certificate], privateKey: createPrivateKey(key) }
}

async function createCertificates() {
  cryptoProvider.set(webcrypto)
  const [registrar, providers] = [await createAuthority('Test registrar'), await createAuthority('Test PID authority')]
  return {
    verifier: await issue(registrar, 'Test shop'),
    provider: await issue(providers, 'Test PID provider'),
    providers: providers.certificate.toString('pem'),
  }
}

type Authority = Awaited<ReturnType<typeof createAuthority>>

const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const validity = () => ({ notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 365 * 86_400_000) })
const createKeys = () => webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])

async function createAuthority(name: string) {
  const keys = await createKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(),
    signingAlgorithm,
    keys,
    name: `CN=${name}`,
    serialNumber: '01',
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { keys, certificate }
}

async function issue({ keys: authority, certificate: above }: Authority, name: string): Promise<StoredSigner> {
  const keys = await createKeys()
  const certificate = await X509CertificateGenerator.create({
    ...validity(),
    signingAlgorithm,
    publicKey: keys.publicKey,
    signingKey: authority.privateKey,
    subject: `CN=${name}`,
    issuer: above.subject,
    serialNumber: '02',
    extensions: [new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true)],
  })
  const key = KeyObjects.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' })
  return { certificate: certificate.toString('pem'), key: String(key) }
}
