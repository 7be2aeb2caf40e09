import type { CustodyServices } from '../services.ts'
import { entropyToMnemonic, mnemonicToSeedWebcrypto } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { randomBytes } from 'node:crypto'
import type { MasterSecret } from '../../platform/master-secret.ts'
import { check, insert, type Write } from '../../kernel/storage/index.ts'
import { openSeedEntropy, sealSeedEntropy } from './sealing.ts'
import { seeds } from './tables.ts'

/**
 * Loads an owner's BIP-39 seed (64 bytes) or generates one. The returned write inserts the new seed, or checks that the
 * existing one is unchanged, and belongs in the commit that uses the seed.
 */
export async function getOrCreateSeed(
  services: CustodyServices,
  owner: { readonly tenant: string; readonly ownerId: string },
  secret: MasterSecret,
): Promise<{ readonly seed: Uint8Array; readonly write: Write }> {
  const { tenant, ownerId } = owner
  const { generation } = secret
  const [row] = await services.storage.find(seeds, { where: { ownerId }, limit: 1 })
  if (row !== undefined) {
    return {
      seed: await deriveSeed(openSeedEntropy(row, secret)),
      write: check(seeds, { where: { ownerId, generation } }),
    }
  }
  const entropy = randomBytes(16)
  const sealedEntropy = sealSeedEntropy(owner, entropy, secret)
  return {
    seed: await deriveSeed(entropy),
    write: insert(seeds, { ownerId, tenant, generation, sealedEntropy, createdAt: services.now() }),
  }
}

/** Derives the BIP-39 seed from 16 bytes of entropy (12 words), without a passphrase. */
function deriveSeed(entropy: Uint8Array): Promise<Uint8Array> {
  return mnemonicToSeedWebcrypto(entropyToMnemonic(entropy, wordlist))
}
