import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** The compiled contracts of the packages, each by its file. */
const files = {
  entryPoint: '@account-abstraction/contracts/artifacts/EntryPoint.json',
  simple7702Account: '@account-abstraction/contracts-0.8/artifacts/Simple7702Account.json',
  safe: '@safe-global/safe-contracts/build/artifacts/contracts/Safe.sol/Safe.json',
  safeProxyFactory:
    '@safe-global/safe-contracts/build/artifacts/contracts/proxies/SafeProxyFactory.sol/SafeProxyFactory.json',
  multiSendCallOnly:
    '@safe-global/safe-contracts/build/artifacts/contracts/libraries/MultiSendCallOnly.sol/MultiSendCallOnly.json',
  safeModule: '@safe-global/safe-4337/build/artifacts/contracts/Safe4337Module.sol/Safe4337Module.json',
  safeModuleSetup: '@safe-global/safe-4337/build/artifacts/contracts/SafeModuleSetup.sol/SafeModuleSetup.json',
  token: '@openzeppelin/contracts/build/contracts/ERC20PresetFixedSupply.json',
} as const

/** The name of a contract. */
export type ContractName = keyof typeof files

/** Reads the creation code of a contract, hex with `0x`. */
export function readBytecode(name: ContractName): string {
  return readArtifact(files[name])
}

function readArtifact(file: string): string {
  const [scope = '', name = '', ...path] = file.split('/')
  const folder = dirname(require.resolve(`${scope}/${name}/package.json`))
  const artifact = JSON.parse(readFileSync(join(folder, ...path), 'utf8')) as { readonly bytecode: string }
  return artifact.bytecode
}
