import { HDKey } from '@scure/bip32'
import { entropyToMnemonic, mnemonicToSeedWebcrypto } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { BillfoldError } from '../errors.ts'

/** Where the wallets of a vault are below its seed (BIP-44, Ethereum's coin type); the index of one follows. */
const branchPath = "m/44'/60'/0'/0"

/** Derives the private keys, 32 bytes, of a vault's wallets by their index; whoever asks wipes them. */
export interface Derivation {
  readonly keyAt: (index: number) => Uint8Array
  /** Wipes what the keys are derived from. */
  readonly forget: () => void
}

/** BIP-39 entropy to words to a seed (no passphrase) to the keys of BIP-32. */
export async function derivationOf(entropy: Uint8Array): Promise<Derivation> {
  const seed = await mnemonicToSeedWebcrypto(entropyToMnemonic(entropy, wordlist))
  const branch = HDKey.fromMasterSeed(seed).derive(branchPath)
  seed.fill(0)
  return {
    keyAt: (index) => {
      const { privateKey } = branch.deriveChild(index)
      if (privateKey === null) throw new BillfoldError('crypto.invalid-key')
      return privateKey
    },
    forget: () => void branch.wipePrivateData(),
  }
}
