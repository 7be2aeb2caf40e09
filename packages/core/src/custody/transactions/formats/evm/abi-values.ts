import { addr } from 'micro-eth-signer'
import { BillfoldError } from '../../../../kernel/errors.ts'
import { requestIssue } from '../transaction-format.ts'
import { transactionLimits } from '../../limits.ts'
import type { AbiType } from './abi-types.ts'

/**
 * Parses a JSON value strictly by its ABI type: integers in range, as a safe integer, a decimal string or hex with `0x`;
 * addresses with a valid checksum, if mixed-case; booleans; hex and arrays of the exact length. Booleans, arrays and tuples may
 * also be their JSON text (`"true"`, `"[1,2]"`), which typed clients send.
 * @throws BillfoldError `input.invalid` naming the field
 */
export function parseAbiValue(type: AbiType, value: unknown, field: string): unknown {
  if (type.kind === 'array') return parseAbiArray(type.inner, type.length, value, field)
  if (type.kind === 'tuple') return parseAbiTuple(type.components, value, field)
  const { name } = type
  if (name === 'string') return parseAbiString(value, field)
  if (name === 'bool') return parseAbiBool(value, field)
  if (name === 'address') return parseAbiAddress(value, field)
  const [, kind, size = ''] = /^(bytes|uint|int)([0-9]*)$/.exec(name) ?? []
  return kind === 'bytes'
    ? parseAbiBytes(size === '' ? undefined : Number(size), value, field)
    : parseAbiInteger(kind === 'uint', Number(size), value, field)
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
    typeof value === 'number'
      ? Number.isSafeInteger(value)
      : typeof value === 'string' && /^(-?[0-9]{1,78}|0x[0-9a-fA-F]{1,64})$/.test(value)
  if (!exact) throw invalid(field, 'is not an integer; beyond 2^53 it must be a string')
  const integer = BigInt(String(value))
  const [min, max] = unsigned ? [0n, 2n ** BigInt(bits) - 1n] : [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n]
  if (integer < min || integer > max) throw invalid(field, 'is out of range for its type')
  return integer
}

function parseAbiArray(inner: AbiType, length: number | undefined, value: unknown, field: string): unknown[] {
  const items = parseJsonText(value)
  if (!Array.isArray(items) || items.length > transactionLimits.arrayLength)
    throw invalid(field, 'is not an array or is too long')
  if (length !== undefined && items.length !== length) throw invalid(field, 'does not have the length of its type')
  return items.map((item) => parseAbiValue(inner, item, field))
}

function parseAbiTuple(components: readonly AbiType[], value: unknown, field: string): unknown[] {
  const items = parseJsonText(value)
  if (!Array.isArray(items) || items.length !== components.length)
    throw invalid(field, 'is not an array with a value for each component')
  return components.map((component, index) => parseAbiValue(component, toComponentValue(items[index]), field))
}

/** Clients send the components of a tuple as values, or as `{type, value}`. */
function toComponentValue(item: unknown): unknown {
  return typeof item === 'object' && item !== null && 'value' in item ? item.value : item
}

/** Integers beyond 2^53 are quoted before parsing, so that they stay exact. Text that is no JSON is returned unchanged. */
function parseJsonText(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > transactionLimits.dataLength) return value
  const quoted = value.replace(/("(?:[^"\\]|\\.)*")|(-?[0-9]{16,})/g, (_, text?: string, digits?: string) =>
    digits === undefined ? (text ?? '') : `"${digits}"`,
  )
  try {
    return JSON.parse(quoted)
  } catch {
    return value
  }
}

function parseAbiString(value: unknown, field: string): string {
  if (typeof value !== 'string' || value.length > transactionLimits.dataLength)
    throw invalid(field, 'is not a string or is too long')
  return value
}

function parseAbiBool(value: unknown, field: string): boolean {
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw invalid(field, 'is not a boolean')
}

function invalid(field: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [requestIssue(field, message)] })
}
