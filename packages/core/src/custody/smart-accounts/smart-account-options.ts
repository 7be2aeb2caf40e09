import type { ChainClients } from '../chain-clients/index.ts'
import type { Bundler } from './bundler.ts'
import type { PaymasterService } from './paymaster.ts'

/** How the contract accounts of one chain send: through a bundler, and a paymaster if others pay their gas. */
export interface SmartAccountChain {
  readonly bundler: Bundler
  /** Pays the gas. Without one each account pays its own. */
  readonly paymaster?: PaymasterService
  /** How long an operation can be executed after it was signed, in seconds, 60 to 604,800. Default: 3,600. */
  readonly validSeconds?: number
  /**
   * The limit on the gas that a bundler may ask for its own work, which is paid in full. Default: 2,000,000; chains that publish
   * their data elsewhere need more.
   */
  readonly maxPreVerificationGas?: bigint
}

/** The contract accounts of a host (ERC-4337), by `secretType`. A chain that is named needs an EVM client in `chainClients`. */
export type SmartAccountOptions = Readonly<Record<string, SmartAccountChain>>

/** Settings of a chain with defaults applied. */
export interface SmartAccountSettings {
  readonly bundler: Bundler
  readonly paymaster: PaymasterService | undefined
  readonly validSeconds: number
  readonly maxPreVerificationGas: bigint
}

/** Applies defaults to the option `custody.smartAccounts`. @throws RangeError if a value is out of range, or a chain has no EVM client */
export function resolveSmartAccounts(
  options: SmartAccountOptions,
  clients: ChainClients,
): ReadonlyMap<string, SmartAccountSettings> {
  return new Map(
    Object.entries(options).map(([secretType, chain]) => {
      const { bundler, paymaster, validSeconds = 3600, maxPreVerificationGas = 2_000_000n } = chain
      if (clients[secretType]?.family !== 'evm')
        throw new RangeError(`custody.smartAccounts.${secretType} needs an EVM client in custody.chainClients`)
      if (!Number.isInteger(validSeconds) || validSeconds < 60 || validSeconds > 604_800)
        throw new RangeError(
          `custody.smartAccounts.${secretType}.validSeconds must be an integer from 60 to 604,800, got ${validSeconds}`,
        )
      return [secretType, { bundler, paymaster, validSeconds, maxPreVerificationGas }]
    }),
  )
}
