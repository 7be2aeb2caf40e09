// Certificates for a trial. A real issuer gets its own from a certificate authority, and trusts those of a trusted list.
import 'reflect-metadata'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { KeyObject, webcrypto } from 'node:crypto'
import { resolve } from 'node:path'
import type { Keyring } from '@billfold/core'
import { type CredentialSigner, keyringSigner, sealSigningKey } from '@billfold/credentials'
import {
  BasicConstraintsExtension,
  cryptoProvider,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { HostSettings } from './settings.ts'

/** Who signs, and the authority that others trust it by. */
export interface TestSigner {
  readonly signer: CredentialSigner
  /** PEM. */
  readonly authority: string
}

/** The signers of the issuer, and of the other site of the console. */
export interface TestSigners {
  readonly issuer: TestSigner
  readonly shop: TestSigner
}

interface StoredSigner {
  readonly certificate: string
  readonly authority: string
  /** Sealed by the keyring. */
  readonly sealedKey: string
}

/** Loads the certificates from DATA_DIR/certificates.json, or creates them on the first start. */
export async function loadOrCreateSigners({ dataDirectory }: HostSettings, keyring: Keyring): Promise<TestSigners> {
  const path = resolve(dataDirectory, 'certificates.json')
  if (!existsSync(path)) {
    const created = { issuer: await createSigner(keyring, 'Example host'), shop: await createSigner(keyring, 'Shop') }
    const temporary = `${path}.${process.pid}`
    writeFileSync(temporary, `${JSON.stringify(created, undefined, 2)}\n`, { mode: 0o600 })
    renameSync(temporary, path)
  }
  const stored: { readonly issuer: StoredSigner; readonly shop: StoredSigner } = JSON.parse(readFileSync(path, 'utf8'))
  return { issuer: toSigner(keyring, stored.issuer), shop: toSigner(keyring, stored.shop) }
}

function toSigner(keyring: Keyring, { certificate, authority, sealedKey }: StoredSigner): TestSigner {
  return { signer: keyringSigner({ certificates: [certificate], sealedKey, keyring }), authority }
}

const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const createKeys = () => webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])

async function createSigner(keyring: Keyring, name: string): Promise<StoredSigner> {
  cryptoProvider.set(webcrypto)
  const [authorityKeys, keys] = [await createKeys(), await createKeys()]
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3650 * 86_400_000) }
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    signingAlgorithm,
    keys: authorityKeys,
    name: `CN=Test authority of ${name}`,
    serialNumber: '01',
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  })
  const certificate = await X509CertificateGenerator.create({
    ...validity,
    signingAlgorithm,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    subject: `CN=${name}`,
    issuer: authority.subject,
    serialNumber: '02',
    extensions: [new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true)],
  })
  const privateKey = String(KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }))
  return {
    certificate: certificate.toString('pem'),
    authority: authority.toString('pem'),
    sealedKey: await sealSigningKey(keyring, privateKey),
  }
}
