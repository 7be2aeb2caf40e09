import type { CustodyServices } from './custody/services.ts'
import { createCustodyServices } from './custody/api/custody-services.ts'
import type { ActAuthorizer } from './platform/acts/authorize-act.ts'
import type { ComposedDeclarations } from './platform/compose-modules.ts'
import { createPasswordHasher, keyedMutex } from './kernel/crypto/index.ts'
import { type DidWalletSettings, collectChainClients } from './dids/did-wallets/settings.ts'
import { idempotencyTrackingStorage } from './platform/idempotency/index.ts'
import { defaultLogger } from './kernel/logger.ts'
import { withSerializedErrors } from './kernel/serialize-error.ts'
import { storageBlindIndex } from './platform/blind-index/index.ts'
import { storageRateLimiter } from './platform/rate-limits/index.ts'
import type { Instrumentation } from './telemetry/instrumentation.ts'
import { createTokenIssuer } from './platform/tokens/index.ts'
import type { AdditionalModule } from './additional-modules.ts'
import type { BillfoldOptions } from './billfold-options.ts'

/** The maximum number of decisions that are queued for one owner in a process. */
const maxQueuedPerOwner = 1000

/** Creates the dependencies of the domain functions, with defaults for omitted options. */
export function createServices(
  options: BillfoldOptions<readonly AdditionalModule[]>,
  didWallets: DidWalletSettings,
  declared: ComposedDeclarations,
  observer: Instrumentation,
  actAuthorizers: readonly ActAuthorizer[],
): CustodyServices {
  const { storage, keyring, logger = defaultLogger, now = Date.now } = options
  const custody = createCustodyServices(options.custody, collectChainClients(didWallets))
  return {
    storage: idempotencyTrackingStorage(storage, declared.replyPreconditions),
    keyring,
    passwordHasher: observer.passwordHasher(options.passwordHasher ?? createPasswordHasher()),
    tokens: createTokenIssuer({ keyring, issuer: options.issuer ?? 'billfold', now }),
    logger: withSerializedErrors(logger),
    rateLimiter: options.rateLimiter ?? storageRateLimiter(storage, now),
    blindIndex: storageBlindIndex({ storage, keyring, now }),
    eventsEnabled: options.events !== false,
    eventCatalogue: declared.events,
    notifier: options.notifier,
    failedAttemptLimit: options.failedAttemptLimit ?? { limit: 300, windowSeconds: 600 },
    ownerMutex: keyedMutex(maxQueuedPerOwner),
    masterSecretRotationSteps: declared.masterSecretRotationSteps,
    actAuthorizers,
    signingMethodKinds: declared.signingMethodKinds,
    sessionFactors: declared.sessionFactors,
    ...custody,
    chainConnections: observer.chains(custody.chainConnections),
    now,
  }
}
