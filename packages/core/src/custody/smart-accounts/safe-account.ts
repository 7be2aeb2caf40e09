import { keccak_256 } from '@noble/hashes/sha3.js'
import { addr } from 'micro-eth-signer'
import type { ChainCall } from '../../platform/acts/act.ts'
import { hashTypedData } from '../wallets/chains/typed-data.ts'
import { encodeFunctionData } from '../transactions/formats/evm/encode-function-data.ts'
import { encodeInitCode, encodePaymasterAndData, type UserOperation } from './user-operation.ts'

/**
 * The contract account of SMART_ACCOUNT wallets: Safe 1.4.1 with its module for ERC-4337, version 0.3.0, and entry point 0.7. Its
 * one owner is the key of the wallet. All of them are deployed at these addresses on every chain.
 */
export const safeContracts = {
  entryPoint: '0x0000000071727De22E5E9d8BAf0edAc6f37da032',
  proxyFactory: '0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67',
  singleton: '0x41675C099F32341bf84BFc5382aF534df5C7461a',
  module: '0x75cf11467937ce3F2f357CE24ffc3DBF8fD5c226',
  moduleSetup: '0x2dd68b007B46fBe91B9A7c3EDa5A7a1063cB5b47',
  multiSendCallOnly: '0x9641d764fc13c8B624c04430C7356C1C7C8102e2',
} as const

/** The name of this account in the column `account_type`. */
export const safeAccountType = 'safe-1.4.1'

/** keccak256 of the creation code of a proxy with its argument, the singleton. */
const proxyInitCodeHash = '76733d705f71b79841c0ee960a0ca880f779cde7ef446c989e6d23efc0a4adfb'

