import { inflateSync } from 'node:zlib'

/**
 * Most scans of a JPEG. A progressive one has about ten; each makes the decoder look at every block, however little it says, so
 * that a small file could keep it busy for minutes.
 */
const mostScans = 100

/**
 * Checks what the decoder of PNGs does not: that there is one header, since a second would count for it, and that the data of an
 * interlaced image is no longer than its pixels need.
 * @throws RangeError for more than is decoded
 */
export function assertBoundedPng(bytes: Uint8Array, mostPixels: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const chunks = chunksOf(buffer)
  const headers = chunks.filter(({ type }) => type === 'IHDR')
  const [header] = headers
  if (header === undefined || headers.length > 1 || header !== chunks[0] || header.data.length !== 13)
    throw new RangeError('A PNG has one header, before all else')
  const [width, height] = [header.data.readUInt32BE(0), header.data.readUInt32BE(4)]
  if (width * height > mostPixels) throw new RangeError('The image has more pixels than are decoded')
  if (header.data[12] === 0) return
  const data = chunks.filter(({ type }) => type === 'IDAT').map((chunk) => chunk.data)
  inflateSync(Buffer.concat(data), { maxOutputLength: interlacedLength(width, height) })
}

/** The most that the data of an interlaced PNG can be: eight bytes a pixel, and two for the beginning and the end of each row of the seven passes. */
function interlacedLength(width: number, height: number): number {
  return 8 * width * height + 2 * (2 * height + 7)
}

interface Chunk {
  readonly type: string
  readonly data: Buffer
}

/** The chunks of a PNG (ISO/IEC 15948 section 5.3); what is cut off is left to the decoder. */
function chunksOf(buffer: Buffer): readonly Chunk[] {
  const chunks: Chunk[] = []
  for (let at = 8; at + 12 <= buffer.length; ) {
    const end = at + 8 + buffer.readUInt32BE(at)
    chunks.push({ type: buffer.toString('latin1', at + 4, at + 8), data: buffer.subarray(at + 8, end) })
    at = end + 4
  }
  return chunks
}

/**
 * Counts the markers of scans (ITU-T T.81 section B.1.1.3), wherever they stand: one that a thumbnail has in its metadata counts too, and
 * none that the decoder finds can be missed.
 * @throws RangeError for more than is decoded
 */
export function assertBoundedJpeg(bytes: Uint8Array): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const marker = Buffer.from([0xff, 0xda])
  let scans = 0
  for (let at = buffer.indexOf(marker); at >= 0; at = buffer.indexOf(marker, at + 2)) {
    if (++scans > mostScans) throw new RangeError('The image has more scans than are decoded')
  }
}
