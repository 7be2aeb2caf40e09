import { addr } from 'micro-eth-signer'
import { BillfoldError } from '../../errors.ts'
import { wrongField } from '../format.ts'
import { transactionLimits } from '../limits.ts'

const elementary = /^(address|bool|string|bytes([0-9]{0,2})|(u?)int([0-9]{0,3}))$/
const array = /^(.+)\[([0-9]{0,4})\]$/

/**
 * A value from JSON as its ABI type takes it, strictly: an integer in its range, as a whole number that JSON keeps or as a
 * decimal string; an address with a right checksum, if any; a boolean, not a word for one; hex of the right length; arrays
 * of the right length.
 * @throws BillfoldError `input.invalid` naming the field
 */
export function abiValue(type: string, value: unknown, field: string, depth = 0): unknown {
  const list = array.exec(type)
  if (list !== null) return abiArray(list[1] ?? '', list[2] ?? '', value, field, depth)
  const parts = elementary.exec(type)
  if (parts === null) throw wrong(field, 'has a type that is not taken')
  if (type === 'string') return abiText(value, field)
  if (type === 'bool') return abiBool(value, field)
  if (type === 'address') return abiAddress(value, field)
  const [, , byteLength, unsigned, bits] = parts
  return byteLength === undefined
    ? abiInteger(unsigned === 'u', bits === '' ? 256 : Number(bits), value, field)
    : abiBytes(byteLength === '' ? undefined : Number(byteLength), value, field)
}

/** The type as a signature names it: `uint` is `uint256` (ABI specification, "Types"). */
export function canonicalType(type: string): string {
  return type.replace(/^(u?int)(?=$|\[)/, '$1256')
}

/** An address, EIP-55 where it has letters in both cases. @throws BillfoldError `input.invalid` naming the field */
export function abiAddress(value: unknown, field: string): string {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{40}$/.test(value) || !addr.isValid(value))
    throw wrong(field, 'is not an address, or its checksum is wrong')
  return value
}

/** Bytes from hex with 0x: so many, or any number. @throws BillfoldError `input.invalid` naming the field */
export function abiBytes(length: number | undefined, value: unknown, field: string): Uint8Array {
  if (length === 0 || (length ?? 1) > 32) throw wrong(field, 'has a type that is not taken')
  if (typeof value !== 'string' || value.length > transactionLimits.dataLength || !/^0x([0-9a-fA-F]{2})*$/.test(value))
    throw wrong(field, 'is not hex with 0x')
  const bytes = Uint8Array.from(Buffer.from(value.slice(2), 'hex'))
  if (length !== undefined && bytes.length !== length) throw wrong(field, `has not ${length} bytes`)
  return bytes
}

/** An integer of so many bits. @throws BillfoldError `input.invalid` naming the field */
export function abiInteger(unsigned: boolean, bits: number, value: unknown, field: string): bigint {
  if (bits < 8 || bits > 256 || bits % 8 !== 0) throw wrong(field, 'has a type that is not taken')
  const exact =
    typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && /^-?[0-9]{1,78}$/.test(value)
  if (!exact) throw wrong(field, 'is not a whole number; beyond 2^53 it must be a string')
  const integer = BigInt(String(value))
  const [least, most] = unsigned
    ? [0n, 2n ** BigInt(bits) - 1n]
    : [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n]
  if (integer < least || integer > most) throw wrong(field, 'is out of the range of its type')
  return integer
}

function abiArray(inner: string, length: string, value: unknown, field: string, depth: number): unknown[] {
  if (depth >= transactionLimits.arrayDepth) throw wrong(field, 'has a type that is not taken')
  if (!Array.isArray(value) || value.length > transactionLimits.arrayLength)
    throw wrong(field, 'is not an array, or too long')
  if (length !== '' && (length === '0' || value.length !== Number(length)))
    throw wrong(field, 'has another length than its type')
  // A type that nothing is held against would go unchecked.
  if (value.length === 0 && !elementary.test(inner.replace(/(\[[0-9]{0,4}\])*$/, '')))
    throw wrong(field, 'has a type that is not taken')
  return value.map((item) => abiValue(inner, item, field, depth + 1))
}

function abiText(value: unknown, field: string): string {
  if (typeof value !== 'string' || value.length > transactionLimits.dataLength)
    throw wrong(field, 'is not a text, or too long')
  return value
}

function abiBool(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') throw wrong(field, 'is not true or false')
  return value
}

function wrong(field: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [wrongField(field, message)] })
}
