import 'reflect-metadata'
import { KeyObject, webcrypto } from 'node:crypto'
import {
  BasicConstraintsExtension,
  cryptoProvider,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { localSigner } from '@billfold/credentials'

cryptoProvider.set(webcrypto)

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const dayMs = 24 * 60 * 60 * 1000

/** Creates a signer whose certificate an authority of the test has issued, and that authority in DER. */
export async function createSigner() {
  const createKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const [authorityKeys, keys] = [await createKeys(), await createKeys()]
  const dates = {
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 365 * dayMs),
  }
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...dates,
    serialNumber: '01',
    name: 'CN=Authority, C=UT',
    keys: authorityKeys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    ],
  })
  const leaf = await X509CertificateGenerator.create({
    ...dates,
    serialNumber: '02',
    subject: 'CN=Document signer, C=UT',
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    ],
  })
  return {
    ...localSigner({ certificates: [new Uint8Array(leaf.rawData)], privateKey: KeyObject.from(keys.privateKey) }),
    authority: new Uint8Array(authority.rawData),
    privateKey: keys.privateKey,
    privateKeyPem: String(KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' })),
  }
}
