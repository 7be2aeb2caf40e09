import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

/**
 * Generates a private key on the curve P-256. It is encoded and imported again: Node 20 can wait for itself forever if it exports a
 * generated key as a JWK while the garbage collector frees the job that generated it. No job refers to an imported key.
 */
export function generateEcKey(): KeyObject {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return createPrivateKey({ key: privateKey.export({ type: 'pkcs8', format: 'der' }), format: 'der', type: 'pkcs8' })
}
