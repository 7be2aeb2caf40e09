import { evmChainClient } from '@billfold/core'
import { secp256k1 } from '@billfold/core/crypto'
import {
  chainRegistry,
  deployRegistryContract,
  type ChainRegistryOptions,
  type DidRegistry,
  type Payer,
  privateKeyPayer,
} from '@billfold/core/dids'
import { JsonRpcProvider, parseEther } from 'ethers'
import { type Anvil, startAnvil } from '../custody/anvil.ts'
import { registryBytecode } from './registry-bytecode.ts'

/** A chain with a deployed registry and a funded payer. */
export interface DeployedRegistry {
  readonly anvil: Anvil
  readonly provider: JsonRpcProvider
  readonly contract: string
  readonly payer: Payer
  readonly payerAddress: string
  readonly payerKey: Uint8Array
  /** Creates another registry over the same contract and payer, like another process. */
  readonly connect: (options?: Partial<ChainRegistryOptions>) => DidRegistry
  readonly close: () => Promise<void>
}

/** Starts a chain and deploys the contract of ethr-did-registry. */
export async function deployRegistry(anvilOptions: readonly string[] = []): Promise<DeployedRegistry> {
  const anvil = await startAnvil(anvilOptions)
  const provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true, cacheTimeout: -1 })
  const privateKey = secp256k1.generatePrivateKey()
  const payer = privateKeyPayer(privateKey)
  const payerAddress = await payer.address()
  await fund(anvil, payerAddress)
  const client = evmChainClient({ url: anvil.url, chainId: anvil.chainId })
  const contract = await deployRegistryContract({
    client,
    payer: await fundedPayer(anvil),
    bytecode: registryBytecode(),
  })
  return {
    anvil,
    provider,
    contract,
    payer,
    payerAddress,
    payerKey: privateKey,
    connect: (options) =>
      chainRegistry({
        client: evmChainClient({ url: anvil.url, chainId: anvil.chainId, timeoutMs: 60_000 }),
        contract,
        payer,
        networks: ['development'],
        ...options,
      }),
    close: async () => {
      provider.destroy()
      await anvil.stop()
    },
  }
}

async function fund(anvil: Anvil, address: string): Promise<void> {
  await anvil.rpc('anvil_setBalance', address, `0x${parseEther('1000').toString(16)}`)
}

async function fundedPayer(anvil: Anvil): Promise<Payer> {
  const payer = privateKeyPayer(secp256k1.generatePrivateKey())
  await fund(anvil, await payer.address())
  return payer
}
