import { type Actor } from '../audit/record.ts'
import { askChain, type EvmFees, type EvmHistoryClient } from '../chain-clients/index.ts'
import type { RecoverableSignature } from '../crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import type { ChainServices } from '../services.ts'
import type { TransactionRow } from '../transactions/record.ts'
import { addressBytes, isAddress, withChecksum, zeroAddress } from './address.ts'
import { allowedUrl, type ApiHosts, checkApiHosts, throughApiHost } from './api-host.ts'
import { chainHistory } from './chain-history.ts'
import { checkChange } from './change-check.ts'
import { checkSignature, digestOf } from './digest.ts'
import { type ReadFunction, readCall, signedCall } from './erc1056.ts'
import { didLimits } from './limits.ts'
import { type Payer } from './payer.ts'
import type { PayerTransaction } from './payer-transaction.ts'
import {
  type Address,
  checkStepId,
  type DidRegistry,
  type PreparedChange,
  type StepState,
  type SubmitOptions,
} from './registry.ts'
import { feesOf, findStep, payerAccount, relayStep } from './relayed-step.ts'
import { awaitStep, handInAgain, stateOfRow } from './step-state.ts'

/** Options of {@link chainRegistry}. */
export interface ChainRegistryOptions {
  /**
   * A node of the chain, from `evmChainClient`. It must serve all events since the registry was deployed, as an archive
   * node does.
   */
  readonly client: EvmHistoryClient
  /** The address of the ERC-1056 contract: 0x and 40 hex digits. */
  readonly contract: string
  /** The account that pays the fees of all changes. */
  readonly payer: Payer
  /**
   * Network segments of the DIDs in this registry, for example `sepolia`. `0x` and the chain id in hex is always
   * included.
   */
  readonly networks?: readonly string[]
  /** The fees of a unit of gas: `{ gasPrice: 0n }` on a chain without fees. Defaults to what the node suggests. */
  readonly fees?: EvmFees
  /** The hosts that callers may choose as `apiUrl`. Defaults to none. */
  readonly apiHosts?: ApiHosts
  /** Time that a request waits for a change to be included in a block, in milliseconds. Defaults to 60,000. */
  readonly receiptMilliseconds?: number
}

/**
 * A DID registry on an EVM chain: a deployed ERC-1056 contract. The owner signs each change and the payer sends it
 * (`changeOwnerSigned`, `setAttributeSigned`, ...), so identities need no funds.
 *
 * @throws RangeError if `contract` is not an address, or a URL in `apiHosts` is invalid
 *
 * @example
 * ```ts
 * import { environmentKeyring, evmChainClient } from '@billfold/core'
 * import { chainRegistry, keyringPayer } from '@billfold/core/dids'
 *
 * const sepolia = chainRegistry({
 *   client: evmChainClient({ url: 'https://node.example', chainId: 11155111 }),
 *   contract: '0x03d5003bf0e79C5F5223588F347ebA39AfbC3818',
 *   payer: keyringPayer(environmentKeyring(), '2026a'),
 *   networks: ['sepolia'],
 * })
 * ```
 */
export function chainRegistry(options: ChainRegistryOptions): DidRegistry {
  const { client } = options
  const contract = options.contract.toLowerCase()
  if (!isAddress(contract)) throw new RangeError('chainRegistry: `contract` must be an address (0x and 40 hex digits)')
  if (options.apiHosts !== undefined) checkApiHosts(options.apiHosts)
  const chainId = BigInt(client.network.slice('eip155:'.length))
  const registry: ChainRegistry = {
    ...options,
    contract,
    chainId,
    clientName: `did:${chainId}:${contract.slice(2, 10)}`.slice(0, 32),
  }
  return {
    networks: [`0x${chainId.toString(16)}`, ...(options.networks ?? [])],
    chainId,
    clients: { [registry.clientName]: client },
    checkApiUrl: (apiUrl) => void allowedUrl(options.apiHosts, apiUrl),
    identityOwner: (services, _tenant, identity) => readOwner(services, registry, identity),
    history: async (services, _tenant, identity) => {
      const lastChange = await read(services, registry, 'changed', identity)
      return chainHistory(services, client, withChecksum(contract), identity, lastChange)
    },
    prepare: async (services, _tenant, identity, change) => {
      checkChange(identity, change)
      const signer = await readOwner(services, registry, identity)
      const nonce = await read(services, registry, 'nonce', signer)
      return { identity, change, signer, nonce, digest: digestOf(contract, nonce, identity, change) }
    },
    submit: (services, actor, operationId, prepared, signature, submitOptions = {}) =>
      submit(services, registry, { actor, operationId, prepared, signature, ...submitOptions }),
    stepState: async (services, tenant, operationId) => {
      const row = await findStep(services, tenant, operationId)
      if (row === undefined) return undefined
      await handInAgain(services, client, row)
      return stateOfRow(services, client, row)
    },
  }
}

