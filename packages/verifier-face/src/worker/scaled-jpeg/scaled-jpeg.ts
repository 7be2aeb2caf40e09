import type { DecodedPixels } from '../downscale.ts'
import { buildHuffmanTable } from './bit-reader.ts'
import { decodeScan } from './decode-scan.ts'
import { type JpegComponent, type JpegFrame, type JpegTables, parseFrame, zigzag } from './jpeg-frame.ts'

/**
 * Maximum number of visits of blocks. A progressive JPEG of 50 megapixels with ten scans takes up to 12 million; a small file could
 * otherwise block the decoder for minutes.
 */
const maxBlockVisits = 20_000_000

/**
 * Decodes a JPEG at 1/8, 1/4 or 1/2 of its size, from the low-frequency coefficients of each block only (DCT scaling). A photo of 50
 * megapixels needs less than 60 MB, progressive or not. Supports baseline, extended and progressive JPEG (ITU-T T.81) with 8 bits and one or
 * three components.
 * @param minSide minimum length of the longer side of the result in pixels, unless the image is less than twice as large
 * @throws RangeError if the image is of another kind, damaged, truncated, or takes too much work
 */
export function decodeScaledJpeg(bytes: Uint8Array, minSide: number): DecodedPixels {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const tables: JpegTables = { quantization: new Map(), dc: new Map(), ac: new Map(), restartInterval: 0 }
  let frame: JpegFrame | undefined
  let rgb = false
  let visits = 0
  for (let at = 2; ; ) {
    const { marker, start, end } = readSegment(data, at)
    if (marker === 0xd9) break
    const segment = data.subarray(start, end)
    at = end
    if (marker === 0xdb) readQuantization(segment, tables)
    else if (marker === 0xc4) readHuffman(segment, tables)
    else if (marker === 0xdd) tables.restartInterval = segment.readUInt16BE(0)
    else if (marker === 0xee && segment.toString('latin1', 0, 5) === 'Adobe') rgb = segment[11] === 0
    else if (marker >= 0xc0 && marker <= 0xc2) {
      if (frame !== undefined) throw new RangeError('The JPEG has several frames')
      const longer = Math.max(segment.readUInt16BE(1), segment.readUInt16BE(3))
      frame = parseFrame(segment, marker === 0xc2, selectScale(longer, minSide), tables)
    } else if (isUnsupportedFrame(marker)) throw new RangeError('Unsupported kind of JPEG')
    else if (marker === 0xda) {
      if (frame === undefined) throw new RangeError('The JPEG has no frame')
      visits += countBlocks(frame, segment)
      if (visits > maxBlockVisits) throw new RangeError('The JPEG has too many scans for its size')
      at = decodeScan(data, frame, tables, { header: segment, dataStart: end })
    }
  }
  if (frame === undefined || visits === 0) throw new RangeError('The JPEG has no image')
  return toPixels(frame, rgb || frame.components.map(({ id }) => String.fromCodePoint(id)).join('') === 'RGB')
}

/** Reads the marker at a position, after any fill bytes, and the bounds of its segment. */
function readSegment(data: Buffer, from: number): { marker: number; start: number; end: number } {
  let at = from
  while (data[at] === 0xff && data[at + 1] === 0xff) at++
  const marker = data[at + 1]
  if (data[at] !== 0xff || marker === undefined) throw new RangeError('The JPEG is damaged or truncated')
  if (marker === 0xd9) return { marker, start: at + 2, end: at + 2 }
  const end = at + 2 + data.readUInt16BE(at + 2)
  if (end > data.length) throw new RangeError('The JPEG is truncated')
  return { marker, start: at + 4, end }
}

/** Lossless, hierarchical and arithmetic-coded frames. */
function isUnsupportedFrame(marker: number): boolean {
  return marker >= 0xc3 && marker <= 0xcf && marker !== 0xc4
}

function selectScale(longerSide: number, minSide: number): 1 | 2 | 4 {
  if (longerSide / 8 >= minSide) return 1
  return longerSide / 4 >= minSide ? 2 : 4
}

/** Counts the blocks of the components of a scan. */
function countBlocks({ components }: JpegFrame, header: Buffer): number {
  const ids = Array.from({ length: header.readUInt8(0) }, (_, index) => header.readUInt8(1 + 2 * index))
  return ids
    .flatMap((id) => components.filter((component) => component.id === id))
    .reduce((sum, { blocksPerLine, blocksPerColumn }) => sum + blocksPerLine * blocksPerColumn, 0)
}

