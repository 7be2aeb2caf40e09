import { HDKey } from '@scure/bip32'
import { BillfoldError } from '../../../kernel/errors.ts'

/** Derives the secp256k1 private key at a path from a BIP-39 seed (BIP-32). @throws BillfoldError `crypto.invalid-key` */
export function deriveBip32Key(seed: Uint8Array, path: string): Uint8Array {
  const { privateKey } = HDKey.fromMasterSeed(seed).derive(path)
  if (privateKey === null) throw new BillfoldError('crypto.invalid-key')
  return privateKey
}
