import type { BitReader, HuffmanTable } from './bit-reader.ts'
import { type JpegComponent, zigzag } from './jpeg-frame.ts'

/** What the decoding of a block needs; `prediction` and `endOfBandRun` are carried from block to block. */
export interface BlockDecoding {
  readonly reader: BitReader
  readonly component: JpegComponent
  readonly scale: number
  readonly dc: HuffmanTable | undefined
  readonly ac: HuffmanTable | undefined
  /** First and last coefficient of the scan, in zigzag order. */
  readonly first: number
  readonly last: number
  /** Position of the low bit of the scan (successive approximation). */
  readonly shift: number
  prediction: number
  /** Shared by the components of a scan: number of further blocks without coefficients in the band. */
  endOfBandRun: number
}

/** Decodes the part of one block that a scan contains. @param block index of the block in its component */
export type DecodeBlock = (decoding: BlockDecoding, block: number) => void

/** All coefficients of a block (sequential JPEG, ITU-T T.81 section F.2.2). */
export const decodeSequential: DecodeBlock = (decoding, block) => {
  decodeDcFirst(decoding, block)
  const { reader } = decoding
  const ac = required(decoding.ac)
  for (let index = 1; index < 64; ) {
    const symbol = reader.symbol(ac)
    const size = symbol & 15
    const run = symbol >> 4
    if (size === 0) {
      if (run < 15) return
      index += 16
      continue
    }
    index += run
    if (index > 63) throw new RangeError('Too many coefficients')
    keep(decoding, block, index, readSigned(reader, size))
    index++
  }
}

/** The mean value of a block, or its high bits (ITU-T T.81 section G.1.2.1). */
export const decodeDcFirst: DecodeBlock = (decoding, block) => {
  const { reader, shift } = decoding
  const size = reader.symbol(required(decoding.dc))
  if (size > 15) throw new RangeError('Invalid size of a coefficient')
  decoding.prediction += size === 0 ? 0 : readSigned(reader, size)
  keep(decoding, block, 0, decoding.prediction << shift)
}

/** One more bit of the mean value of a block. */
export const decodeDcRefinement: DecodeBlock = ({ reader, component, scale, shift }, block) => {
  if (reader.bit() === 0) return
  const at = block * scale * scale
  component.coefficients[at] = (component.coefficients[at] ?? 0) | (1 << shift)
}

/** A band of coefficients, or their high bits (ITU-T T.81 section G.1.2.2). */
export const decodeAcFirst: DecodeBlock = (decoding, block) => {
  if (decoding.endOfBandRun > 0) {
    decoding.endOfBandRun--
    return
  }
  const { reader, first, last, shift } = decoding
  const ac = required(decoding.ac)
  for (let index = first; index <= last; ) {
    const symbol = reader.symbol(ac)
    const size = symbol & 15
    const run = symbol >> 4
    if (size === 0) {
      if (run < 15) {
        decoding.endOfBandRun = (1 << run) - 1 + reader.bits(run)
        return
      }
      index += 16
      continue
    }
    index += run
    if (index > last) throw new RangeError('Too many coefficients')
    keep(decoding, block, index, readSigned(reader, size) << shift)
    index++
  }
}

/** One more bit of a band of coefficients (ITU-T T.81 section G.1.2.3). */
export const decodeAcRefinement: DecodeBlock = (decoding, block) => {
  const { reader, first, last, shift } = decoding
  let index = first
  if (decoding.endOfBandRun === 0) {
    const ac = required(decoding.ac)
    for (; index <= last; index++) {
      const symbol = reader.symbol(ac)
      let run = symbol >> 4
      const size = symbol & 15
      if (size === 0 && run < 15) {
        decoding.endOfBandRun = (1 << run) + reader.bits(run)
        break
      }
      const value = size === 0 ? 0 : reader.bit() === 1 ? 1 << shift : -(1 << shift)
      for (; index <= last; index++) {
        if (isNonZero(decoding.component, block, index)) refine(decoding, block, index)
        else if (run-- === 0) break
      }
      if (value === 0) continue
      if (index > last) throw new RangeError('Too many coefficients')
      keep(decoding, block, index, value)
    }
  }
  if (decoding.endOfBandRun === 0) return
  for (; index <= last; index++) if (isNonZero(decoding.component, block, index)) refine(decoding, block, index)
  decoding.endOfBandRun--
}

function refine({ reader, component, scale, shift }: BlockDecoding, block: number, index: number): void {
  if (reader.bit() === 0) return
  const slot = slotOf(index, scale)
  if (slot < 0) return
  const at = block * scale * scale + slot
  const value = component.coefficients[at] ?? 0
  component.coefficients[at] = value + (value < 0 ? -(1 << shift) : 1 << shift)
}

/** Keeps a coefficient if it has a low frequency, and notes that it is not zero. */
function keep({ component, scale }: BlockDecoding, block: number, index: number, value: number): void {
  const slot = slotOf(index, scale)
  if (slot >= 0) component.coefficients[block * scale * scale + slot] = value
  if (component.nonZero.length === 0 || index === 0) return
  const at = block * 8 + (index >> 3)
  component.nonZero[at] = (component.nonZero[at] ?? 0) | (1 << (index & 7))
}

function isNonZero({ nonZero }: JpegComponent, block: number, index: number): boolean {
  return (((nonZero[block * 8 + (index >> 3)] ?? 0) >> (index & 7)) & 1) === 1
}

/** Position of a coefficient among the kept ones of a block; -1 if it is not kept. @param index in zigzag order */
function slotOf(index: number, scale: number): number {
  const natural = zigzag[index] ?? 63
  const [row, column] = [natural >> 3, natural & 7]
  return row < scale && column < scale ? row * scale + column : -1
}

/** Reads a signed number of `size` bits (ITU-T T.81 section F.1.2.1.1). */
function readSigned(reader: BitReader, size: number): number {
  const value = reader.bits(size)
  return value < 1 << (size - 1) ? value - (1 << size) + 1 : value
}

function required(table: HuffmanTable | undefined): HuffmanTable {
  if (table === undefined) throw new RangeError('Missing Huffman table')
  return table
}
