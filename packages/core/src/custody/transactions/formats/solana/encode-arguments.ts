import { createHash } from 'node:crypto'
import { BillfoldError } from '../../../../kernel/errors.ts'
import { isAddressOf } from '../../../wallets/chains/is-address.ts'
import { parseAbiBytes, parseAbiInteger } from '../evm/abi-values.ts'
import { requestIssue } from '../transaction-format.ts'
import type { ContractInput } from '../transaction-request.ts'
import { decodeAddress } from './message.ts'

/** The data of an instruction cannot be longer than a transaction. */
const maxBytes = 1232

/**
 * Encodes the data of an instruction: the discriminator of an Anchor instruction, if it is named, and the arguments in Borsh. `raw` bytes stand for
 * themselves, so that any program can be called.
 * @throws BillfoldError `input.invalid`
 */
export function encodeInstructionData(functionName: string, inputs: readonly ContractInput[]): Uint8Array {
  const parts = inputs.map(({ type, value }, index) => encodeArgument(type, value, `inputs.${index}.value`))
  return Buffer.concat([computeDiscriminator(functionName), ...parts])
}

/** The first eight bytes of the SHA-256 hash of `global:` and the name (Anchor). */
function computeDiscriminator(functionName: string): Uint8Array {
  if (functionName === '') return new Uint8Array()
  if (!/^[a-z_][a-z0-9_]*$/.test(functionName))
    throw invalid('functionName', 'is not the name of an Anchor instruction in snake case, or empty')
  return createHash('sha256').update(`global:${functionName}`).digest().subarray(0, 8)
}

function encodeArgument(type: string, value: unknown, field: string): Uint8Array {
  const [, sign, bits] = /^([ui])(8|16|32|64|128)$/.exec(type) ?? []
  if (bits !== undefined) return encodeInteger(parseAbiInteger(sign === 'u', Number(bits), value, field), Number(bits))
  switch (type) {
    case 'bool':
      return Uint8Array.of(parseBoolean(value, field) ? 1 : 0)
    case 'pubkey':
    case 'publicKey':
      return decodeAddress(parseAddress(value, field))
    case 'string':
      return withLength(Buffer.from(parseText(value, field), 'utf8'))
    case 'bytes':
      return withLength(parseAbiBytes(undefined, value, field))
    case 'raw':
      return parseAbiBytes(undefined, value, field)
    default:
      throw invalid(
        field.replace(/value$/, 'type'),
        'must be u8 to u128, i8 to i128, bool, pubkey, string, bytes or raw',
      )
  }
}

/** Lowest byte first, in two's complement. */
function encodeInteger(value: bigint, bits: number): Uint8Array {
  const hex = BigInt.asUintN(bits, value)
    .toString(16)
    .padStart(bits / 4, '0')
  return Buffer.from(hex, 'hex').reverse()
}

function withLength(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([length, bytes])
}

function parseBoolean(value: unknown, field: string): boolean {
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw invalid(field, 'is neither true nor false')
}

function parseAddress(value: unknown, field: string): string {
  if (typeof value === 'string' && isAddressOf('SOLANA', value)) return value
  throw invalid(field, 'is not an address of this chain')
}

function parseText(value: unknown, field: string): string {
  if (typeof value === 'string' && value.length <= maxBytes) return value
  throw invalid(field, `is not a text of at most ${maxBytes} characters`)
}

function invalid(field: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [requestIssue(field, message)] })
}
