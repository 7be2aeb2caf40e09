import { BillfoldError } from '../../kernel/errors.ts'
import type { ChainCall } from '../../platform/acts/act.ts'
import { callNode, type EvmClient, type EvmFees, fetchFeesInRange, getChainClient } from '../chain-clients/index.ts'
import type { CustodyServices } from '../services.ts'
import { parseAbiInteger } from '../transactions/formats/evm/abi-values.ts'
import { requestIssue } from '../transactions/formats/transaction-format.ts'
import type { ChainSpecificFields, TransactionRequest } from '../transactions/formats/transaction-request.ts'
import { addr } from 'micro-eth-signer'
import type { CustodyWalletRow } from '../wallets/sealing.ts'
import { isDeployed } from './account-state.ts'
import type { GasEstimate } from './bundler.ts'
import { buildOperationCalls } from './operation-calls.ts'
import { buildSafeDeployment, encodeSafeCalls, encodeSafeSignature, safeContracts } from './safe-account.ts'
import type { SmartAccountSettings } from './smart-account-options.ts'
import type { PaymasterFields, UserOperation } from './user-operation.ts'

/** A user operation that is complete except for its signature. */
export interface UnsignedOperation {
  readonly calls: readonly ChainCall[]
  readonly operation: UserOperation
  readonly chainId: bigint
  /** CAIP-2. */
  readonly network: string
}

/** What sending from a contract account needs: the node, and the settings of its chain. */
export interface OperationConnection {
  readonly client: EvmClient
  readonly settings: SmartAccountSettings
}

/** Gets the connection of a chain. @throws BillfoldError `smart-account.unavailable`, `transaction.chain-unavailable` */
export function getOperationConnection(services: CustodyServices, secretType: string): OperationConnection {
  const settings = services.smartAccounts?.get(secretType)
  if (settings === undefined) throw new BillfoldError('smart-account.unavailable')
  const client = getChainClient(services.chainConnections, secretType)
  if (client.family !== 'evm') throw new BillfoldError('smart-account.unavailable')
  return { client, settings }
}

/** Calls the bundler or the paymaster with the rules of calls to nodes. @throws BillfoldError `transaction.chain-unavailable` */
export function callService<T>(
  services: Pick<CustodyServices, 'logger'>,
  client: EvmClient,
  service: { readonly timeoutMs?: number },
  call: () => Promise<T>,
): Promise<T> {
  return callNode(client, services.logger, call, service.timeoutMs)
}

/**
 * Builds the user operation of a request. Asks the node for the fees, the bundler for the gas, and the paymaster to pay it.
 * @param id the id of the operation (UUID), from which its nonce is made
 * @throws BillfoldError `input.invalid`, `smart-account.unavailable`, `transaction.unsupported-type`,
 *   `transaction.chain-unavailable`, `transaction.insufficient-funds`, `transaction.reverted`, `transaction.fee-too-high`
 */
export async function buildOperation(
  services: CustodyServices,
  wallet: CustodyWalletRow,
  decimals: number,
  request: TransactionRequest,
  id: string,
): Promise<UnsignedOperation> {
  const connection = getOperationConnection(services, wallet.secretType)
  const { client } = connection
  const { network } = client
  const fields = request.chainSpecificFields ?? {}
  assertFields(fields)
  const calls = await buildOperationCalls(request, {
    from: wallet.address,
    network,
    decimals,
    maxReplacements: 0,
    callNode: (call) => callNode(client, services.logger, () => call(client)),
  })
  const isNew = !(await callNode(client, services.logger, () => isDeployed(client, wallet.address)))
  const draft: UserOperation = {
    sender: wallet.address,
    nonce: toOperationNonce(id),
    ...(isNew && { deployment: buildSafeDeployment(addr.fromPublicKey(wallet.publicKey)) }),
    callData: encodeSafeCalls(calls),
    gas: { callGasLimit: 0n, verificationGasLimit: 0n, preVerificationGas: 0n },
    ...(await resolveFees(services, client, fields)),
    signature: placeholderSignature,
  }
  const chainId = BigInt(network.slice('eip155:'.length))
  return { calls, network, chainId, operation: await fillGas(services, connection, draft, fields, chainId) }
}

/**
 * Returns the nonce of an operation: its id as the key, and 0 as the sequence number. An operation with a key of its own waits for
 * no other, and is executed at most once.
 */
