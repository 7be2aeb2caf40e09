import { type ChainConnections, createChainConnections, type ChainClients } from '../../custody/chain-clients/index.ts'
import { defaultLogger, type Logger } from '../../kernel/logger.ts'
import { memoryStorage, type Storage } from '../../kernel/storage/index.ts'

/** The dependencies of a {@link DidRegistry}: storage, logger, clock, and the connections to chain nodes. */
export interface RegistryServices {
  readonly storage: Storage
  readonly logger: Logger
  /** Connections to the chain nodes, with one lock per sending account. */
  readonly chainConnections: ChainConnections
  /** Returns the current time in milliseconds since 1970. */
  readonly now: () => number
}

/**
 * Creates the dependencies for calling a registry without Billfold, for example in a script or a test. Defaults to
 * in-memory storage, a silent logger and the system clock.
 *
 * @param options overrides; pass `clients: registry.clients` if the transactions that a chain registry sends must be
 *   tracked
 *
 * @example
 * ```ts
 * import { createRegistryServices, embeddedRegistry } from '@billfold/core/dids'
 *
 * const services = createRegistryServices()
 * const owner = await embeddedRegistry().identityOwner(services, 'default', `0x${'11'.repeat(20)}`)
 * ```
 */
export function createRegistryServices(options: RegistryServicesOptions = {}): RegistryServices {
  const { storage = memoryStorage(), logger = defaultLogger, now = Date.now, clients } = options
  return { storage, logger, now, chainConnections: createChainConnections(clients) }
}

/** Options of {@link createRegistryServices}. */
export interface RegistryServicesOptions {
  readonly storage?: Storage
  readonly logger?: Logger
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** The chain clients of the registry, so that sent transactions can be tracked. */
  readonly clients?: ChainClients
}
