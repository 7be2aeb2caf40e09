import { type ChainConnections, chainConnections, type ChainClients } from '../chain-clients/index.ts'
import { type Logger, silentLogger } from '../logger.ts'
import { memoryStorage, type Storage } from '../storage/index.ts'

/** What a {@link DidRegistry} stands on: where it keeps things, the logger, the clock, whose turn it is to send. */
export interface RegistryServices {
  readonly storage: Storage
  readonly logger: Logger
  /** The nodes of the chains, and whose turn it is to send. */
  readonly chainConnections: ChainConnections
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** What a registry stands on, for calling one without Billfold: a storage in memory and the time, unless others are given. */
export function registryServices(options: RegistryServicesOptions = {}): RegistryServices {
  const { storage = memoryStorage(), logger = silentLogger, now = Date.now, clients } = options
  return { storage, logger, now, chainConnections: chainConnections(clients) }
}

/** What a registry stands on, as far as it is given. */
export interface RegistryServicesOptions {
  readonly storage?: Storage
  readonly logger?: Logger
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Those of the registry, where what it sent is to be looked after. */
  readonly clients?: ChainClients
}
