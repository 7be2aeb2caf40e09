import { chainConnections } from '../chain-clients/index.ts'
import { localKeyring, newKey, slowHash, turnsByKey } from '../crypto/index.ts'
import { silentLogger } from '../logger.ts'
import { storageLookups } from '../lookups/index.ts'
import { storageRateLimiter } from '../rate-limits/index.ts'
import type { Services } from '../services.ts'
import { memoryStorage, type Storage } from '../storage/index.ts'
import { tokenIssuer } from '../tokens/index.ts'
import { resealIdentities } from '../identities/reseal.ts'
import { resealVaults } from '../vaults/reseal.ts'
import { resealSeeds, resealWallets } from '../wallets/reseal.ts'

/** Creates services on a storage, by default in memory, with a password hasher that is fast enough for tests. */
export function testServices(storage: Storage = memoryStorage()): Services {
  const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
  return {
    storage,
    keyring,
    slowHash: slowHash({ cost: { logN: 4, r: 1, p: 1 }, concurrency: 4, queue: 1000, perSource: 1000 }),
    tokens: tokenIssuer({ keyring, issuer: 'test', now: Date.now }),
    logger: silentLogger,
    limiter: storageRateLimiter(storage),
    lookups: storageLookups({ storage, keyring, now: Date.now }),
    keepsEvents: true,
    wrongValues: { most: 1000, seconds: 600 },
    ownerTurns: turnsByKey(1000),
    sealedUnderSecret: [resealWallets, resealSeeds, resealIdentities, resealVaults],
    chainConnections: chainConnections(),
    now: Date.now,
  }
}
