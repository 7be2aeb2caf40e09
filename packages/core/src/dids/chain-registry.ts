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
import type { Address, DidRegistry, PreparedChange, StepState, SubmitOptions } from './registry.ts'
import { feesOf, findStep, payerAccount, relayStep } from './relayed-step.ts'
import { checkStepId } from './step-id.ts'
import { awaitStep, handInAgain, stateOfRow } from './step-state.ts'

/** Where a registry on a chain is, and who pays. */
export interface ChainRegistryOptions {
  /** A node of the chain, from `evmChainClient`. It must have the events of the past: of an archive node, or as old as the registry. */
  readonly client: EvmHistoryClient
  /** The contract of ERC-1056: 0x and 40 hex digits. */
  readonly contract: string
  /** The account that pays for the changes of all identities. */
  readonly payer: Payer
  /** The network segments of DIDs that are kept here beside `0x` and the chain id in hex: `sepolia`. */
  readonly networks?: readonly string[]
  /** What a unit of gas costs, where the node is not to be asked: `{ gasPrice: 0n }` on a chain without fees. */
  readonly fees?: EvmFees
  /** The hosts that callers may name as `apiUrl`: none. */
  readonly apiHosts?: ApiHosts
  /** How long a reply waits for a change to be in a block, in milliseconds: 60,000. */
  readonly receiptMilliseconds?: number
}

/**
 * A registry on an EVM chain: a deployed contract of ERC-1056. Changes are signed by the owner and sent by a payer
 * (`changeOwnerSigned`, `setAttributeSigned`, ...), so that an identity needs no funds.
 * @throws RangeError for a contract that is no address, or API hosts that are no URLs
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
  if (!isAddress(contract)) throw new RangeError('chainRegistry takes the address of a contract')
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
    identityOwner: (services, _tenant, identity) => readAddress(services, registry, identity),
    history: async (services, _tenant, identity) => {
      const lastChange = await read(services, registry, 'changed', identity)
      return chainHistory(services, client, withChecksum(contract), identity, lastChange)
    },
    prepare: async (services, _tenant, identity, change) => {
      checkChange(identity, change)
      const signer = await readAddress(services, registry, identity)
      const nonce = await read(services, registry, 'nonce', signer)
      return { identity, change, signer, nonce, digest: digestOf(contract, nonce, identity, change) }
    },
    submit: (services, actor, stepId, prepared, signature, submitOptions = {}) =>
      submit(services, registry, { actor, stepId, prepared, signature, ...submitOptions }),
    stepState: async (services, tenant, stepId) => {
      const row = await findStep(services, tenant, stepId)
      if (row === undefined) return undefined
      await handInAgain(services, client, row)
      return stateOfRow(services, client, row)
    },
  }
}

interface ChainRegistry extends ChainRegistryOptions {
  readonly contract: Address
  readonly chainId: bigint
  /** What its client is called among the connections. */
  readonly clientName: string
}

interface Submission extends SubmitOptions {
  readonly actor: Actor
  readonly stepId: string
  readonly prepared: PreparedChange
  readonly signature: RecoverableSignature
}

async function submit(services: ChainServices, registry: ChainRegistry, submission: Submission): Promise<StepState> {
  const { client, payer, clientName, apiHosts } = registry
  const { actor, stepId, prepared, apiUrl } = submission
  checkStepId(stepId)
  const earlier = await findStep(services, actor.tenant, stepId)
  if (earlier !== undefined) return finish(services, registry, earlier, 'known')
  const url = apiUrl === undefined ? undefined : allowedUrl(apiHosts, apiUrl)
  const through = url === undefined || apiHosts === undefined ? client : throughApiHost(client, apiHosts, url)
  const transaction = await transactionOf(services, registry, submission)
  const step = { actor, stepId, identity: prepared.identity, payer, transaction, clientName }
  return finish(services, registry, await relayStep(services, client, through, step), 'new')
}

async function finish(
  services: ChainServices,
  { client, receiptMilliseconds = didLimits.receiptMilliseconds }: ChainRegistry,
  row: TransactionRow,
  step: 'known' | 'new',
): Promise<StepState> {
  if (step === 'known') await handInAgain(services, client, row)
  return awaitStep(services, client, row, receiptMilliseconds)
}

/** The transaction of a change that holds as things are: nobody pays for one that the contract refuses. */
async function transactionOf(
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
    // A fifth more: the estimate is of the state as it is, and that of the identity's first change is another one.
    return { chainId, to, data, gasLimit: (estimate * 6n) / 5n, fees }
  } catch (error) {
    if (isBillfoldError(error, 'transaction.reverted') && (await isStale(services, registry, prepared)))
      throw new BillfoldError('did.change-stale', { cause: error })
    throw error
  }
}

async function isStale(services: ChainServices, registry: ChainRegistry, prepared: PreparedChange): Promise<boolean> {
  const signer = await readAddress(services, registry, prepared.identity)
  return signer !== prepared.signer || (await read(services, registry, 'nonce', signer)) !== prepared.nonce
}

async function readAddress(services: ChainServices, registry: ChainRegistry, identity: Address): Promise<Address> {
  const owner = await read(services, registry, 'identityOwner', identity)
  return `0x${owner.toString(16).padStart(40, '0')}`
}

/** Every answer of the contract is one word; an account without code answers nothing. */
function read(services: ChainServices, registry: ChainRegistry, name: ReadFunction, address: Address): Promise<bigint> {
  const { client, contract } = registry
  if (addressBytes(address).length !== 20) throw new BillfoldError('input.invalid')
  return askChain(client, services.logger, async () => {
    const call = { from: zeroAddress, to: withChecksum(contract), value: 0n, data: readCall(name, address) }
    const answer = await client.call(call)
    if (answer.length !== 32) throw new Error(`There is no registry of ERC-1056 at ${contract}`)
    return BigInt(`0x${Buffer.from(answer).toString('hex')}`)
  })
}
