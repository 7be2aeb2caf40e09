import type { ChainServices } from '../../../custody/services.ts'
import { type Actor } from '../../../platform/audit/audit-write.ts'
import {
  callNode,
  estimateGasInRange,
  type EvmFees,
  type EvmHistoryClient,
} from '../../../custody/chain-clients/index.ts'
import type { RecoverableSignature } from '../../../kernel/crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../../../kernel/errors.ts'
import type { TransactionRow } from '../../../custody/transactions/transaction-row.ts'
import { addressToBytes, isAddress, toChecksumAddress, zeroAddress } from '../address.ts'
import { getAllowedApiUrl, type ApiHosts, assertValidApiHosts, createApiHostClient } from './api-host.ts'
import { readChainHistory } from './chain-history.ts'
import { assertValidChange } from '../validate-change.ts'
import { assertChangeSignature, computeChangeDigest } from '../change-digest.ts'
import { type ViewFunction, encodeViewCall, encodeSignedCall } from './erc1056.ts'
import { didLimits } from '../limits.ts'
import { type Payer } from './payer.ts'
import type { PayerTransaction } from './payer-transaction.ts'
import {
  type Address,
  assertValidOperationId,
  type DidRegistry,
  type PreparedChange,
  type OperationStatus,
  type SubmitOptions,
} from '../registry.ts'
import { fetchPayerFees, findOperation, getPayerAccount, relayOperation } from './relay-operation.ts'
import { waitForConfirmation, resubmit, getOperationStatus } from './operation-status.ts'

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
  readonly receiptTimeoutMs?: number
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
  if (options.apiHosts !== undefined) assertValidApiHosts(options.apiHosts)
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
    assertApiUrlAllowed: (apiUrl) => void getAllowedApiUrl(options.apiHosts, apiUrl),
    identityOwner: (services, _tenant, identity) => readOwner(services, registry, identity),
    getHistory: async (services, _tenant, identity) => {
      const lastChange = await read(services, registry, 'changed', identity)
      return readChainHistory(services, client, toChecksumAddress(contract), identity, lastChange)
    },
    prepare: async (services, _tenant, identity, change) => {
      assertValidChange(identity, change)
      const signer = await readOwner(services, registry, identity)
      const nonce = await read(services, registry, 'nonce', signer)
      return { identity, change, signer, nonce, digest: computeChangeDigest(contract, nonce, identity, change) }
    },
    submit: (services, actor, operationId, prepared, signature, submitOptions = {}) =>
      submit(services, registry, { actor, operationId, prepared, signature, ...submitOptions }),
    findOperationStatus: async (services, tenant, operationId) => {
      const row = await findOperation(services, tenant, operationId)
      if (row === undefined) return undefined
      await resubmit(services, client, row)
      return getOperationStatus(services, client, row)
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

async function submit(
  services: ChainServices,
  registry: ChainRegistry,
  submission: Submission,
): Promise<OperationStatus> {
  const { client, payer, clientName, apiHosts } = registry
  const { actor, operationId, prepared, apiUrl } = submission
  assertValidOperationId(operationId)
  const existing = await findOperation(services, actor.tenant, operationId)
  if (existing !== undefined) return waitForOperation(services, registry, existing, 'known')
  const url = apiUrl === undefined ? undefined : getAllowedApiUrl(apiHosts, apiUrl)
  const through = url === undefined || apiHosts === undefined ? client : createApiHostClient(client, apiHosts, url)
  const transaction = await buildTransaction(services, registry, submission)
  const step = { actor, operationId, identity: prepared.identity, payer, transaction, clientName }
  return waitForOperation(services, registry, await relayOperation(services, client, through, step), 'new')
}

async function waitForOperation(
  services: ChainServices,
  { client, receiptTimeoutMs = didLimits.receiptTimeoutMs }: ChainRegistry,
  row: TransactionRow,
  step: 'known' | 'new',
): Promise<OperationStatus> {
  if (step === 'known') await resubmit(services, client, row)
  return waitForConfirmation(services, client, row, receiptTimeoutMs)
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
  assertValidChange(prepared.identity, prepared.change)
  assertChangeSignature(contract, prepared, signature)
  const to = toChecksumAddress(contract)
  const data = encodeSignedCall(prepared, signature)
  const { address: from } = await getPayerAccount(client, payer)
  try {
    const estimate = await callNode(client, services.logger, () =>
      estimateGasInRange(client, { from, to, value: 0n, data }),
    )
    const fees = registry.fees ?? (await fetchPayerFees(services, client))
    // A margin of 20 %: the state may change before the transaction is mined, and an identity's first change costs more.
    return { chainId, to, data, gasLimit: (estimate * 6n) / 5n, fees }
  } catch (error) {
    if (isBillfoldError(error, 'transaction.reverted') && (await isStale(services, registry, prepared)))
      throw new BillfoldError('did.update-conflict', { cause: error })
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
function read(services: ChainServices, registry: ChainRegistry, name: ViewFunction, address: Address): Promise<bigint> {
  const { client, contract } = registry
  if (addressToBytes(address).length !== 20) throw new BillfoldError('input.invalid')
  return callNode(client, services.logger, async () => {
    const call = { from: zeroAddress, to: toChecksumAddress(contract), value: 0n, data: encodeViewCall(name, address) }
    const answer = await client.call(call)
    if (answer.length !== 32) throw new Error(`There is no ERC-1056 registry at ${contract}`)
    return BigInt(`0x${Buffer.from(answer).toString('hex')}`)
  })
}
