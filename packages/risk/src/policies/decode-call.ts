import { keccak_256 } from '@noble/hashes/sha3.js'

/** A decoded argument: a number, or an address and bytes in lower-case hex. */
export type DecodedArgument = bigint | boolean | string

const word = 32
const selectorLength = 4

/** Returns the selector of a function: the first four bytes of keccak256 of its signature, with `0x`. */
export function toSelector(signature: string): string {
  return `0x${Buffer.from(keccak_256(new TextEncoder().encode(signature)).slice(0, selectorLength)).toString('hex')}`
}

const selectors = new Map<string, string>()

/** A rule is compared with every call of an act, and a hash costs more than the comparison. */
function rememberedSelector(signature: string): string {
  const known = selectors.get(signature)
  if (known !== undefined) return known
  if (selectors.size >= 10_000) selectors.clear()
  const selector = toSelector(signature)
  selectors.set(signature, selector)
  return selector
}

/**
 * Decodes call data of one function (Solidity Contract ABI Specification). Accepts the one encoding that a compiler makes: data of
 * another length, a set bit where there is padding, and dynamic types are undefined, so that a call has no second spelling.
 *
 * @param signature with canonical types: `transfer(address,uint256)`
 * @returns the arguments, or undefined if the data is no canonical call of this function
 */
export function decodeCall(signature: string, data: Uint8Array): readonly DecodedArgument[] | undefined {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  if (`0x${bytes.subarray(0, selectorLength).toString('hex')}` !== rememberedSelector(signature)) return undefined
  const inner = signature.slice(signature.indexOf('(') + 1, -1)
  const types = inner === '' ? [] : inner.split(',')
  if (bytes.length !== selectorLength + types.length * word) return undefined
  const decoded = types.map((type, index) => {
    const start = selectorLength + index * word
    return decodeWord(type, bytes.subarray(start, start + word))
  })
  return decoded.every((argument) => argument !== undefined) ? decoded : undefined
}

function decodeWord(type: string, bytes: Buffer): DecodedArgument | undefined {
  const hex = bytes.toString('hex')
  const value = BigInt(`0x${hex}`)
  if (type === 'address') return value < 1n << 160n ? `0x${hex.slice(24)}` : undefined
  if (type === 'bool') return value > 1n ? undefined : value === 1n
  const [, kind, digits] = /^(uint|int|bytes)([0-9]+)$/.exec(type) ?? []
  const size = Number(digits)
  if (kind === 'bytes') {
    if (!(size >= 1 && size <= word)) return undefined
    return /^0*$/.test(hex.slice(size * 2)) ? `0x${hex.slice(0, size * 2)}` : undefined
  }
  if (!(size >= 8 && size <= 256 && size % 8 === 0)) return undefined
  if (kind === 'uint') return value < 1n << BigInt(size) ? value : undefined
  const signed = BigInt.asIntN(256, value)
  return kind === 'int' && BigInt.asIntN(size, signed) === signed ? signed : undefined
}