export function toOperationNonce(id: string): bigint {
  return BigInt(`0x${id.replaceAll('-', '')}`) << 64n
}

/** As long as a signature, and with values for which a signer can be recovered, so that it takes as much gas to check. */
const placeholderSignature = encodeSafeSignature(
  0xffff_ffff_ffff,
  Buffer.from(`${'ec'.repeat(32)}${'3b'.repeat(32)}1b`, 'hex'),
)

/** @throws BillfoldError `input.invalid` */
function assertFields(fields: ChainSpecificFields): void {
  for (const name of ['nonce', 'gasPrice', 'maxReplacementFeePerGas', 'fee', 'ttl'] as const)
    if (fields[name] !== undefined)
      throw new BillfoldError('input.invalid', {
        issues: [requestIssue(`chainSpecificFields.${name}`, 'cannot be set for a contract account')],
      })
}

async function resolveFees(
  { logger }: CustodyServices,
  client: EvmClient,
  { maxFeePerGas, maxPriorityFeePerGas }: ChainSpecificFields,
): Promise<Pick<UserOperation, 'maxFeePerGas' | 'maxPriorityFeePerGas'>> {
  const fees = toPair(await callNode(client, logger, () => fetchFeesInRange(client)))
  const maxFee =
    maxFeePerGas === undefined
      ? fees.maxFeePerGas
      : parseAbiInteger(true, 128, maxFeePerGas, 'chainSpecificFields.maxFeePerGas')
  const tip =
    maxPriorityFeePerGas === undefined
      ? fees.maxPriorityFeePerGas
      : parseAbiInteger(true, 128, maxPriorityFeePerGas, 'chainSpecificFields.maxPriorityFeePerGas')
  return { maxFeePerGas: maxFee, maxPriorityFeePerGas: tip > maxFee ? maxFee : tip }
}

function toPair(fees: EvmFees): Pick<UserOperation, 'maxFeePerGas' | 'maxPriorityFeePerGas'> {
  if (!('gasPrice' in fees)) return fees
  return { maxFeePerGas: fees.gasPrice, maxPriorityFeePerGas: fees.gasPrice }
}

async function fillGas(
  services: CustodyServices,
  { client, settings }: OperationConnection,
  draft: UserOperation,
  { gasLimit }: ChainSpecificFields,
  chainId: bigint,
): Promise<UserOperation> {
  const { bundler, paymaster: service } = settings
  const { entryPoint } = safeContracts
  const stub =
    service && (await callService(services, client, service, () => service.fetchStub(draft, entryPoint, chainId)))
  const sponsored = stub === undefined ? draft : { ...draft, paymaster: stub }
  const estimate = await callService(services, client, bundler, async () =>
    assertGas(await bundler.estimateGas(sponsored, entryPoint)),
  )
  if (estimate.preVerificationGas > settings.maxPreVerificationGas) throw new BillfoldError('transaction.fee-too-high')
  const { callGasLimit, verificationGasLimit, preVerificationGas } = estimate
  const limit =
    gasLimit === undefined ? callGasLimit : parseAbiInteger(true, 64, gasLimit, 'chainSpecificFields.gasLimit')
  const gas = { callGasLimit: limit, verificationGasLimit, preVerificationGas }
  const filled = { ...draft, gas, ...(stub !== undefined && { paymaster: toPaymaster(stub, estimate) }) }
  if (service === undefined || stub === undefined || stub.isFinal) return filled
  const data = await callService(services, client, service, () => service.fetchData(filled, entryPoint, chainId))
  return { ...filled, paymaster: { ...toPaymaster(stub, estimate), ...data } }
}

function toPaymaster(stub: PaymasterFields, estimate: GasEstimate): PaymasterFields {
  const { paymaster, paymasterData } = stub
  return {
    paymaster,
    paymasterData,
    paymasterVerificationGasLimit: estimate.paymasterVerificationGasLimit ?? stub.paymasterVerificationGasLimit,
    paymasterPostOpGasLimit: estimate.paymasterPostOpGasLimit ?? stub.paymasterPostOpGasLimit,
  }
}

/** A larger number is a fault of the bundler, and not of the caller. @throws RangeError */
function assertGas(estimate: GasEstimate): GasEstimate {
  for (const gas of Object.values(estimate) as readonly (bigint | undefined)[])
    if (gas !== undefined && gas >= 2n ** 64n) throw new RangeError('bundler returned a number beyond 64 bits')
  return estimate
}
