import { addr } from 'micro-eth-signer'
import { keccak_256 } from '@noble/hashes/sha3.js'

/** A part of typed data that cannot be signed. The message never contains a value. */
export class TypedValueError extends Error {
  override readonly name = 'TypedValueError'
  readonly path: string

  constructor(path: string, message: string) {
    super(message)
    this.path = path
  }
}

/** Creates an error that names a path, of at most 100 characters. */
export function typedValueError(path: string, message: string): TypedValueError {
  return new TypedValueError(path.slice(0, 100), message)
}

/** `uint8` to `uint256`, `bytes1` to `bytes32`, ...; a width is required, and has no leading zero. */
const elementary = /^(?:address|bool|string|bytes([1-9][0-9]?)?|(u?)int([1-9][0-9]{0,2}))$/

/** Returns true for the elementary types of EIP-712 ("Definition of typed structured data"). */
export function isElementaryType(type: string): boolean {
  const parts = elementary.exec(type)
  if (parts === null) return false
  const [, byteLength, , bits] = parts
  if (bits !== undefined) return Number(bits) % 8 === 0 && Number(bits) <= 256
  return byteLength === undefined || Number(byteLength) <= 32
}

/**
 * Encodes a value of an elementary type to 32 bytes (EIP-712 "Definition of encodeData"). `bytes` are hex with `0x`, never text.
 * Integers are safe integers or text, decimal or hex. Addresses in mixed case have the checksum of ERC-55.
 * @throws TypedValueError
 */
export function encodeTypedValue(type: string, value: unknown, path: string): Uint8Array {
  const [, byteLength, unsigned, bits] = elementary.exec(type) ?? []
  if (bits !== undefined) return encodeInteger(Number(bits), unsigned === 'u', value, path)
  if (type === 'bool') return encodeBool(value, path)
  if (type === 'address') return encodeAddress(value, path)
  if (type === 'string') return encodeString(value, path)
  const bytes = parseBytes(value, path)
  if (byteLength === undefined) return keccak_256(bytes)
  if (bytes.length !== Number(byteLength)) throw typedValueError(path, `does not have ${byteLength} bytes`)
  const word = new Uint8Array(32)
  word.set(bytes)
  return word
}

function encodeInteger(bits: number, isUnsigned: boolean, value: unknown, path: string): Uint8Array {
  const integer = parseInteger(value)
  const fits =
    integer !== undefined && (isUnsigned ? BigInt.asUintN(bits, integer) : BigInt.asIntN(bits, integer)) === integer
  if (!fits) throw typedValueError(path, 'is not an integer of its type; beyond 2^53 it must be a string')
  return toWord(integer)
}

/** Returns undefined for numbers that JSON parsing may have rounded, so that the signed value is the intended one. */
function parseInteger(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  if (typeof value !== 'string' || !/^-?(?:[0-9]{1,78}|0x[0-9a-fA-F]{1,64})$/.test(value)) return undefined
  return value.startsWith('-') ? -BigInt(value.slice(1)) : BigInt(value)
}

function encodeBool(value: unknown, path: string): Uint8Array {
  if (typeof value !== 'boolean') throw typedValueError(path, 'is not a boolean')
  return toWord(value ? 1n : 0n)
}

function encodeAddress(value: unknown, path: string): Uint8Array {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{40}$/.test(value) || !addr.isValid(value))
    throw typedValueError(path, 'is not an address or has an invalid checksum')
  return toWord(BigInt(value))
}

function encodeString(value: unknown, path: string): Uint8Array {
  if (typeof value !== 'string' || /\p{Surrogate}/u.test(value)) throw typedValueError(path, 'is not well-formed text')
  return keccak_256(Buffer.from(value))
}

function parseBytes(value: unknown, path: string): Uint8Array {
  if (typeof value !== 'string' || !/^0x(?:[0-9a-fA-F]{2})*$/.test(value))
    throw typedValueError(path, 'is not hex with 0x')
  return Uint8Array.from(Buffer.from(value.slice(2), 'hex'))
}

/** Two's complement of 256 bits. */
function toWord(integer: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(BigInt.asUintN(256, integer).toString(16).padStart(64, '0'), 'hex'))
}
