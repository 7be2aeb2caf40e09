import { inflateSync } from 'node:zlib'

/**
 * Maximum number of scans of a JPEG. A progressive JPEG has about ten. The decoder visits every block in each scan, so a small
 * file with many scans could block it for minutes.
 */
const maxScans = 100

/**
 * Checks what pngjs does not: that a PNG has exactly one header (pngjs would use a second one), and that the inflated data of
 * an interlaced image is no longer than its pixels require.
 * @throws RangeError if a limit is exceeded
 */
export function assertPngWithinLimits(bytes: Uint8Array, maxPixels: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const chunks = parseChunks(buffer)
  const headers = chunks.filter(({ type }) => type === 'IHDR')
  const [header] = headers
  if (header === undefined || headers.length > 1 || header !== chunks[0] || header.data.length !== 13)
    throw new RangeError('A PNG must start with its only IHDR chunk')
  const [width, height] = [header.data.readUInt32BE(0), header.data.readUInt32BE(4)]
  if (width * height > maxPixels) throw new RangeError(`The image has ${width * height} pixels (limit: ${maxPixels})`)
  if (header.data[12] === 0) return
  const data = chunks.filter(({ type }) => type === 'IDAT').map((chunk) => chunk.data)
  inflateSync(Buffer.concat(data), { maxOutputLength: interlacedLength(width, height) })
}

/** Maximum length of the data of an interlaced PNG: eight bytes per pixel, and two per row of the seven passes. */
function interlacedLength(width: number, height: number): number {
  return 8 * width * height + 2 * (2 * height + 7)
}

interface Chunk {
  readonly type: string
  readonly data: Buffer
}

/** Parses the chunks of a PNG (ISO/IEC 15948 section 5.3). Truncated chunks are left to the decoder. */
function parseChunks(buffer: Buffer): readonly Chunk[] {
  const chunks: Chunk[] = []
  for (let at = 8; at + 12 <= buffer.length; ) {
    const end = at + 8 + buffer.readUInt32BE(at)
    chunks.push({ type: buffer.toString('latin1', at + 4, at + 8), data: buffer.subarray(at + 8, end) })
    at = end + 4
  }
  return chunks
}

/**
 * Counts the scan markers of a JPEG (ITU-T T.81 section B.1.1.3) at any position. Also counts those of embedded thumbnails, so
 * that none that the decoder finds can be missed.
 * @throws RangeError if the limit is exceeded
 */
export function assertJpegWithinLimits(bytes: Uint8Array): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const marker = Buffer.from([0xff, 0xda])
  let scans = 0
  for (let at = buffer.indexOf(marker); at >= 0; at = buffer.indexOf(marker, at + 2)) {
    if (++scans > maxScans) throw new RangeError(`The JPEG has more than ${maxScans} scans`)
  }
}
