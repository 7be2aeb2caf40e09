import { addr } from 'micro-eth-signer'
import { createContract, parseAbi } from 'micro-eth-signer/abi.js'
import { BillfoldError } from '../../../../kernel/errors.ts'
import { type AbiType, formatAbiType, parseAbiType } from './abi-types.ts'
import { requestIssue } from '../transaction-format.ts'
import type { AbiTypeInput } from '../transaction-request.ts'

/** A decoded value, as JSON: integers are decimal strings, bytes are hex, addresses have their checksum (EIP-55). */
export type DecodedValue = string | boolean | readonly DecodedValue[]

/**
 * Decodes what a contract function returned (Solidity Contract ABI Specification).
 * @throws BillfoldError `input.invalid` if a type is not supported, or the data is not of these types
 */
export function decodeOutput(outputs: readonly AbiTypeInput[], data: Uint8Array): DecodedValue[] {
  if (outputs.length === 0) return []
  const types = outputs.map((output, index) => parseAbiType(output, `outputs.${index}`))
  const values = decode(types, data)
  return types.map((type, index) => toJson(type, values[index]))
}

function decode(types: readonly AbiType[], data: Uint8Array): readonly unknown[] {
  try {
    const contract = createContract(parseAbi([`function f() returns (${types.map(formatAbiType).join(',')})`]))
    const value: unknown = contract['f']?.decodeOutput(data)
    return types.length === 1 ? [value] : Array.isArray(value) ? value : []
  } catch (cause) {
    throw new BillfoldError('input.invalid', {
      issues: [requestIssue('outputs', 'are not the types of the returned data')],
      cause,
    })
  }
}

function toJson(type: AbiType, value: unknown): DecodedValue {
  if (Array.isArray(value)) {
    const typeOf = (index: number): AbiType =>
      type.kind === 'array' ? type.inner : type.kind === 'tuple' ? (type.components[index] ?? type) : type
    return value.map((item, index) => toJson(typeOf(index), item))
  }
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`
  if (typeof value === 'boolean') return value
  if (type.kind === 'elementary' && type.name === 'address') return addr.addChecksum(String(value))
  return String(value)
}
