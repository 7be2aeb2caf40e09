import { entropyToMnemonic, mnemonicToSeedWebcrypto } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { bip32KeyAt } from '../wallets/chains/bip32.ts'

/** Where the wallet with an index is below a vault's seed (BIP-44, Ethereum's coin type). */
export function pathAt(index: number): string {
  return `m/44'/60'/0'/0/${index}`
}

/** The private key, 32 bytes, of the wallet with an index: BIP-39 entropy to words to a seed (no passphrase) to BIP-32. */
export async function keyAt(entropy: Uint8Array, index: number): Promise<Uint8Array> {
  const seed = await mnemonicToSeedWebcrypto(entropyToMnemonic(entropy, wordlist))
  const key = bip32KeyAt(seed, pathAt(index))
  seed.fill(0)
  return key
}
