import { evmChainClient } from '@billfold/core'
import { describeError, type Finding } from './finding.ts'

/** Checks that a node answers, and that it is on the given chain. The URL may contain a secret and is not printed. */
export async function checkNode(url: string, chainId: string | undefined): Promise<Finding> {
  const check = 'chain node'
  if (chainId === undefined || !/^[0-9]{1,20}$/.test(chainId))
    return { check, state: 'problem', message: 'the chain is not known', cure: 'name its EIP-155 id with --chain-id' }
  try {
    const started = performance.now()
    const block = await evmChainClient({ url, chainId: BigInt(chainId) }).blockNumber?.()
    const ms = Math.round(performance.now() - started)
    return { check, state: 'ok', message: `chain ${chainId}, block ${block}, answers in ${ms} ms` }
  } catch (error) {
    const cure = 'check the URL, the key in it, and that the node is on this chain'
    return { check, state: 'problem', message: describeError(error), cure }
  }
}
