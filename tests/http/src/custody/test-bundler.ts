import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { decodeErrorResult, encodeEventTopics, encodeFunctionData, type Hex, hexToBigInt } from 'viem'
import {
  entryPoint07Abi,
  getUserOperationHash,
  toPackedUserOperation,
  type UserOperation,
} from 'viem/account-abstraction'
import type { Anvil } from './anvil.ts'
import { contracts } from './smart-account-contracts.ts'

type JsonOperation = Readonly<Record<string, string>>

/** A bundler for tests: executes user operations through the entry point with an account of Anvil. */
export interface TestBundler {
  readonly url: string
  /** The hashes of the operations that it has taken, and of those that it has executed, in order. */
  readonly taken: Hex[]
  readonly executed: Hex[]
  /** Answers a method in another way: a result, or an error. */
  readonly overrides: Map<string, (params: readonly unknown[]) => unknown>
  /** False: takes operations without executing them. */
  isBundling: boolean
  /** Executes what it has taken and not executed. */
  readonly bundle: () => Promise<void>
  readonly close: () => Promise<void>
}

/** An error of a JSON-RPC method. */
export class RpcError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

interface Transaction {
  readonly from: string
  readonly to: string
  readonly data: Hex
  readonly gas: string
}

const entryPoint = contracts.entryPoint
const maxPerBundle = 10

/** Starts the bundler. It simulates each operation as the entry point executes it, and does not enforce the rules of ERC-7562. */
export async function startTestBundler(anvil: Anvil): Promise<TestBundler> {
  const [taken, executed, pool]: [Hex[], Hex[], Map<Hex, UserOperation<'0.7'>>] = [[], [], new Map()]
  const overrides: TestBundler['overrides'] = new Map()
  const [, beneficiary = ''] = (await anvil.rpc('eth_accounts')) as readonly string[]
  const handleOps = (operations: readonly UserOperation<'0.7'>[]): Transaction => ({
    from: beneficiary,
    to: entryPoint,
    gas: '0x1c9c380',
    data: encodeFunctionData({
      abi: entryPoint07Abi,
      functionName: 'handleOps',
      args: [operations.map((operation) => toPackedUserOperation(operation)), beneficiary as Hex],
    }),
  })
  /** Whoever sent an operation that is invalid by now finds that it was never executed. */
  const takeValid = async (): Promise<readonly (readonly [Hex, UserOperation<'0.7'>])[]> => {
    const valid: [Hex, UserOperation<'0.7'>][] = []
    for (const [hash, operation] of [...pool].slice(0, maxPerBundle)) {
      pool.delete(hash)
      const simulated = anvil.rpc('eth_call', handleOps([...valid.map(([, one]) => one), operation]), 'latest')
      if (
        await simulated.then(
          () => true,
          () => false,
        )
      )
        valid.push([hash, operation])
    }
    return valid
  }
  let running = Promise.resolve()
  const bundle = (): Promise<void> => {
    running = running.then(async () => {
      const batch = await takeValid()
      if (batch.length === 0) return
      const transaction = handleOps(batch.map(([, operation]) => operation))
      const hash = await anvil.rpc('eth_sendTransaction', transaction)
      while ((await anvil.rpc('eth_getTransactionReceipt', hash)) === null) await anvil.rpc('evm_mine')
      executed.push(...batch.map(([one]) => one))
    })
    return running
  }
  const methods: Readonly<Record<string, (params: readonly unknown[]) => unknown>> = {
    eth_estimateUserOperationGas: () => ({
      callGasLimit: '0x7a120',
      verificationGasLimit: '0xc3500',
      preVerificationGas: '0xea60',
      paymasterVerificationGasLimit: '0x186a0',
      paymasterPostOpGasLimit: '0x0',
    }),
    eth_sendUserOperation: async ([json]) => {
      const operation = parseOperation(json as JsonOperation)
      const hash = hashOperation(operation, anvil)
      if (pool.has(hash)) throw new RpcError(-32_602, 'UserOperation already known')
      try {
        await anvil.rpc('eth_call', handleOps([operation]), 'latest')
      } catch (error) {
        throw new RpcError(-32_500, reasonOf(error))
      }
      pool.set(hash, operation)
      taken.push(hash)
      if (bundler.isBundling) void bundle()
      return hash
    },
    eth_getUserOperationReceipt: async ([hash]) => {
      const [log] = (await anvil.rpc('eth_getLogs', {
        address: entryPoint,
        fromBlock: '0x0',
        topics: encodeEventTopics({
          abi: entryPoint07Abi,
          eventName: 'UserOperationEvent',
          args: { userOpHash: hash as Hex },
        }),
      })) as readonly { data: Hex; transactionHash: string; blockNumber: string }[]
      if (log === undefined) return null
      const success = hexToBigInt(`0x${log.data.slice(2 + 64, 2 + 128)}`) === 1n
      return { userOpHash: hash, success, receipt: log }
    },
  }
  const answer = async (method: string, params: readonly unknown[]): Promise<object> => {
    try {
      const call = overrides.get(method) ?? methods[method]
      if (call === undefined) throw new RpcError(-32_601, 'no such method')
      return { result: await call(params) }
    } catch (error) {
      return { error: { code: error instanceof RpcError ? error.code : -32_603, message: String(error) } }
    }
  }
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { id, method, params } = JSON.parse(await text(request)) as { id: number; method: string; params: unknown[] }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(await answer(method, params)) }))
  }
  const server = createServer((request, response) => void respond(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bundler: TestBundler = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    executed,
    overrides,
    isBundling: true,
    bundle: async () => {
      do await bundle()
      while (pool.size > 0)
    },
    close: async () => {
      await running.catch(() => undefined)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return bundler
}

/** Computes the hash of an operation with another library than the one that signed it. */
export function hashOperation(operation: UserOperation<'0.7'>, anvil: Pick<Anvil, 'chainId'>): Hex {
  return getUserOperationHash({
    userOperation: operation,
    entryPointAddress: entryPoint,
    entryPointVersion: '0.7',
    chainId: anvil.chainId,
  })
}

/** Parses an operation as bundlers get it. */
export function parseOperation(json: JsonOperation): UserOperation<'0.7'> {
  const numbers = new Set([
    'nonce',
    'callGasLimit',
    'verificationGasLimit',
    'preVerificationGas',
    'maxFeePerGas',
    'maxPriorityFeePerGas',
    'paymasterVerificationGasLimit',
    'paymasterPostOpGasLimit',
  ])
  const fields = Object.entries(json).map(([name, value]) => [name, numbers.has(name) ? BigInt(value) : value])
  return Object.fromEntries(fields) as UserOperation<'0.7'>
}

/** `AA21 didn't pay prefund`, as the entry point says it. */
function reasonOf(error: unknown): string {
  const message = String(error)
  const data = /0x[0-9a-fA-F]{8,}/.exec(message)?.[0]
  try {
    return decodeErrorResult({ abi: entryPoint07Abi, data: (data ?? '0x') as Hex }).args?.join(' ') ?? message
  } catch {
    return message
  }
}