interface ChainRegistry extends ChainRegistryOptions {
  readonly contract: Address
  readonly chainId: bigint
  /** The name of the client in the connections. */
  readonly clientName: string
}

interface Submission extends SubmitOptions {
  readonly actor: Actor
  readonly operationId: string
  readonly prepared: PreparedChange
  readonly signature: RecoverableSignature
}

async function submit(services: ChainServices, registry: ChainRegistry, submission: Submission): Promise<StepState> {
  const { client, payer, clientName, apiHosts } = registry
  const { actor, operationId, prepared, apiUrl } = submission
  checkStepId(operationId)
  const existing = await findStep(services, actor.tenant, operationId)
  if (existing !== undefined) return waitForOperation(services, registry, existing, 'known')
  const url = apiUrl === undefined ? undefined : allowedUrl(apiHosts, apiUrl)
  const through = url === undefined || apiHosts === undefined ? client : throughApiHost(client, apiHosts, url)
  const transaction = await buildTransaction(services, registry, submission)
  const step = { actor, stepId: operationId, identity: prepared.identity, payer, transaction, clientName }
  return waitForOperation(services, registry, await relayStep(services, client, through, step), 'new')
}

async function waitForOperation(
  services: ChainServices,
  { client, receiptMilliseconds = didLimits.receiptMilliseconds }: ChainRegistry,
  row: TransactionRow,
  step: 'known' | 'new',
): Promise<StepState> {
  if (step === 'known') await handInAgain(services, client, row)
  return awaitStep(services, client, row, receiptMilliseconds)
}

/**
 * Builds the transaction of a change. Estimating its gas also checks that the contract accepts it, so nobody pays for a
 * reverted one.
 */
async function buildTransaction(
  services: ChainServices,
  registry: ChainRegistry,
  { prepared, signature }: Submission,
): Promise<PayerTransaction> {
  const { client, contract, chainId, payer } = registry
  checkChange(prepared.identity, prepared.change)
  checkSignature(contract, prepared, signature)
  const to = withChecksum(contract)
  const data = signedCall(prepared, signature)
  const { address: from } = await payerAccount(client, payer)
  try {
    const estimate = await askChain(client, services.logger, () => client.estimateGas({ from, to, value: 0n, data }))
    const fees = registry.fees ?? (await feesOf(services, client))
    // A margin of 20 %: the state may change before the transaction is mined, and an identity's first change costs more.
    return { chainId, to, data, gasLimit: (estimate * 6n) / 5n, fees }
  } catch (error) {
    if (isBillfoldError(error, 'transaction.reverted') && (await isStale(services, registry, prepared)))
      throw new BillfoldError('did.change-stale', { cause: error })
    throw error
  }
}

async function isStale(services: ChainServices, registry: ChainRegistry, prepared: PreparedChange): Promise<boolean> {
  const signer = await readOwner(services, registry, prepared.identity)
  return signer !== prepared.signer || (await read(services, registry, 'nonce', signer)) !== prepared.nonce
}

async function readOwner(services: ChainServices, registry: ChainRegistry, identity: Address): Promise<Address> {
  const owner = await read(services, registry, 'identityOwner', identity)
  return `0x${owner.toString(16).padStart(40, '0')}`
}

/** Every result of the contract is one word; an account without code returns nothing. */
function read(services: ChainServices, registry: ChainRegistry, name: ReadFunction, address: Address): Promise<bigint> {
  const { client, contract } = registry
  if (addressBytes(address).length !== 20) throw new BillfoldError('input.invalid')
  return askChain(client, services.logger, async () => {
    const call = { from: zeroAddress, to: withChecksum(contract), value: 0n, data: readCall(name, address) }
    const answer = await client.call(call)
    if (answer.length !== 32) throw new Error(`There is no ERC-1056 registry at ${contract}`)
    return BigInt(`0x${Buffer.from(answer).toString('hex')}`)
  })
}
