import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { countSchema, quantitySchema } from '../chain-clients/hex-schemas.ts'
import { isInsufficientFunds } from '../chain-clients/evm-errors.ts'
import { createJsonRpc, JsonRpcError } from '../chain-clients/json-rpc.ts'
import { chainLimits } from '../chain-clients/limits.ts'
import type { Fetch } from '../chain-clients/request-node.ts'
import { formatUserOperation, type UserOperation, type UserOperationGas } from './user-operation.ts'

/** The gas that a bundler estimates; the last two are for the paymaster, if there is one. */
export interface GasEstimate extends UserOperationGas {
  readonly paymasterVerificationGasLimit?: bigint | undefined
  readonly paymasterPostOpGasLimit?: bigint | undefined
}

/**
 * The result of sending a user operation.
 * - `accepted`: the bundler has it.
 * - `rejected`: it is invalid now, and the bundler does not have it.
 */
export type UserOperationResult =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'rejected'; readonly reason: 'insufficient-funds' | 'fee-too-low' | 'not-valid' }

/** The receipt of a user operation that was executed. */
export interface UserOperationReceipt {
  /** False if its calls were reverted; its gas is paid all the same. */
  readonly success: boolean
  /** The transaction that executed it, with others: hex with `0x`. */
  readonly transactionHash: string
}

/**
 * A bundler: sends user operations of one chain (ERC-4337, ERC-7769). It cannot change an operation, but it can hold it back, so what
 * was executed is asked of the node of the chain.
 */
export interface Bundler {
  /** The timeout of one call in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number
  /**
   * Estimates the gas of a user operation, whose signature has the right length only.
   * @throws BillfoldError `transaction.insufficient-funds`, `transaction.reverted`
   */
  readonly estimateGas: (operation: UserOperation, entryPoint: string) => Promise<GasEstimate>
  /** Sends a signed user operation. A known one is `accepted`. Throws if the result is unknown. */
  readonly send: (operation: UserOperation, entryPoint: string) => Promise<UserOperationResult>
  /** Fetches the receipt of a user operation by its hash; undefined if the bundler knows none. */
  readonly receipt: (hash: string) => Promise<UserOperationReceipt | undefined>
}

/** Options of {@link bundlerClient}. */
export interface BundlerClientOptions {
  /** One to eight http or https URLs; the first that responds is used. */
  readonly url: string | readonly string[]
  /** Replaces the global `fetch`, for a proxy, an agent or a test. */
  readonly fetch?: Fetch
  /** The response timeout per URL in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number
}

const gasShape = z.object({
  callGasLimit: quantitySchema,
  verificationGasLimit: quantitySchema,
  preVerificationGas: quantitySchema,
  paymasterVerificationGasLimit: quantitySchema.nullish().transform((gas) => gas ?? undefined),
  paymasterPostOpGasLimit: quantitySchema.nullish().transform((gas) => gas ?? undefined),
})

const receiptShape = z
  .object({
    success: z.boolean(),
    receipt: z.object({ transactionHash: z.string().regex(/^0x[0-9a-fA-F]{64}$/), blockNumber: countSchema }),
  })
  .nullable()

/**
 * Creates a client of a bundler over JSON-RPC: `eth_estimateUserOperationGas`, `eth_sendUserOperation` and
 * `eth_getUserOperationReceipt` (ERC-7769). Response size and time are bounded, redirects are not followed, and errors contain only
 * the host of the URL.
 * @throws RangeError if there is no URL, there are more than eight, or one is not http or https
 *
 * @example
 * ```ts
 * import { bundlerClient, createBillfold, environmentKeyring, evmChainClient, memoryStorage } from '@billfold/core'
 *
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   custody: {
 *     chainClients: { ETHEREUM: evmChainClient({ url: 'https://node.example', chainId: 1 }) },
 *     smartAccounts: { ETHEREUM: { bundler: bundlerClient({ url: 'https://bundler.example' }) } },
 *   },
 * })
 * ```
 */
export function bundlerClient(options: BundlerClientOptions): Bundler {
  const urls = typeof options.url === 'string' ? [options.url] : [...options.url]
  assertUrls('bundlerClient', urls)
  const { timeoutMs = chainLimits.responseTimeoutMs, fetch = globalThis.fetch } = options
  const rpc = createJsonRpc({ urls, timeoutMs, fetch })
  return {
    timeoutMs: timeoutMs * urls.length,
    estimateGas: async (operation, entryPoint) => {
      try {
        return gasShape.parse(await rpc('eth_estimateUserOperationGas', [formatUserOperation(operation), entryPoint]))
      } catch (error) {
        throw toEstimateError(error)
      }
    },
    send: async (operation, entryPoint) => {
      try {
        await rpc('eth_sendUserOperation', [formatUserOperation(operation), entryPoint])
        return { outcome: 'accepted' }
      } catch (error) {
        const result = classifySendError(error)
        if (result === undefined) throw error
        return result
      }
    },
    receipt: async (hash) => {
      const found = receiptShape.parse(await rpc('eth_getUserOperationReceipt', [hash]))
      return found === null
        ? undefined
        : { success: found.success, transactionHash: found.receipt.transactionHash.toLowerCase() }
    },
  }
}

/** @throws RangeError */
export function assertUrls(name: string, urls: readonly string[]): void {
  const isHttp = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
  if (urls.length === 0 || urls.length > chainLimits.maxNodes || !urls.every(isHttp))
    throw new RangeError(`${name}: url must be 1 to ${chainLimits.maxNodes} http or https URLs`)
}

/** AA21 and AA31: the account or the paymaster cannot pay the gas. */
function isUnpaid(error: unknown): boolean {
  return isInsufficientFunds(error) || (error instanceof JsonRpcError && /AA[23]1/.test(error.message))
}

/** The codes of ERC-7769, section "Error codes", and -32521 for calls that revert. */
function toEstimateError(cause: unknown): unknown {
  if (isUnpaid(cause)) return new BillfoldError('transaction.insufficient-funds', { cause })
  if (!(cause instanceof JsonRpcError)) return cause
  if (cause.code === -32_521 || /revert|AA[0-9]{2}/i.test(cause.message))
    return new BillfoldError('transaction.reverted', { cause })
  return cause
}

/** Undefined if the error may be temporary, such as a full mempool, so that the operation is sent again later. */
function classifySendError(error: unknown): UserOperationResult | undefined {
  if (!(error instanceof JsonRpcError)) return undefined
  const { code, message } = error
  // The nonce of an operation is its own. A bundler that says AA25 is executing it, has executed it, or has enough operations of the account.
  if (/AA25|conflicting/i.test(message)) return undefined
  if (/already (known|exists|in (the )?(mem)?pool)|already.*pending/i.test(message)) return { outcome: 'accepted' }
  if (/mempool.*full|too many|limit|timeout|timed out|busy|internal|in-?flight|max.*(user)?ops/i.test(message))
    return undefined
  if (isUnpaid(error)) return { outcome: 'rejected', reason: 'insufficient-funds' }
  if (/underpriced|(fee|gas ?price)\w* (is )?too low|maxfeepergas|maxpriorityfeepergas|replacement/i.test(message))
    return { outcome: 'rejected', reason: 'fee-too-low' }
  // -32500 to -32508: refused by validation or by the policy of the bundler; -32602: malformed.
  const isRefused = (code <= -32_500 && code >= -32_508) || code === -32_602 || code === -32_521
  return isRefused || /AA[0-9]{2}/.test(message) ? { outcome: 'rejected', reason: 'not-valid' } : undefined
}
