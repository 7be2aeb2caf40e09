/** Type and size of an image, from its header. */
export interface ImageHeader {
  readonly mediaType: 'image/jpeg' | 'image/png'
  /** Pixels. */
  readonly width: number
  /** Pixels. */
  readonly height: number
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/**
 * Parses the header of a JPEG or PNG without decoding the image. Returns undefined for other formats, and for images about
 * whose size decoders could disagree (several headers, height after the scan).
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { parseImageHeader } from '@billfold/core/biometrics'
 *
 * const header = parseImageHeader(readFileSync('selfie.jpg'))
 * console.log(header?.mediaType, header?.width, header?.height)
 * ```
 */
export function parseImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const size = buffer.subarray(0, 8).equals(pngSignature) ? parsePngHeader(buffer) : parseJpegHeader(buffer)
  return size === undefined || size.width === 0 || size.height === 0 ? undefined : size
}

/** IHDR must be the first chunk, of 13 bytes (ISO/IEC 15948 section 11.2.2). Rejects a second one, which some decoders use. */
function parsePngHeader(buffer: Buffer): ImageHeader | undefined {
  if (buffer.length < 33 || buffer.readUInt32BE(8) !== 13 || !isPngHeader(buffer, 8)) return
  for (let at = 33; at + 8 <= buffer.length; at += 12 + buffer.readUInt32BE(at)) if (isPngHeader(buffer, at)) return
  return { mediaType: 'image/png', width: buffer.readUInt32BE(16), height: buffer.readUInt32BE(20) }
}

function isPngHeader(buffer: Buffer, chunk: number): boolean {
  return buffer.toString('latin1', chunk + 4, chunk + 8) === 'IHDR'
}

/**
 * Parses the frame header before the first scan (ITU-T T.81 section B.2.2). Rejects none and several, since decoders disagree
 * which one applies, and a height that is defined after the scan.
 */
function parseJpegHeader(buffer: Buffer): ImageHeader | undefined {
  if (buffer.length < 4 || buffer.readUInt16BE(0) !== 0xffd8) return
  let size: ImageHeader | undefined
  let at = 2
  while (at + 4 <= buffer.length) {
    if (buffer[at] !== 0xff) return
    const marker = buffer[at + 1] ?? 0
    // Fill bytes before a marker.
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === 0xda) return size
    const length = buffer.readUInt16BE(at + 2)
    if (length < 2 || !isSegment(marker)) return
    if (isFrameHeader(marker)) {
      if (size !== undefined || length < 8 || at + 9 > buffer.length) return
      size = { mediaType: 'image/jpeg', width: buffer.readUInt16BE(at + 7), height: buffer.readUInt16BE(at + 5) }
    }
    at += 2 + length
  }
  return undefined
}

/** SOF0 to SOF15, except DHT, JPG and DAC. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

/** Markers of segments with a length. Rejects DHP (hierarchical images). */
function isSegment(marker: number): boolean {
  return marker >= 0xc0 && marker !== 0xde && !(marker >= 0xd0 && marker <= 0xd9)
}
