/** Reads ABI-encoded arguments as the decoder of a contract does (Solidity Contract ABI Specification). */
export interface AbiReader {
  /** Reads a word at an offset in bytes; undefined beyond the end. */
  readonly word: (offset: number) => bigint | undefined
  /** Reads an address; undefined if there are other bits in its padding. */
  readonly address: (offset: number) => string | undefined
  /** Reads `bytes` whose offset, relative to `base`, is the word at `head`. */
  readonly bytes: (head: number, base: number) => Uint8Array | undefined
  /** Reads the start of the elements of a dynamic array and their number, at most `max`. */
  readonly array: (head: number, base: number, max: number) => { start: number; length: number } | undefined
  /** Follows the offset in a word; undefined if it leaves the data. */
  readonly follow: (head: number, base: number) => number | undefined
}

const wordBytes = 32

/** Creates a reader of the arguments of a call, which start after the selector. */
export function createAbiReader(data: Uint8Array): AbiReader {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const word = (offset: number): bigint | undefined =>
    offset + wordBytes > bytes.length
      ? undefined
      : BigInt(`0x${bytes.subarray(offset, offset + wordBytes).toString('hex')}`)
  const follow = (head: number, base: number): number | undefined => {
    const offset = word(head)
    return offset === undefined || offset > BigInt(bytes.length) ? undefined : base + Number(offset)
  }
  const sized = (head: number, base: number): { start: number; length: number } | undefined => {
    const at = follow(head, base)
    const length = at === undefined ? undefined : word(at)
    if (at === undefined || length === undefined || length > BigInt(bytes.length)) return undefined
    return { start: at + wordBytes, length: Number(length) }
  }
  return {
    word,
    follow,
    address: (offset) => {
      const value = word(offset)
      return value === undefined || value >> 160n !== 0n ? undefined : `0x${value.toString(16).padStart(40, '0')}`
    },
    bytes: (head, base) => {
      const found = sized(head, base)
      if (found === undefined || found.start + found.length > bytes.length) return undefined
      return bytes.subarray(found.start, found.start + found.length)
    },
    array: (head, base, max) => {
      const found = sized(head, base)
      return found === undefined || found.length > max ? undefined : found
    },
  }
}
