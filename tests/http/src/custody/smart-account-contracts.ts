import { AbiCoder, concat } from 'ethers'
import type { Anvil } from './anvil.ts'
import { deployContract } from './contract-accounts.ts'
import { type ContractName, readBytecode } from './contract-artifacts.ts'

/** The addresses of the contracts on every chain. */
export const contracts = {
  entryPoint: '0x0000000071727De22E5E9d8BAf0edAc6f37da032',
  safeProxyFactory: '0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67',
  safe: '0x41675C099F32341bf84BFc5382aF534df5C7461a',
  safeModule: '0x75cf11467937ce3F2f357CE24ffc3DBF8fD5c226',
  safeModuleSetup: '0x2dd68b007B46fBe91B9A7c3EDa5A7a1063cB5b47',
  multiSendCallOnly: '0x9641d764fc13c8B624c04430C7356C1C7C8102e2',
} as const satisfies Partial<Record<ContractName, string>>

/** Deploys what the accounts need, at the addresses of other chains. */
export async function deploySmartAccountContracts(anvil: Anvil): Promise<void> {
  for (const [name, address] of Object.entries(contracts)) {
    const isModule = address === contracts.safeModule
    const argument = isModule ? AbiCoder.defaultAbiCoder().encode(['address'], [contracts.entryPoint]) : '0x'
    // Deployed elsewhere and copied, because a constructor fills in what the code cannot change.
    const deployed = await deployContract(anvil, concat([readBytecode(name as keyof typeof contracts), argument]))
    await anvil.rpc('anvil_setCode', address, await anvil.rpc('eth_getCode', deployed, 'latest'))
  }
}
