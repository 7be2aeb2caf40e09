import type { BroadcastResult } from '@billfold/core'
import { chainClientCases, describeChainClient, type ChainUnderTest } from '@billfold/testing'
import { keccak256, parseEther, Wallet } from 'ethers'
import { afterAll, describe, expect, it } from 'vitest'
import { type Anvil, startAnvil } from './anvil.ts'
import { type EvmConnection, evmConnections, jsonRpcConnection } from './evm-connections.ts'

for (const connection of evmConnections)
  describeChainClient(`the EVM client over ${connection.name}, on Anvil,`, () => startClient(connection))

let running: Promise<Anvil> | undefined

/** Stops the node of all cases. The next case starts another. */
async function stopNode(): Promise<void> {
  const stopped = running
  running = undefined
  await (await stopped)?.stop()
}
afterAll(stopNode)

/** A new account on a node that the cases share. */
async function startClient({ connect }: EvmConnection): Promise<ChainUnderTest> {
  running ??= startAnvil(['--no-mining'])
  const anvil = await running
  const wallet = Wallet.createRandom()
  await anvil.rpc('anvil_setBalance', wallet.address, `0x${parseEther('1').toString(16)}`)
  return {
    client: connect(anvil, 60_000),
    address: wallet.address,
    unusedAddress: Wallet.createRandom().address,
    signTransfer: async (nonce, value) => {
      const fees = { gasLimit: 21_000, maxFeePerGas: 3_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n }
      const signed = await wallet.signTransaction({
        to: wallet.address,
        nonce,
        value,
        chainId: anvil.chainId,
        type: 2,
        ...fees,
      })
      const raw = Uint8Array.from(Buffer.from(signed.slice(2), 'hex'))
      return { raw, hash: keccak256(raw) }
    },
    mine: async () => {
      await anvil.rpc('evm_mine')
    },
    stopNode,
    close: async () => {},
  }
}
/** Replaces one method of a client by a faulty one. */
type Fault = (client: ChainUnderTest['client']) => Partial<ChainUnderTest['client']>

const answering =
  (change: (answer: BroadcastResult) => BroadcastResult): Fault =>
  (client) => ({ broadcast: async (raw) => change(await client.broadcast(raw)) })

const rejected: BroadcastResult = { outcome: 'rejected', reason: 'not-valid' }

const faults: readonly (readonly [name: string, fault: Fault])[] = [
  ['reports a rejected transaction as accepted', answering(() => ({ outcome: 'accepted' }))],
  [
    'reports a taken nonce as a rejection',
    answering((answer) => (answer.outcome === 'nonce-taken' ? rejected : answer)),
  ],
  ['gives no reason for a rejection', answering((answer) => (answer.outcome === 'rejected' ? rejected : answer))],
  [
    'reports an unreachable node as a rejection',
    (client) => ({ broadcast: (raw) => client.broadcast(raw).catch(() => rejected) }),
  ],
  [
    'ignores pending transactions',
    (client) => ({
      nonces: async (address) => ({ ...(await client.nonces(address)), next: (await client.nonces(address)).mined }),
    }),
  ],
  ['reports every transaction as mined', () => ({ status: async () => ({ state: 'mined', confirmations: 1 }) })],
  ['executes code to nothing', () => ({ execute: async () => undefined })],
  [
    'reports reverted code as a result',
    (client) => ({
      execute: async (code: Uint8Array, gas: bigint) =>
        (client.family === 'evm' ? await client.execute?.(code, gas) : undefined) ?? new Uint8Array(),
    }),
  ],
  ['returns a wrong balance', () => ({ balance: async () => 0n })],
]

describe('the conformance suite', () => {
  it.each(faults)('fails a client that %s', async (_name, fault) => {
    const failed: string[] = []
    for (const { name, run } of chainClientCases) {
      if (failed.length > 0) break
      const chain = await startClient(jsonRpcConnection)
      const client = { ...chain.client, ...fault(chain.client) } as ChainUnderTest['client']
      await run({ ...chain, client }).catch(() => failed.push(name))
      await chain.close()
    }
    expect(failed).not.toEqual([])
  })
})
