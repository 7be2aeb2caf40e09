import { type KeyedMutex, keyedMutex } from '../../kernel/concurrency/semaphore.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { ChainClient, ChainClients, CommonChainClient } from './chain-client.ts'
import { chainLimits } from './limits.ts'
import { type FeeBumping, type FeeBumpingRules, resolveFeeBumping } from './fee-bumping.ts'

/** The configured chain clients, the fee bumping rules and the per-account mutex of this process. */
export interface ChainConnections {
  readonly clients: ReadonlyMap<string, ChainClient>
  readonly feeBumping: FeeBumpingRules
  /** Runs a job while holding the mutex of an account. @throws BillfoldError `server.busy` if the queue is full */
  readonly withAccountLock: KeyedMutex
}

/** Creates chain connections without contacting any node. @throws RangeError if a fee bumping rule is out of range */
export function createChainConnections(clients: ChainClients = {}, feeBumping?: FeeBumping): ChainConnections {
  return {
    clients: new Map(Object.entries(clients)),
    feeBumping: resolveFeeBumping(feeBumping),
    withAccountLock: keyedMutex(chainLimits.maxQueuedSends),
  }
}

/**
 * Gets the client of a chain.
 * @throws BillfoldError `transaction.chain-unavailable` if the host has configured none
 */
export function getChainClient(connections: ChainConnections, secretType: string): ChainClient {
  const client = connections.clients.get(secretType)
  if (client === undefined) throw new BillfoldError('transaction.chain-unavailable')
  return client
}

/**
 * Calls a node with a timeout. Timeouts and all errors other than BillfoldError count as an unreachable node.
 * @throws BillfoldError `transaction.chain-unavailable`, and any BillfoldError of the client
 */
export async function callNode<T>(
  client: Pick<CommonChainClient, 'network' | 'timeoutMs'>,
  logger: Logger,
  call: () => Promise<T>,
  timeoutMs: number = client.timeoutMs ?? chainLimits.responseTimeoutMs,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('node did not respond in time')), timeoutMs)
  })
  try {
    return await Promise.race([call(), timeout])
  } catch (cause) {
    if (isBillfoldError(cause)) throw cause
    logger.warn({ cause, network: client.network }, 'chain node unavailable')
    throw new BillfoldError('transaction.chain-unavailable', { cause })
  } finally {
    clearTimeout(timer)
  }
}
