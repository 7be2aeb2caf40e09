import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { Keyring } from '@billfold/core'
import { type EncryptionContext, open, seal } from '@billfold/core/crypto'
import type { CredentialSigner } from './credential-signer.ts'
import { localSigner } from './signer-key.ts'

const context: EncryptionContext = { tenant: '', table: 'credential-signer', row: 'key', field: 'private' }

/**
 * Seals a signer's private key with the keyring, to be stored in the configuration of the host.
 * @param privateKey P-256, PEM (PKCS #8 or SEC 1)
 * @returns base64
 * @throws RangeError if it is no key on P-256; the errors of the keyring
 */
export async function sealSigningKey(keyring: Keyring, privateKey: string): Promise<string> {
  const key = createPrivateKey(privateKey)
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new RangeError('privateKey must be on P-256')
  const sealed = await seal(keyring, key.export({ type: 'pkcs8', format: 'der' }), context)
  return Buffer.from(sealed).toString('base64')
}

/**
 * Creates a signer whose private key is sealed by the keyring, and opened when it is first needed.
 *
 * @param input.certificates DER or PEM, the leaf first, without the trust anchor
 * @param input.sealedKey of {@link sealSigningKey}
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { environmentKeyring } from '@billfold/core'
 * import { keyringSigner, sealSigningKey } from '@billfold/credentials'
 *
 * const createSigner = async () => {
 *   const keyring = environmentKeyring()
 *   const sealedKey = await sealSigningKey(keyring, readFileSync('verifier-key.pem', 'utf8'))
 *   return keyringSigner({ certificates: [readFileSync('verifier.pem', 'utf8')], sealedKey, keyring })
 * }
 * ```
 */
export function keyringSigner(input: {
  readonly certificates: readonly (string | Uint8Array)[]
  readonly sealedKey: string
  readonly keyring: Keyring
}): CredentialSigner {
  const { certificates, sealedKey, keyring } = input
  let opening: Promise<CredentialSigner> | undefined
  const openSigner = async (): Promise<CredentialSigner> => {
    const der = await open(keyring, Buffer.from(sealedKey, 'base64'), context)
    const privateKey: KeyObject = createPrivateKey({ key: Buffer.from(der), type: 'pkcs8', format: 'der' })
    return localSigner({ certificates, privateKey })
  }
  return {
    certificates: certificates.map((certificate) => new X509Certificate(certificate).raw),
    algorithm: 'ES256',
    sign: async (bytes) => {
      if (opening === undefined) {
        opening = openSigner()
        // A failure is not remembered: the next call tries again.
        opening.catch(() => (opening = undefined))
      }
      return (await opening).sign(bytes)
    },
  }
}
