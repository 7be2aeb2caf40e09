import { evmChainClient, secp256k1 } from '@billfold/core'
import {
  chainRegistry,
  type ChainRegistryOptions,
  type DidRegistry,
  type Payer,
  privateKeyPayer,
} from '@billfold/core/dids'
import { ContractFactory, JsonRpcProvider, parseEther, Wallet } from 'ethers'
import { EthereumDIDRegistry } from 'ethr-did-registry'
import { type Anvil, startAnvil } from '../custody/anvil.ts'

/** A chain with a registry on it, and a payer with funds. */
export interface DeployedRegistry {
  readonly anvil: Anvil
  readonly provider: JsonRpcProvider
  readonly contract: string
  readonly payer: Payer
  readonly payerAddress: string
  /** One more registry over the same contract and payer, as another process has it. */
  readonly connect: (options?: Partial<ChainRegistryOptions>) => DidRegistry
  readonly close: () => Promise<void>
}

/** Starts a chain and deploys the contract that ethr-did-registry brings. */
export async function deployRegistry(anvilOptions: readonly string[] = []): Promise<DeployedRegistry> {
  const anvil = await startAnvil(anvilOptions)
  const provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true, cacheTimeout: -1 })
  const deployer = await fundedWallet(anvil, provider)
  const factory = new ContractFactory(EthereumDIDRegistry.abi, EthereumDIDRegistry.bytecode, deployer)
  const contract = await (await factory.deploy()).waitForDeployment()
  const address = await contract.getAddress()
  const privateKey = secp256k1.generatePrivateKey()
  const payer = privateKeyPayer(privateKey)
  const payerAddress = await payer.address()
  await anvil.rpc('anvil_setBalance', payerAddress, `0x${parseEther('1000').toString(16)}`)
  return {
    anvil,
    provider,
    contract: address,
    payer,
    payerAddress,
    connect: (options) =>
      chainRegistry({
        client: evmChainClient({ url: anvil.url, chainId: anvil.chainId, timeoutMs: 5000 }),
        contract: address,
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

async function fundedWallet(anvil: Anvil, provider: JsonRpcProvider): Promise<Wallet> {
  const wallet = new Wallet(Wallet.createRandom().privateKey, provider)
  await anvil.rpc('anvil_setBalance', wallet.address, `0x${parseEther('1000').toString(16)}`)
  return wallet
}