const zeroAddress = `0x${'0'.repeat(40)}`
const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`

/** Encodes the call that sets up a new account: its owner, and the module that it obeys and answers through. */
function encodeSetup(owner: string): Uint8Array {
  const enable = encodeFunctionData('enableModules', [{ type: 'address[]', value: [safeContracts.module] }])
  return encodeFunctionData('setup', [
    { type: 'address[]', value: [owner] },
    { type: 'uint256', value: 1 },
    { type: 'address', value: safeContracts.moduleSetup },
    { type: 'bytes', value: hex(enable) },
    { type: 'address', value: safeContracts.module },
    { type: 'address', value: zeroAddress },
    { type: 'uint256', value: 0 },
    { type: 'address', value: zeroAddress },
  ])
}

/** Builds the call that deploys the account of an owner: the factory, and its call data. */
export function buildSafeDeployment(owner: string): NonNullable<UserOperation['deployment']> {
  const factoryData = encodeFunctionData('createProxyWithNonce', [
    { type: 'address', value: safeContracts.singleton },
    { type: 'bytes', value: hex(encodeSetup(owner)) },
    { type: 'uint256', value: 0 },
  ])
  return { factory: safeContracts.proxyFactory, factoryData }
}

/** Computes the address that the account of an owner has or will have (CREATE2, EIP-1014), with its checksum. */
export function computeSafeAddress(owner: string): string {
  const salt = keccak_256(Buffer.concat([keccak_256(encodeSetup(owner)), Buffer.alloc(32)]))
  const created = Buffer.concat([
    Uint8Array.of(0xff),
    Buffer.from(safeContracts.proxyFactory.slice(2), 'hex'),
    salt,
    Buffer.from(proxyInitCodeHash, 'hex'),
  ])
  return addr.addChecksum(hex(keccak_256(created).subarray(12)))
}

/** Encodes the call data with which the account makes calls: one by itself, several by a contract that can do nothing else. */
export function encodeSafeCalls(calls: readonly ChainCall[]): Uint8Array {
  const [only] = calls
  const isOne = calls.length === 1 && only !== undefined
  const { to, value, data } = isOne
    ? only
    : { to: safeContracts.multiSendCallOnly, value: 0n, data: encodeMultiSend(calls) }
  return encodeFunctionData('executeUserOpWithErrorString', [
    { type: 'address', value: to },
    { type: 'uint256', value: value.toString() },
    { type: 'bytes', value: hex(data) },
    // 0 is a call, 1 a delegate call.
    { type: 'uint8', value: isOne ? 0 : 1 },
  ])
}

/** Packed: the operation (a call), recipient, value, length of the data, data. */
function encodeMultiSend(calls: readonly ChainCall[]): Uint8Array {
  const number = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
  const packed = calls.map(({ to, value, data }) =>
    Buffer.concat([
      Uint8Array.of(0),
      Buffer.from(to.slice(2), 'hex'),
      number(value),
      number(BigInt(data.length)),
      data,
    ]),
  )
  return encodeFunctionData('multiSend', [{ type: 'bytes', value: hex(Buffer.concat(packed)) }])
}

/** Computes what the owner signs for a user operation: a typed `SafeOp` (EIP-712). @param validUntil seconds since 1970 */
export function hashSafeOperation(operation: UserOperation, chainId: bigint, validUntil: number): Uint8Array {
  const { gas } = operation
  return hashTypedData({
    types: { SafeOp: safeOperationFields },
    primaryType: 'SafeOp',
    domain: { chainId: chainId.toString(), verifyingContract: safeContracts.module },
    message: {
      safe: operation.sender,
      nonce: operation.nonce.toString(),
      initCode: hex(encodeInitCode(operation)),
      callData: hex(operation.callData),
      verificationGasLimit: gas.verificationGasLimit.toString(),
      callGasLimit: gas.callGasLimit.toString(),
      preVerificationGas: gas.preVerificationGas.toString(),
      maxPriorityFeePerGas: operation.maxPriorityFeePerGas.toString(),
      maxFeePerGas: operation.maxFeePerGas.toString(),
      paymasterAndData: hex(encodePaymasterAndData(operation)),
      validAfter: 0,
      validUntil,
      entryPoint: safeContracts.entryPoint,
    },
  })
}

const safeOperationFields = [
  { name: 'safe', type: 'address' },
  { name: 'nonce', type: 'uint256' },
  { name: 'initCode', type: 'bytes' },
  { name: 'callData', type: 'bytes' },
  { name: 'verificationGasLimit', type: 'uint128' },
  { name: 'callGasLimit', type: 'uint128' },
  { name: 'preVerificationGas', type: 'uint256' },
  { name: 'maxPriorityFeePerGas', type: 'uint128' },
  { name: 'maxFeePerGas', type: 'uint128' },
  { name: 'paymasterAndData', type: 'bytes' },
  { name: 'validAfter', type: 'uint48' },
  { name: 'validUntil', type: 'uint48' },
  { name: 'entryPoint', type: 'address' },
]

/** Encodes the signature of a user operation: when it is valid (two times of 48 bits), and what the owner signed. */
export function encodeSafeSignature(validUntil: number, signature: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.alloc(6), Buffer.from(validUntil.toString(16).padStart(12, '0'), 'hex'), signature])
}

/** Returns when a user operation stops being valid, in seconds since 1970. */
export function parseValidUntil({ signature }: Pick<UserOperation, 'signature'>): number {
  return Number(BigInt(`0x${Buffer.from(signature.subarray(6, 12)).toString('hex') || '0'}`))
}

/**
 * Computes what the owner signs so that the account answers that a digest is signed (ERC-1271): a typed `SafeMessage`, which names
 * the account and the chain, so that the signature is none of another account of the owner.
 */
export function hashSafeMessage(account: string, chainId: bigint, digest: Uint8Array): Uint8Array {
  return hashTypedData({
    types: { SafeMessage: [{ name: 'message', type: 'bytes' }] },
    primaryType: 'SafeMessage',
    domain: { chainId: chainId.toString(), verifyingContract: account },
    message: { message: hex(digest) },
  })
}
