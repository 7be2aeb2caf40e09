import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ContractFactory, JsonRpcProvider, parseEther, Wallet } from 'ethers'
import registry from 'ethr-did-registry'
import { waitForOutput } from './wait-for-output.ts'

/** A local chain with a DID registry and an account that pays for changes. */
export interface LocalChain {
  readonly rpcUrl: string
  readonly chainId: number
  readonly contract: string
  readonly payerKey: string
  readonly stop: () => Promise<void>
}

const chainId = 31_337
const program = join(dirname(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json')), 'bin.mjs')

/** Starts Anvil and deploys the ERC-1056 contract. */
export async function startLocalChain(): Promise<LocalChain> {
  const child = spawn(process.execPath, [program, '--port', '0'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const greeting = await waitForOutput(child.stdout, 'Listening on')
  const rpcUrl = `http://127.0.0.1:${/Listening on [\d.]+:(\d+)/.exec(greeting)?.[1] ?? ''}`
  const provider = new JsonRpcProvider(rpcUrl, chainId, { staticNetwork: true })
  const payer = new Wallet(Wallet.createRandom().privateKey, provider)
  await provider.send('anvil_setBalance', [payer.address, `0x${parseEther('10').toString(16)}`])
  const { abi, bytecode } = registry.EthereumDIDRegistry
  const contract = await (await new ContractFactory(abi, bytecode, payer).deploy()).waitForDeployment()
  const address = await contract.getAddress()
  provider.destroy()
  return {
    rpcUrl,
    chainId,
    contract: address,
    payerKey: payer.privateKey,
    stop: async () => {
      const exited = once(child, 'exit')
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
      await exited
    },
  }
}
