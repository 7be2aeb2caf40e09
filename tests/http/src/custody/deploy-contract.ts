import { type BaseContract, ContractFactory, type JsonRpcProvider } from 'ethers'
import { createRequire } from 'node:module'

/** Deploys a contract of OpenZeppelin from the first account of a local chain. */
export async function deployContract(
  provider: JsonRpcProvider,
  name: string,
  ...args: readonly unknown[]
): Promise<BaseContract> {
  const { abi, bytecode } = createRequire(import.meta.url)(`@openzeppelin/contracts/build/contracts/${name}.json`)
  const contract = await new ContractFactory(abi, bytecode, await provider.getSigner(0)).deploy(...args)
  await contract.waitForDeployment()
  return contract
}
