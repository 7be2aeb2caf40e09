import { type TurnsByKey, turnsByKey } from '../crypto/turns.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { ChainClient, ChainClients } from './chain-client.ts'
import { chainLimits } from './limits.ts'
import { type Repricing, type RepricingRules, repricingRules } from './repricing.ts'

/** The clients that a host has configured, and the order of sends of one account in this process. */
export interface ChainConnections {
  readonly clients: ReadonlyMap<string, ChainClient>
  readonly repricing: RepricingRules
  /** Runs one job of an account after the other. @throws BillfoldError `server.busy` when too many wait */
  readonly inTurn: TurnsByKey
}

/** Connections over these clients; none is asked anything yet. @throws RangeError for rules that cannot be */
export function chainConnections(clients: ChainClients = {}, repricing?: Repricing): ChainConnections {
  return {
    clients: new Map(Object.entries(clients)),
    repricing: repricingRules(repricing),
    inTurn: turnsByKey(chainLimits.waitingSends),
  }
}

/**
 * The client for a chain.
 * @throws BillfoldError `transaction.chain-unavailable` when the host has configured none
 */
export function clientFor(connections: ChainConnections, secretType: string): ChainClient {
  const client = connections.clients.get(secretType)
  if (client === undefined) throw new BillfoldError('transaction.chain-unavailable')
  return client
}

/**
 * Asks a node something. A client that throws, or takes too long, is a node that cannot be reached, unless it threw an
 * error of Billfold.
 * @throws BillfoldError `transaction.chain-unavailable`, and those of the client
 */
export async function askChain<T>(
  client: ChainClient,
  logger: Logger,
  question: () => Promise<T>,
  milliseconds: number = client.timeoutMs ?? chainLimits.answerMilliseconds,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The node did not answer in time')), milliseconds)
  })
  try {
    return await Promise.race([question(), tooLate])
  } catch (cause) {
    if (isBillfoldError(cause)) throw cause
    logger.warn({ cause, network: client.network }, 'a node cannot be used')
    throw new BillfoldError('transaction.chain-unavailable', { cause })
  } finally {
    clearTimeout(timer)
  }
}
