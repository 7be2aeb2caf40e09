import { HDKey } from '@scure/bip32'
import { entropyToMnemonic, mnemonicToSeedWebcrypto } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { BillfoldError } from '../../kernel/errors.ts'

/** The parent of a vault's keys below its seed (BIP-44 with Ethereum's coin type); the index of a wallet follows. */
const branchPath = "m/44'/60'/0'/0"

/** Derives the keys of a vault's wallets. */
export interface KeyDerivation {
  /** Derives the private key of an index, 32 bytes; the caller zeroes it. */
  readonly deriveKey: (index: number) => Uint8Array
  /** Zeroes the parent key. */
  readonly wipe: () => void
}

/** Derives the parent key of a vault from BIP-39 entropy (mnemonic, seed without a passphrase, BIP-32 key). */
export async function createKeyDerivation(entropy: Uint8Array): Promise<KeyDerivation> {
  const seed = await mnemonicToSeedWebcrypto(entropyToMnemonic(entropy, wordlist))
  const branch = HDKey.fromMasterSeed(seed).derive(branchPath)
  seed.fill(0)
  return {
    deriveKey: (index) => {
      const { privateKey } = branch.deriveChild(index)
      if (privateKey === null) throw new BillfoldError('crypto.invalid-key')
      return privateKey
    },
    wipe: () => void branch.wipePrivateData(),
  }
}
