import { createHash, createPublicKey, verify } from 'node:crypto'
import { secp256k1 } from '../../../kernel/crypto/index.ts'
import { publicKeyToAddress } from '../../registries/address.ts'
import type { Address } from '../../registries/registry.ts'
import type { DocumentKey } from './document-keys.ts'
import type { ParsedDidAuthToken } from './token.ts'

/** Finds the key of the document that signed a token. */
export function findSigningKey(token: ParsedDidAuthToken, keys: readonly DocumentKey[]): DocumentKey | undefined {
  if (token.algorithm === 'EdDSA') return keys.find((key) => 'ed25519' in key && isEd25519(token, key.ed25519))
  const addresses = recoverSigners(token)
  return keys.find((key) => 'address' in key && addresses.includes(key.address))
}

/**
 * Recovers the signer's address. Without a recovery byte there are two candidates; only the real signer is in the
 * document, except by chance.
 */
function recoverSigners({ algorithm, signingInput, signature }: ParsedDidAuthToken): readonly Address[] {
  if (signature.length !== (algorithm === 'ES256K-R' ? 65 : 64)) return []
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32, 64)]
  const hash = createHash('sha256').update(signingInput).digest()
  const recoveries = algorithm === 'ES256K-R' ? [signature[64] ?? 4] : [0, 1]
  return recoveries.flatMap((recovery) => {
    try {
      return [
        publicKeyToAddress(
          secp256k1.recoverPublicKey(hash, { r, s, recovery: recovery >= 27 ? recovery - 27 : recovery }),
        ),
      ]
    } catch {
      return []
    }
  })
}

const ed25519Spki = Buffer.from('302a300506032b6570032100', 'hex')

function isEd25519({ signingInput, signature }: ParsedDidAuthToken, publicKey: Uint8Array): boolean {
  if (signature.length !== 64) return false
  try {
    const key = createPublicKey({ key: Buffer.concat([ed25519Spki, publicKey]), format: 'der', type: 'spki' })
    return verify(null, signingInput, key, signature)
  } catch {
    return false
  }
}
