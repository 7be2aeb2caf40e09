import type { ChainClient, ChainTip } from '@billfold/core'
import { createNodeClient, nodeChains } from './node-chains.ts'
import { describeError, type Finding } from './finding.ts'

/** The node that is checked. The URL may contain a secret and is not printed. */
export interface NodeToCheck {
  readonly url: string
  /** A name of {@link nodeChains}. Default: an EVM chain, by its id. */
  readonly chain: string | undefined
  readonly chainId: string | undefined
}

/** How far ahead of this machine the clock of a block may be, before the difference is reported. */
const maxAheadMs = 30_000

/** Checks that a node answers, that it is on the given chain, and that it is not behind. */
export async function checkNode({ url, chain = 'evm', chainId }: NodeToCheck): Promise<readonly Finding[]> {
  const check = 'chain node'
  const settings = Object.hasOwn(nodeChains, chain) ? nodeChains[chain] : undefined
  if (settings === undefined) {
    const cure = `name one with --chain: ${Object.keys(nodeChains).join(', ')}`
    return [{ check, state: 'problem', message: 'the chain is not known', cure }]
  }
  if (chain === 'evm' && (chainId === undefined || !/^[0-9]{1,20}$/.test(chainId)))
    return [{ check, state: 'problem', message: 'the chain is not known', cure: 'name its EIP-155 id with --chain-id' }]
  try {
    const started = performance.now()
    const client = await createNodeClient(settings, url, chainId)
    const tip = await fetchTip(client)
    const ms = Math.round(performance.now() - started)
    const name = chain === 'evm' ? chainId : chain
    const message = `chain ${name}, block ${tip.number}, answers in ${ms} ms`
    return [{ check, state: 'ok', message }, ...checkTip(tip, settings.maxTipAgeMs, Date.now())]
  } catch (error) {
    const cure = 'check the URL, the key in it, and that the node is on this chain'
    return [{ check, state: 'problem', message: describeError(error), cure }]
  }
}

async function fetchTip({ tip }: ChainClient): Promise<ChainTip> {
  if (tip === undefined) throw new TypeError('the client does not report the newest block')
  return tip()
}

/**
 * Compares the newest block with the clock of this machine.
 * @param maxAgeMs the age at which a node is behind; undefined for chains that make blocks on demand
 */
export function checkTip(
  { timestamp, isSyncing }: ChainTip,
  maxAgeMs: number | undefined,
  now: number,
): readonly Finding[] {
  const check = 'newest block'
  const cure =
    'wait until the node is synchronized, or use another one: transactions and balances of a node that is behind are old'
  if (isSyncing) return [{ check, state: 'problem', message: 'the node is behind its network', cure }]
  if (timestamp === undefined || maxAgeMs === undefined) return []
  const age = now - timestamp
  const seconds = Math.round(Math.abs(age) / 1000)
  if (age < -maxAheadMs)
    return [
      {
        check,
        state: 'warning',
        message: `is ${seconds} s ahead of the clock of this machine`,
        cure: 'synchronize the clock by NTP',
      },
    ]
  if (age > maxAgeMs) return [{ check, state: 'problem', message: `was made ${seconds} s ago`, cure }]
  return [{ check, state: 'ok', message: `was made ${seconds} s ago` }]
}
