import 'reflect-metadata'
import { createPrivateKey, generateKeyPairSync, KeyObject, sign, webcrypto } from 'node:crypto'
import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { credentials, eudiPid, localSigner, trustAnchors } from '@billfold/credentials'
import type { HolderKey } from '@billfold/credentials/formats'
import { expressRouter } from '@billfold/express-adapter'
import {
  BasicConstraintsExtension,
  cryptoProvider,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import express from 'express'

cryptoProvider.set(webcrypto)
const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const validity = { notBefore: new Date(Date.now() - 86_400_000), notAfter: new Date(Date.now() + 86_400_000 * 90) }
const createKeys = () => webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])

/** An authority, and a certificate that it has issued. */
export async function createChain(name: string) {
  const [authority, keys] = [await createKeys(), await createKeys()]
  const root = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    signingAlgorithm,
    keys: authority,
    name: `CN=${name} root, C=UT`,
    serialNumber: '01',
    extensions: [new BasicConstraintsExtension(true, 0, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true)],
  })
  const leaf = await X509CertificateGenerator.create({
    ...validity,
    signingAlgorithm,
    publicKey: keys.publicKey,
    signingKey: authority.privateKey,
    subject: `CN=${name}, C=UT`,
    issuer: root.subject,
    serialNumber: '02',
    extensions: [new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true)],
  })
  const privateKey = KeyObject.from(keys.privateKey)
  const certificate = new Uint8Array(leaf.rawData)
  const signer = localSigner({ certificates: [certificate], privateKey })
  return { root: new Uint8Array(root.rawData), certificate, privateKey, signer }
}

/** A key of a wallet. */
export function createHolderKey(): HolderKey & { readonly privateKey: KeyObject } {
  // Imported again, since Node 20 can hang when it exports a generated key as a JWK.
  const generated = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const privateKey = createPrivateKey(generated.export({ type: 'pkcs8', format: 'pem' }))
  const { x = '', y = '' } = privateKey.export({ format: 'jwk' })
  return {
    privateKey,
    publicKey: { kty: 'EC', crv: 'P-256', x, y },
    sign: (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  }
}

/** Starts a verifier that trusts an issuer. */
export async function startVerifier() {
  const [issuer, own] = [await createChain('Issuer'), await createChain('Verifier')]
  const app = express()
  const server = app.listen(0)
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  const publicUrl = `http://localhost:${address.port}/verifier`
  const billfold = createBillfold({
    storage: memoryStorage(),
    keyring: localKeyring({ keys: { k: newKey() }, currentKeyId: 'k' }),
    modules: [
      credentials({
        verifier: {
          publicUrl,
          signer: own.signer,
          issuers: trustAnchors([{ certificate: issuer.root }]),
          queries: [eudiPid],
          crossDevice: true,
        },
      }),
    ],
  })
  app.use('/verifier', expressRouter(billfold.credentials.verifier))
  return { issuer, verifier: billfold.credentials.verifier, close: () => server.close() }
}

export type VerifierServer = Awaited<ReturnType<typeof startVerifier>>
