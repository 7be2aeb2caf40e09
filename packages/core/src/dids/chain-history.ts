import { askChain, type EvmHistoryClient } from '../chain-clients/index.ts'
import { BillfoldError } from '../errors.ts'
import type { ChainServices } from '../services.ts'
import { readEvent, topicOf } from './erc1056.ts'
import { didLimits } from './limits.ts'
import type { Address, RegistryEvent, RegistryHistory } from './registry.ts'

/**
 * Everything that a contract has told of an identity: each event names the block of the change before it, so the way leads
 * back from the last one (ERC-1056, "Enumerating Linked Identity Events").
 * @throws BillfoldError `did.too-many-changes`, `transaction.chain-unavailable`
 */
export async function chainHistory(
  services: ChainServices,
  client: EvmHistoryClient,
  contract: string,
  identity: Address,
  lastChange: bigint,
): Promise<RegistryHistory> {
  const until = services.now() + didLimits.historyMilliseconds
  const newestFirst: RegistryEvent[] = []
  let [block, blocks, bytes] = [lastChange, 0, 0]
  while (block > 0n) {
    const isTooMuch = newestFirst.length > didLimits.changes || bytes > didLimits.historyBytes
    if (++blocks > didLimits.blocks || isTooMuch || services.now() > until)
      throw new BillfoldError('did.too-many-changes')
    const at = block
    const told = await askChain(client, services.logger, () => eventsAt(client, contract, identity, at))
    for (const { event } of told.toReversed()) if (event !== undefined) newestFirst.push(event)
    for (const { event } of told) if (event?.kind === 'attribute') bytes += event.value.length
    // Several changes in one block name that block: the way leads on from the first of them.
    const before = told.map(({ previousChange }) => previousChange).filter((previous) => previous < at)
    block = before.reduce((least, previous) => (previous < least ? previous : least), at)
    if (block === at) throw new BillfoldError('transaction.chain-unavailable')
  }
  return {
    events: newestFirst.toReversed(),
    timeOf: (version) => askChain(client, services.logger, () => client.blockTime(BigInt(version))),
  }
}

/** A node that has forgotten a block of the past must not make an identity look as if it had another history. */
async function eventsAt(
  client: EvmHistoryClient,
  contract: string,
  identity: Address,
  block: bigint,
): Promise<readonly { readonly event: RegistryEvent | undefined; readonly previousChange: bigint }[]> {
  const logs = await client.logs({ contract, block, secondTopic: topicOf(identity) })
  const told = logs.map((log) => readEvent(log, block)).filter((event) => event !== undefined)
  if (told.length === 0) throw new Error(`The node has no events of block ${block}, in which there is a change`)
  return told
}
