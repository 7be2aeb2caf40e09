import type { ChainServices } from '../../../custody/services.ts'
import { callNode, type EvmHistoryClient } from '../../../custody/chain-clients/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { decodeLog, addressToTopic } from './erc1056.ts'
import { didLimits } from '../limits.ts'
import type { Address, RegistryEvent, RegistryHistory } from '../registry.ts'

/**
 * Reads all events of an identity from a registry contract. Each event names the block of the previous change, so the
 * history is read backwards from the last one (ERC-1056, "Enumerating Linked Identity Events").
 *
 * @throws BillfoldError `did.history-too-long`, `transaction.chain-unavailable`
 */
export async function readChainHistory(
  services: ChainServices,
  client: EvmHistoryClient,
  contract: string,
  identity: Address,
  lastChange: bigint,
): Promise<RegistryHistory> {
  const until = services.now() + didLimits.historyTimeoutMs
  const newestFirst: RegistryEvent[] = []
  let [block, blocks, bytes] = [lastChange, 0, 0]
  while (block > 0n) {
    const isTooMuch = newestFirst.length > didLimits.maxChanges || bytes > didLimits.maxHistoryBytes
    if (++blocks > didLimits.maxBlocks || isTooMuch || services.now() > until)
      throw new BillfoldError('did.history-too-long')
    const at = block
    const logEvents = await callNode(client, services.logger, () => readEventsAt(client, contract, identity, at))
    for (const { event } of logEvents.toReversed()) if (event !== undefined) newestFirst.push(event)
    for (const { event } of logEvents) if (event?.kind === 'attribute') bytes += event.value.length
    // Several changes in one block name that same block; continue from the first of them.
    const earlierBlocks = logEvents.map(({ previousChange }) => previousChange).filter((previous) => previous < at)
    block = earlierBlocks.reduce((least, previous) => (previous < least ? previous : least), at)
    if (block === at) throw new BillfoldError('transaction.chain-unavailable')
  }
  return {
    events: newestFirst.toReversed(),
    getTimestamp: (version) => callNode(client, services.logger, () => client.blockTime(BigInt(version))),
  }
}

/**
 * Throws if the node has no events of the block: a node that lost old blocks must not make the history look shorter.
 */
async function readEventsAt(
  client: EvmHistoryClient,
  contract: string,
  identity: Address,
  block: bigint,
): Promise<readonly { readonly event: RegistryEvent | undefined; readonly previousChange: bigint }[]> {
  const logs = await client.logs({ contract, block, secondTopic: addressToTopic(identity) })
  const logEvents = logs.map((log) => decodeLog(log, block)).filter((event) => event !== undefined)
  if (logEvents.length === 0) throw new Error(`The node has no events for block ${block}, which contains a change`)
  return logEvents
}
