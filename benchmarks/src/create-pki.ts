import 'reflect-metadata'
import { KeyObject, webcrypto } from 'node:crypto'
import { type CredentialSigner, localSigner } from '@billfold/credentials/formats'
import { BasicConstraintsExtension, cryptoProvider, X509CertificateGenerator } from '@peculiar/x509'

cryptoProvider.set(webcrypto)
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** Creates a root, and the signer of an issuer whose certificate it has signed. */
export async function createPki(): Promise<{ readonly root: Uint8Array; readonly signer: CredentialSigner }> {
  const [root, leaf] = [await createKeys(), await createKeys()]
  const validity = { notBefore: new Date(Date.now() - 864e5), notAfter: new Date(Date.now() + 864e7) }
  const common = { signingAlgorithm: algorithm, ...validity }
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...common,
    serialNumber: '01',
    name: 'CN=Root',
    keys: root,
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  })
  const certificate = await X509CertificateGenerator.create({
    ...common,
    serialNumber: '02',
    subject: 'CN=Issuer',
    issuer: authority.subject,
    publicKey: leaf.publicKey,
    signingKey: root.privateKey,
  })
  const signer = localSigner({
    certificates: [new Uint8Array(certificate.rawData)],
    privateKey: KeyObject.from(leaf.privateKey),
  })
  return { root: new Uint8Array(authority.rawData), signer }
}

function createKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}
