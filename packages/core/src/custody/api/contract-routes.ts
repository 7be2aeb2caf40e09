import { z } from 'zod'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { type Route, route } from '../../http/index.ts'
import { transactionLimits } from '../transactions/limits.ts'
import { parseAbiBytes } from '../transactions/formats/evm/abi-values.ts'
import { type DecodedValue, decodeOutput } from '../transactions/formats/evm/decode-output.ts'
import { encodeFunctionData } from '../transactions/formats/evm/encode-function-data.ts'
import { readContract } from '../transactions/read-contract.ts'
import { getChain } from '../wallets/chains/index.ts'
import { contractInputSchema, contractOutputSchema } from './contract-schemas.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import { custodyBodyLimit, optionalField, successSchema } from './schemas.ts'
import { nodeUnavailable, withoutSending } from './without-sending.ts'

const address = z.string().min(1).max(transactionLimits.addressLength)
const secretType = z.string().max(32)
const functionName = z.string().max(transactionLimits.nameLength)
const inputs = z.array(contractInputSchema).max(transactionLimits.inputs)
const outputs = z.array(contractOutputSchema).max(transactionLimits.inputs)

const newRead = z.object({
  secretType,
  walletAddress: optionalField(address.describe('The address that the contract sees as the caller')),
  contractAddress: address,
  functionName,
  inputs: optionalField(inputs),
  outputs: optionalField(outputs),
})
const newEncoding = z.object({ secretType, functionName, inputs: optionalField(inputs) })
const newDecoding = z.object({
  secretType,
  data: z.string().max(transactionLimits.dataLength).describe('Hex with 0x'),
  outputs,
})

const readValue = z.object({
  type: z.string(),
  value: z.unknown().describe('Integers are decimal strings, bytes are hex, arrays and tuples are arrays'),
})
const decodedValue = z.object({ type: z.string(), value: z.string().describe('Arrays and tuples are JSON text') })

/** The routes that read a contract, and encode and decode what is sent to it and comes from it. EVM chains only. */
export function contractRoutes(custody: CustodyContext): readonly Route[] {
  return [readRoute(custody), encodeRoute(custody), decodeRoute(custody)]
}

function readRoute({ services, chains, service }: CustodyContext): Route {
  return route({
    id: 'readContract',
    idempotency: 'none',
    method: 'POST',
    path: '/api/contracts/read',
    summary: 'Call a function of a contract that changes nothing, and decode its result',
    guard: service,
    body: { encoding: 'json', schema: newRead, limit: custodyBodyLimit },
    replies: {
      200: { description: 'The values, in the order of outputs', schema: successSchema(z.array(readValue)) },
      503: nodeUnavailable,
    },
    handler: async ({ body }) => {
      const chain = getChain(chains, body.secretType)
      const read = { ...body, inputs: body.inputs ?? [], outputs: body.outputs ?? [] }
      const values = await withBodyPaths(() => withoutSending(() => readContract(services, chain.secretType, read)))
      return custodySuccessReply(read.outputs.map(({ type }, index) => ({ type, value: values[index] })))
    },
  })
}

function encodeRoute({ chains, service }: CustodyContext): Route {
  return route({
    id: 'encodeContractCall',
    idempotency: 'none',
    method: 'POST',
    path: '/api/contracts/abi/encode',
    summary: 'Encode the call data of a contract function (Solidity contract ABI)',
    guard: service,
    body: { encoding: 'json', schema: newEncoding, limit: custodyBodyLimit },
    replies: {
      200: {
        description: 'The selector and the arguments, in hex',
        schema: successSchema(z.object({ data: z.string() })),
      },
    },
    handler: async ({ body }) => {
      getChain(chains, body.secretType)
      const data = await withBodyPaths(() => encodeFunctionData(body.functionName, body.inputs ?? []))
      return custodySuccessReply({ data: `0x${Buffer.from(data).toString('hex')}` })
    },
  })
}

function decodeRoute({ chains, service }: CustodyContext): Route {
  return route({
    id: 'decodeContractData',
    idempotency: 'none',
    method: 'POST',
    path: '/api/contracts/abi/decode',
    summary: 'Decode what a contract function has returned (Solidity contract ABI)',
    guard: service,
    body: { encoding: 'json', schema: newDecoding, limit: custodyBodyLimit },
    replies: {
      200: { description: 'The values, in the order of outputs', schema: successSchema(z.array(decodedValue)) },
    },
    handler: async ({ body }) => {
      getChain(chains, body.secretType)
      const values = await withBodyPaths(() => decodeOutput(body.outputs, parseAbiBytes(undefined, body.data, 'data')))
      return custodySuccessReply(body.outputs.map(({ type }, index) => ({ type, value: toText(values[index]) })))
    },
  })
}

function toText(value: DecodedValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The codec names the fields of a transaction; here they are those of the body. */
async function withBodyPaths<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isBillfoldError(error, 'input.invalid')) throw error
    const issues = error.issues.map(({ path, message }) => ({
      path: path.replace(/^transactionRequest\./, ''),
      message,
    }))
    throw new BillfoldError('input.invalid', { issues, cause: error })
  }
}