function readQuantization(segment: Buffer, { quantization }: JpegTables): void {
  for (let at = 0; at < segment.length; ) {
    const spec = segment.readUInt8(at++)
    const size = spec >> 4 === 0 ? 1 : 2
    const table = new Uint16Array(64)
    for (const natural of zigzag) {
      table[natural] = segment.readUIntBE(at, size)
      at += size
    }
    quantization.set(spec & 15, table)
  }
}

function readHuffman(segment: Buffer, { dc, ac }: JpegTables): void {
  for (let at = 0; at < segment.length; ) {
    const spec = segment.readUInt8(at)
    const counts = segment.subarray(at + 1, at + 17)
    const total = counts.reduce((sum, count) => sum + count, 0)
    const values = Uint8Array.from(segment.subarray(at + 17, at + 17 + total))
    if (counts.length < 16 || values.length < total) throw new RangeError('Truncated Huffman table')
    ;(spec >> 4 === 0 ? dc : ac).set(spec & 15, buildHuffmanTable(counts, values))
    at += 17 + total
  }
}

function toPixels(frame: JpegFrame, rgb: boolean): DecodedPixels {
  const { scale, maxAcross, maxDown, components } = frame
  const width = Math.ceil((frame.width * scale) / 8)
  const height = Math.ceil((frame.height * scale) / 8)
  const planes = components.map((component) => ({ component, samples: toSamples(component, scale) }))
  const data = new Uint8Array(width * height * 4)
  const sampled = [0, 0, 0]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      planes.forEach(({ component: { across, down, blocksPerLine }, samples }, plane) => {
        const row = Math.floor((y * down) / maxDown)
        const column = Math.floor((x * across) / maxAcross)
        sampled[plane] = samples[row * blocksPerLine * scale + column] ?? 0
      })
      writePixel(data, (y * width + x) * 4, sampled, components.length === 1 ? 'grey' : rgb ? 'rgb' : 'ycc')
    }
  }
  return { data, width, height }
}

function writePixel(data: Uint8Array, at: number, [a = 0, b = 0, c = 0]: readonly number[], kind: string): void {
  data[at] = clamp(kind === 'ycc' ? a + 1.402 * (c - 128) : a)
  data[at + 1] = clamp(kind === 'ycc' ? a - 0.344_136 * (b - 128) - 0.714_136 * (c - 128) : kind === 'rgb' ? b : a)
  data[at + 2] = clamp(kind === 'ycc' ? a + 1.772 * (b - 128) : kind === 'rgb' ? c : a)
  data[at + 3] = 255
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)))
}

/** Inverse DCT of the kept coefficients of each block, `scale` by `scale` samples. */
function toSamples(component: JpegComponent, scale: number): Uint8Array {
  const { blocksPerLine, blocksPerColumn, coefficients, quantization } = component
  const samples = new Uint8Array(blocksPerLine * blocksPerColumn * scale * scale)
  const basis = inverseBasis(scale)
  const weights = Float64Array.from({ length: scale * scale }, (_, slot) => {
    const [row, column] = [Math.floor(slot / scale), slot % scale]
    return quantization[row * 8 + column] ?? 0
  })
  for (let block = 0; block < blocksPerLine * blocksPerColumn; block++) {
    const from = block * scale * scale
    const values = weights.map((weight, slot) => (coefficients[from + slot] ?? 0) * weight)
    const top = Math.floor(block / blocksPerLine) * scale
    const left = (block % blocksPerLine) * scale
    for (let y = 0; y < scale; y++)
      for (let x = 0; x < scale; x++)
        samples[(top + y) * blocksPerLine * scale + left + x] = clamp(128 + sampleAt(values, basis, scale, x, y))
  }
  return samples
}

/** One sample of the inverse DCT of a block. */
function sampleAt(values: Float64Array, basis: Float64Array, scale: number, x: number, y: number): number {
  let sum = 0
  for (let slot = 0; slot < values.length; slot++) {
    const [row, column] = [Math.floor(slot / scale), slot % scale]
    sum += (values[slot] ?? 0) * (basis[row * scale + y] ?? 0) * (basis[column * scale + x] ?? 0)
  }
  return sum
}

/**
 * Values of the basis functions of a DCT of `scale` samples, by frequency and position, scaled so that coefficients of a DCT of 8 samples
 * give means of samples.
 */
function inverseBasis(scale: number): Float64Array {
  return Float64Array.from({ length: scale * scale }, (_, index) => {
    const [frequency, position] = [Math.floor(index / scale), index % scale]
    const norm = Math.sqrt((frequency === 0 ? 1 : 2) / scale) * Math.sqrt(scale / 8)
    return norm * Math.cos(((2 * position + 1) * frequency * Math.PI) / (2 * scale))
  })
}
