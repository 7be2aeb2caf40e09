import { keccak_256 } from '@noble/hashes/sha3.js'
import { z } from 'zod'
import { hexDataSchema, quantitySchema } from '../chain-clients/hex-schemas.ts'

/** A user operation of entry point 0.7 (ERC-4337), as bundlers take it over JSON-RPC. */
export interface UserOperation {
  /** The account, hex with `0x`. */
  readonly sender: string
  /** 192 bits of key and 64 bits of sequence number. */
  readonly nonce: bigint
  /** What deploys the account. Absent once it is deployed. */
  readonly deployment?: { readonly factory: string; readonly factoryData: Uint8Array } | undefined
  readonly callData: Uint8Array
  readonly gas: UserOperationGas
  /** In wei. */
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  /** The contract that pays the gas. Absent if the account pays. */
  readonly paymaster?: PaymasterFields | undefined
  readonly signature: Uint8Array
}

/** The gas limits of a user operation. */
export interface UserOperationGas {
  readonly callGasLimit: bigint
  readonly verificationGasLimit: bigint
  readonly preVerificationGas: bigint
}

/** The fields of a user operation whose gas a paymaster pays (ERC-7677). */
export interface PaymasterFields {
  readonly paymaster: string
  readonly paymasterData: Uint8Array
  readonly paymasterVerificationGasLimit: bigint
  readonly paymasterPostOpGasLimit: bigint
}

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/)
const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`
const quantity = (value: bigint): string => `0x${value.toString(16)}`

/** Formats a user operation as the parameter of the methods of bundlers (ERC-7769). */
export function formatUserOperation(operation: UserOperation): Readonly<Record<string, string>> {
  const { sender, nonce, deployment, callData, gas, maxFeePerGas, maxPriorityFeePerGas, paymaster, signature } =
    operation
  return {
    sender,
    nonce: quantity(nonce),
    ...(deployment && { factory: deployment.factory, factoryData: hex(deployment.factoryData) }),
    callData: hex(callData),
    callGasLimit: quantity(gas.callGasLimit),
    verificationGasLimit: quantity(gas.verificationGasLimit),
    preVerificationGas: quantity(gas.preVerificationGas),
    maxFeePerGas: quantity(maxFeePerGas),
    maxPriorityFeePerGas: quantity(maxPriorityFeePerGas),
    ...(paymaster && {
      paymaster: paymaster.paymaster,
      paymasterVerificationGasLimit: quantity(paymaster.paymasterVerificationGasLimit),
      paymasterPostOpGasLimit: quantity(paymaster.paymasterPostOpGasLimit),
      paymasterData: hex(paymaster.paymasterData),
    }),
    signature: hex(signature),
  }
}

/** Serializes a signed user operation for the storage. */
export function serializeUserOperation(operation: UserOperation): Uint8Array {
  return Uint8Array.from(Buffer.from(JSON.stringify(formatUserOperation(operation)), 'utf8'))
}

const serialized = z.object({
  sender: address,
  nonce: quantitySchema,
  factory: address.optional(),
  factoryData: hexDataSchema.optional(),
  callData: hexDataSchema,
  callGasLimit: quantitySchema,
  verificationGasLimit: quantitySchema,
  preVerificationGas: quantitySchema,
  maxFeePerGas: quantitySchema,
  maxPriorityFeePerGas: quantitySchema,
  paymaster: address.optional(),
  paymasterVerificationGasLimit: quantitySchema.optional(),
  paymasterPostOpGasLimit: quantitySchema.optional(),
  paymasterData: hexDataSchema.optional(),
  signature: hexDataSchema,
})

/** Parses what {@link serializeUserOperation} made. */
export function parseUserOperation(raw: Uint8Array): UserOperation {
  const fields = serialized.parse(JSON.parse(Buffer.from(raw).toString('utf8')))
  const { factory, factoryData, paymaster, paymasterData } = fields
  return {
    sender: fields.sender,
    nonce: fields.nonce,
    ...(factory !== undefined && { deployment: { factory, factoryData: factoryData ?? new Uint8Array() } }),
    callData: fields.callData,
    gas: {
      callGasLimit: fields.callGasLimit,
      verificationGasLimit: fields.verificationGasLimit,
      preVerificationGas: fields.preVerificationGas,
    },
    maxFeePerGas: fields.maxFeePerGas,
    maxPriorityFeePerGas: fields.maxPriorityFeePerGas,
    ...(paymaster !== undefined && {
      paymaster: {
        paymaster,
        paymasterData: paymasterData ?? new Uint8Array(),
        paymasterVerificationGasLimit: fields.paymasterVerificationGasLimit ?? 0n,
        paymasterPostOpGasLimit: fields.paymasterPostOpGasLimit ?? 0n,
      },
    }),
    signature: fields.signature,
  }
}

/** Encodes what deploys the account: the factory, then its call. Empty for a deployed account. */
export function encodeInitCode({ deployment }: Pick<UserOperation, 'deployment'>): Uint8Array {
  if (deployment === undefined) return new Uint8Array()
  return Buffer.concat([addressBytes(deployment.factory), deployment.factoryData])
}

/** Encodes the paymaster, its gas limits of 128 bits each, and its data. Empty if the account pays. */
export function encodePaymasterAndData({ paymaster }: Pick<UserOperation, 'paymaster'>): Uint8Array {
  if (paymaster === undefined) return new Uint8Array()
  return Buffer.concat([
    addressBytes(paymaster.paymaster),
    word(paymaster.paymasterVerificationGasLimit, 16),
    word(paymaster.paymasterPostOpGasLimit, 16),
    paymaster.paymasterData,
  ])
}

/** Computes the hash by which entry point 0.7 knows a user operation, hex with `0x`. The signature is not part of it. */
export function hashUserOperation(operation: UserOperation, entryPoint: string, chainId: bigint): string {
  const { sender, nonce, callData, gas, maxFeePerGas, maxPriorityFeePerGas } = operation
  const fields = [
    Buffer.concat([Buffer.alloc(12), addressBytes(sender)]),
    word(nonce),
    keccak_256(encodeInitCode(operation)),
    keccak_256(callData),
    Buffer.concat([word(gas.verificationGasLimit, 16), word(gas.callGasLimit, 16)]),
    word(gas.preVerificationGas),
    Buffer.concat([word(maxPriorityFeePerGas, 16), word(maxFeePerGas, 16)]),
    keccak_256(encodePaymasterAndData(operation)),
  ]
  const inner = keccak_256(Buffer.concat(fields))
  return hex(keccak_256(Buffer.concat([inner, Buffer.alloc(12), addressBytes(entryPoint), word(chainId)])))
}

function addressBytes(text: string): Buffer {
  return Buffer.from(text.slice(2), 'hex')
}

function word(value: bigint, bytes = 32): Buffer {
  return Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex')
}
