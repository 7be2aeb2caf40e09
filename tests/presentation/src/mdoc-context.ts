// What @owf/mdoc leaves to its host, by node:crypto.
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify, X509Certificate } from 'node:crypto'
import { CoseKey, DeviceKey, type MdocContext } from '@owf/mdoc'

const refuse = (): never => {
  throw new Error('MACs are not used')
}

/** The cryptography of the other library. */
export const mdocContext: MdocContext = {
  crypto: {
    random: (length) => randomBytes(length),
    digest: ({ digestAlgorithm, bytes }) =>
      createHash(digestAlgorithm.replace('-', '').toLowerCase()).update(bytes).digest(),
    calculateEphemeralMacKey: refuse,
  },
  cose: {
    sign1: {
      sign: ({ toBeSigned, key }) => {
        const privateKey = createPrivateKey({ key: key.jwk, format: 'jwk' })
        return sign('sha256', toBeSigned, { key: privateKey, dsaEncoding: 'ieee-p1363' })
      },
      verify: ({ key, sign1 }) => {
        const publicKey = createPublicKey({ key: key.jwk, format: 'jwk' })
        return verify('sha256', sign1.toBeSigned, { key: publicKey, dsaEncoding: 'ieee-p1363' }, sign1.signature)
      },
    },
    mac0: { sign: refuse, verify: refuse },
  },
  x509: {
    getIssuerNameField: ({ certificate, field }) =>
      new X509Certificate(certificate).issuer.split('\n').flatMap((part) => {
        const [name, value = ''] = part.split('=')
        return name === field ? [value] : []
      }),
    getPublicKey: ({ certificate }) =>
      CoseKey.fromJwk(new X509Certificate(certificate).publicKey.export({ format: 'jwk' })),
    verifyCertificateChain: ({ trustedCertificates, x5chain: [leaf] }) => {
      const certificate = new X509Certificate(leaf ?? new Uint8Array())
      const isTrusted = trustedCertificates.some((one) => certificate.verify(new X509Certificate(one).publicKey))
      if (!isTrusted) throw new Error('The chain is not trusted')
    },
    getCertificateData: ({ certificate }) => {
      const { issuer, subject, serialNumber, fingerprint256, validFrom, validTo } = new X509Certificate(certificate)
      return {
        issuerName: issuer,
        subjectName: subject,
        serialNumber,
        thumbprint: fingerprint256,
        notBefore: new Date(validFrom),
        notAfter: new Date(validTo),
        pem: new X509Certificate(certificate).toString(),
      }
    },
  },
}

/** A key of ours as the other library has it. */
export function toDeviceKey(jwk: object): DeviceKey {
  return DeviceKey.fromJwk({ ...jwk })
}
