/** A Huffman table (ITU-T T.81 annex C), indexed by the length of a code in bits, 1 to 16. */
export interface HuffmanTable {
  /** The largest code of each length; -1 if there is none. */
  readonly maxCode: Int32Array
  /** What to add to a code of each length to get its index in `values`. */
  readonly offset: Int32Array
  readonly values: Uint8Array
}

/** Builds a Huffman table. @param counts number of codes of each length, 1 to 16 */
export function buildHuffmanTable(counts: Uint8Array, values: Uint8Array): HuffmanTable {
  const maxCode = new Int32Array(17).fill(-1)
  const offset = new Int32Array(17)
  let code = 0
  let index = 0
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1] ?? 0
    offset[length] = index - code
    if (count > 0) {
      code += count
      index += count
      if (code > 1 << length) throw new RangeError('Invalid Huffman table')
      maxCode[length] = code - 1
    }
    code <<= 1
  }
  return { maxCode, offset, values }
}

/** Reads the bits of the entropy-coded data of a scan. Throws a RangeError at a marker or the end of the data. */
export interface BitReader {
  readonly bit: () => number
  /** Reads up to 16 bits as an unsigned number. */
  readonly bits: (count: number) => number
  readonly symbol: (table: HuffmanTable) => number
  /** Skips to the next byte and reads a restart marker (RST0 to RST7). */
  readonly restart: () => void
  /** Position of the next byte. */
  readonly position: () => number
}

/** Creates a reader of bits from a position on. */
export function createBitReader(data: Uint8Array, start: number): BitReader {
  let at = start
  let current = 0
  let remaining = 0
  const bit = (): number => {
    if (remaining === 0) {
      const byte = data[at]
      if (byte === undefined) throw new RangeError('The JPEG is truncated')
      at++
      if (byte === 0xff) {
        // A byte 255 of the data is followed by a zero byte.
        if (data[at] !== 0) throw new RangeError('The data of the JPEG ends too early')
        at++
      }
      current = byte
      remaining = 8
    }
    remaining--
    return (current >> remaining) & 1
  }
  return {
    bit,
    bits: (count) => {
      let value = 0
      for (let index = 0; index < count; index++) value = (value << 1) | bit()
      return value
    },
    symbol: ({ maxCode, offset, values }) => {
      let code = 0
      for (let length = 1; length <= 16; length++) {
        code = (code << 1) | bit()
        if (code <= (maxCode[length] ?? -1)) return values[code + (offset[length] ?? 0)] ?? 0
      }
      throw new RangeError('Invalid Huffman code')
    },
    restart: () => {
      remaining = 0
      const marker = data[at + 1] ?? 0
      if (data[at] !== 0xff || marker < 0xd0 || marker > 0xd7) throw new RangeError('Missing restart marker')
      at += 2
    },
    position: () => at,
  }
}
