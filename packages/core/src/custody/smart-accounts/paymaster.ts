import { z } from 'zod'
import { hexDataSchema, quantitySchema } from '../chain-clients/hex-schemas.ts'
import { createJsonRpc } from '../chain-clients/json-rpc.ts'
import { chainLimits } from '../chain-clients/limits.ts'
import type { Fetch } from '../chain-clients/request-node.ts'
import { assertUrls } from './bundler.ts'
import { formatUserOperation, type PaymasterFields, type UserOperation } from './user-operation.ts'

/** The fields of a paymaster, as its service returns them; `isFinal` if they need not be fetched again once the gas is known. */
export interface PaymasterStub extends PaymasterFields {
  readonly isFinal: boolean
}

/** A service that pays the gas of user operations (ERC-7677). */
export interface PaymasterService {
  /** The timeout of one call in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number
  /** Fetches fields with which the gas can be estimated. */
  readonly fetchStub: (operation: UserOperation, entryPoint: string, chainId: bigint) => Promise<PaymasterStub>
  /** Fetches the fields of an operation whose gas is known: the paymaster address and its data. */
  readonly fetchData: (
    operation: UserOperation,
    entryPoint: string,
    chainId: bigint,
  ) => Promise<Pick<PaymasterFields, 'paymaster' | 'paymasterData'>>
}

/** Options of {@link paymasterClient}. */
export interface PaymasterClientOptions {
  /** One to eight http or https URLs; the first that responds is used. */
  readonly url: string | readonly string[]
  /** What the service gets with each operation, such as the id of a sponsorship policy. */
  readonly context?: Readonly<Record<string, unknown>>
  /** Replaces the global `fetch`, for a proxy, an agent or a test. */
  readonly fetch?: Fetch
  /** The response timeout per URL in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number
}

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/)
/** A gas limit of a user operation, which the entry point takes as 128 bits, and blocks as far fewer (EIP-1985). */
const gasSchema = quantitySchema
  .refine((gas) => gas < 2n ** 64n, 'is beyond 64 bits')
  .nullish()
  .transform((gas) => gas ?? 0n)
/** The maximum bytes of a paymaster's data. Bundlers take little more for a whole operation. */
const maxDataBytes = 8 * 1024
const dataSchema = hexDataSchema.refine((data) => data.length <= maxDataBytes, `is beyond ${maxDataBytes} bytes`)
const stubShape = z.object({
  paymaster: address,
  paymasterData: dataSchema,
  paymasterVerificationGasLimit: gasSchema,
  paymasterPostOpGasLimit: gasSchema,
  isFinal: z.boolean().optional(),
})
const dataShape = z.object({ paymaster: address, paymasterData: dataSchema })

/**
 * Creates a client of a paymaster service over JSON-RPC: `pm_getPaymasterStubData` and `pm_getPaymasterData` (ERC-7677).
 * @throws RangeError if there is no URL, there are more than eight, or one is not http or https
 *
 * @example
 * ```ts
 * import { bundlerClient, paymasterClient } from '@billfold/core'
 *
 * const paymaster = paymasterClient({ url: 'https://paymaster.example', context: { policy: 'customers' } })
 * const smartAccounts = { ETHEREUM: { bundler: bundlerClient({ url: 'https://bundler.example' }), paymaster } }
 * ```
 */
export function paymasterClient(options: PaymasterClientOptions): PaymasterService {
  const urls = typeof options.url === 'string' ? [options.url] : [...options.url]
  assertUrls('paymasterClient', urls)
  const { timeoutMs = chainLimits.responseTimeoutMs, fetch = globalThis.fetch, context = {} } = options
  const rpc = createJsonRpc({ urls, timeoutMs, fetch })
  const call = (method: string, operation: UserOperation, entryPoint: string, chainId: bigint): Promise<unknown> =>
    rpc(method, [formatUserOperation(operation), entryPoint, `0x${chainId.toString(16)}`, context])
  return {
    timeoutMs: timeoutMs * urls.length,
    fetchStub: async (operation, entryPoint, chainId) => {
      const found = stubShape.parse(await call('pm_getPaymasterStubData', operation, entryPoint, chainId))
      return { ...found, isFinal: found.isFinal === true }
    },
    fetchData: async (operation, entryPoint, chainId) =>
      dataShape.parse(await call('pm_getPaymasterData', operation, entryPoint, chainId)),
  }
}
