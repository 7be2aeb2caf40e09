import type { CustodyServices } from '../custody/services.ts'
import { createChainConnections } from '../custody/chain-clients/index.ts'
import { localKeyring, newKey, createPasswordHasher, keyedMutex } from '../kernel/crypto/index.ts'
import { silentLogger } from '../kernel/logger.ts'
import { storageBlindIndex } from '../platform/blind-index/index.ts'
import { idempotencyTrackingStorage } from '../platform/idempotency/index.ts'
import { storageRateLimiter } from '../platform/rate-limits/index.ts'
import { memoryStorage, type Storage } from '../kernel/storage/index.ts'
import { createTokenIssuer } from '../platform/tokens/index.ts'
import { builtInDeclarations } from '../built-in-modules.ts'

/** Creates services on a storage, by default in memory, with a password hasher that is fast enough for tests. */
export function testServices(storage: Storage = memoryStorage()): CustodyServices {
  const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
  const createdAt = Date.now()
  return {
    storage: idempotencyTrackingStorage(storage),
    keyring,
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      concurrency: 4,
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
      perAnonymousSource: 1000,
    }),
    tokens: createTokenIssuer({ keyring, issuer: 'test', now: Date.now }),
    logger: silentLogger,
    // Its clock stands still, so that no window ends while a test counts.
    rateLimiter: storageRateLimiter(storage, () => createdAt),
    blindIndex: storageBlindIndex({ storage, keyring, now: Date.now }),
    eventsEnabled: true,
    eventCatalogue: builtInDeclarations.events,
    failedAttemptLimit: { limit: 1000, windowSeconds: 600 },
    ownerMutex: keyedMutex(1000),
    masterSecretRotationSteps: builtInDeclarations.masterSecretRotationSteps,
    actAuthorizers: [],
    chainConnections: createChainConnections(),
    now: Date.now,
  }
}
