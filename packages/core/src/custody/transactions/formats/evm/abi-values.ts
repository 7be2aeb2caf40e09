import { addr } from 'micro-eth-signer'
import { BillfoldError } from '../../../../kernel/errors.ts'
import { requestIssue } from '../transaction-format.ts'
import { transactionLimits } from '../../limits.ts'

const elementary = /^(address|bool|string|bytes([0-9]{0,2})|(u?)int([0-9]{0,3}))$/
const array = /^(.+)\[([0-9]{0,4})\]$/

/**
 * Parses a JSON value strictly by its ABI type: integers in range, as a safe integer or a decimal string; addresses with a
 * valid checksum, if mixed-case; booleans, not strings; hex and arrays of the exact length. Tuples are not supported.
 * @throws BillfoldError `input.invalid` naming the field
 */
export function parseAbiValue(type: string, value: unknown, field: string, depth = 0): unknown {
  const list = array.exec(type)
  if (list !== null) return parseAbiArray(list[1] ?? '', list[2] ?? '', value, field, depth)
  const parts = elementary.exec(type)
  if (parts === null) throw invalid(field, 'has an unsupported type')
  if (type === 'string') return parseAbiString(value, field)
  if (type === 'bool') return parseAbiBool(value, field)
  if (type === 'address') return parseAbiAddress(value, field)
  const [, , byteLength, unsigned, bits] = parts
  return byteLength === undefined
    ? parseAbiInteger(unsigned === 'u', bits === '' ? 256 : Number(bits), value, field)
    : parseAbiBytes(byteLength === '' ? undefined : Number(byteLength), value, field)
}

/** Returns the canonical name of a type for a function signature: `uint` is `uint256` (ABI specification, "Types"). */
export function canonicalAbiType(type: string): string {
  return type.replace(/^(u?int)(?=$|\[)/, '$1256')
}

/** Parses an address. Mixed-case addresses must have a valid EIP-55 checksum. @throws BillfoldError `input.invalid` naming the field */
export function parseAbiAddress(value: unknown, field: string): string {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{40}$/.test(value) || !addr.isValid(value))
    throw invalid(field, 'is not an address or has an invalid checksum')
  return value
}

/** Decodes hex with `0x`, of exactly `length` bytes if given. @throws BillfoldError `input.invalid` naming the field */
export function parseAbiBytes(length: number | undefined, value: unknown, field: string): Uint8Array {
  if (length === 0 || (length ?? 1) > 32) throw invalid(field, 'has an unsupported type')
  if (typeof value !== 'string' || value.length > transactionLimits.dataLength || !/^0x([0-9a-fA-F]{2})*$/.test(value))
    throw invalid(field, 'is not hex with 0x')
  const bytes = Uint8Array.from(Buffer.from(value.slice(2), 'hex'))
  if (length !== undefined && bytes.length !== length) throw invalid(field, `must have ${length} bytes`)
  return bytes
}

/** Parses an integer of `bits` bits. @throws BillfoldError `input.invalid` naming the field */
export function parseAbiInteger(unsigned: boolean, bits: number, value: unknown, field: string): bigint {
  if (bits < 8 || bits > 256 || bits % 8 !== 0) throw invalid(field, 'has an unsupported type')
  const exact =
    typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && /^-?[0-9]{1,78}$/.test(value)
  if (!exact) throw invalid(field, 'is not an integer; beyond 2^53 it must be a string')
  const integer = BigInt(String(value))
  const [min, max] = unsigned ? [0n, 2n ** BigInt(bits) - 1n] : [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n]
  if (integer < min || integer > max) throw invalid(field, 'is out of range for its type')
  return integer
}

function parseAbiArray(inner: string, length: string, value: unknown, field: string, depth: number): unknown[] {
  if (depth >= transactionLimits.arrayDepth) throw invalid(field, 'has an unsupported type')
  if (!Array.isArray(value) || value.length > transactionLimits.arrayLength)
    throw invalid(field, 'is not an array or is too long')
  if (length !== '' && (length === '0' || value.length !== Number(length)))
    throw invalid(field, 'does not have the length of its type')
  // An empty array would leave its element type unvalidated.
  if (value.length === 0 && !elementary.test(inner.replace(/(\[[0-9]{0,4}\])*$/, '')))
    throw invalid(field, 'has an unsupported type')
  return value.map((item) => parseAbiValue(inner, item, field, depth + 1))
}

function parseAbiString(value: unknown, field: string): string {
  if (typeof value !== 'string' || value.length > transactionLimits.dataLength)
    throw invalid(field, 'is not a string or is too long')
  return value
}

function parseAbiBool(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') throw invalid(field, 'is not a boolean')
  return value
}

function invalid(field: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [requestIssue(field, message)] })
}
