import fc from 'fast-check'
import { hexlify, TypedDataEncoder } from 'ethers'
import { type Hex, toHex } from 'viem'
import { getUserOperationHash } from 'viem/account-abstraction'
import { describe, expect, it } from 'vitest'
import {
  encodeSafeCalls,
  encodeSafeSignature,
  hashSafeMessage,
  hashSafeOperation,
  parseValidUntil,
  safeContracts,
} from './safe-account.ts'
import {
  encodeInitCode,
  encodePaymasterAndData,
  formatUserOperation,
  hashUserOperation,
  parseUserOperation,
  serializeUserOperation,
  type UserOperation,
} from './user-operation.ts'

const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => hexlify(bytes))
const bytes = fc.uint8Array({ maxLength: 80 })
const bits = (count: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(count) - 1n })

const operations: fc.Arbitrary<UserOperation> = fc.record({
  sender: address,
  nonce: bits(256),
  deployment: fc.option(fc.record({ factory: address, factoryData: bytes }), { nil: undefined }),
  callData: bytes,
  gas: fc.record({ callGasLimit: bits(128), verificationGasLimit: bits(128), preVerificationGas: bits(256) }),
  maxFeePerGas: bits(128),
  maxPriorityFeePerGas: bits(128),
  paymaster: fc.option(
    fc.record({
      paymaster: address,
      paymasterData: bytes,
      paymasterVerificationGasLimit: bits(128),
      paymasterPostOpGasLimit: bits(128),
    }),
    { nil: undefined },
  ),
  signature: bytes,
})

const safeOperation = {
  SafeOp: [
    'address safe',
    'uint256 nonce',
    'bytes initCode',
    'bytes callData',
    'uint128 verificationGasLimit',
    'uint128 callGasLimit',
    'uint256 preVerificationGas',
    'uint128 maxPriorityFeePerGas',
    'uint128 maxFeePerGas',
    'bytes paymasterAndData',
    'uint48 validAfter',
    'uint48 validUntil',
    'address entryPoint',
  ].map((field) => ({ type: field.split(' ')[0] ?? '', name: field.split(' ')[1] ?? '' })),
}

describe('a user operation', () => {
  it('has the hash that another library computes', () => {
    fc.assert(
      fc.property(operations, fc.nat(), (operation, chainId) => {
        const { gas, deployment, paymaster, sender, callData, signature, ...fees } = operation
        const userOperation = {
          ...fees,
          ...gas,
          sender: sender as Hex,
          callData: toHex(callData),
          signature: toHex(signature),
          ...(deployment && { factory: deployment.factory as Hex, factoryData: toHex(deployment.factoryData) }),
          ...(paymaster && {
            ...paymaster,
            paymaster: paymaster.paymaster as Hex,
            paymasterData: toHex(paymaster.paymasterData),
          }),
        }
        const entryPointAddress = safeContracts.entryPoint
        expect(hashUserOperation(operation, entryPointAddress, BigInt(chainId))).toBe(
          getUserOperationHash({ userOperation, entryPointAddress, entryPointVersion: '0.7', chainId }),
        )
      }),
    )
  })

  it('is the same after it was stored', () => {
    fc.assert(
      fc.property(operations, (operation) => {
        const parsed = parseUserOperation(serializeUserOperation(operation))
        expect(formatUserOperation(parsed)).toEqual(formatUserOperation(operation))
      }),
    )
  })

  it('is signed by the owner of a Safe as typed data, as another library hashes it', () => {
    fc.assert(
      fc.property(operations, fc.nat(), fc.nat(), (operation, chainId, validUntil) => {
        const { gas, sender: safe, ...rest } = operation
        const message = {
          ...rest,
          ...gas,
          safe,
          initCode: encodeInitCode(operation),
          paymasterAndData: encodePaymasterAndData(operation),
          validAfter: 0,
          validUntil,
          entryPoint: safeContracts.entryPoint,
        }
        const domain = { chainId, verifyingContract: safeContracts.module }
        expect(hexlify(hashSafeOperation(operation, BigInt(chainId), validUntil))).toBe(
          TypedDataEncoder.hash(domain, safeOperation, message),
        )
        expect(parseValidUntil({ signature: encodeSafeSignature(validUntil, new Uint8Array(65)) })).toBe(validUntil)
      }),
    )
  })
})

describe('a message of a Safe', () => {
  it('names the account and the chain, as another library hashes it', () => {
    fc.assert(
      fc.property(address, fc.nat(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (safe, chainId, digest) => {
        const domain = { chainId, verifyingContract: safe }
        expect(hexlify(hashSafeMessage(safe, BigInt(chainId), digest))).toBe(
          TypedDataEncoder.hash(domain, { SafeMessage: [{ name: 'message', type: 'bytes' }] }, { message: digest }),
        )
      }),
    )
  })
})

describe('the calls of a Safe', () => {
  it('are one call, or a delegate call of a contract that makes calls only', () => {
    const call = { to: safeContracts.module, value: 1n, data: new Uint8Array() }
    const operationOf = (data: Uint8Array): number => data[4 + 4 * 32 - 1] ?? -1
    expect(operationOf(encodeSafeCalls([call]))).toBe(0)
    expect(operationOf(encodeSafeCalls([call, call]))).toBe(1)
    expect(hexlify(encodeSafeCalls([call, call]))).toContain(safeContracts.multiSendCallOnly.slice(2).toLowerCase())
  })
})
