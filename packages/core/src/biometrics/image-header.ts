/** What the header of an image says it is. */
export interface ImageHeader {
  readonly mediaType: 'image/jpeg' | 'image/png'
  readonly width: number
  readonly height: number
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Reads the type and the size of a JPEG or a PNG without decoding it; undefined for anything else. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const size = buffer.subarray(0, 8).equals(pngSignature) ? pngSize(buffer) : jpegSize(buffer)
  return size === undefined || size.width === 0 || size.height === 0 ? undefined : size
}

/**
 * The first chunk is IHDR, of 13 bytes (ISO/IEC 15948 section 11.2.2). A second one is refused: there are decoders for which it
 * counts.
 */
function pngSize(buffer: Buffer): ImageHeader | undefined {
  if (buffer.length < 33 || buffer.readUInt32BE(8) !== 13 || !isPngHeader(buffer, 8)) return
  for (let at = 33; at + 8 <= buffer.length; at += 12 + buffer.readUInt32BE(at)) if (isPngHeader(buffer, at)) return
  return { mediaType: 'image/png', width: buffer.readUInt32BE(16), height: buffer.readUInt32BE(20) }
}

function isPngHeader(buffer: Buffer, chunk: number): boolean {
  return buffer.toString('latin1', chunk + 4, chunk + 8) === 'IHDR'
}

/**
 * The one frame header before the first scan (ITU-T T.81 section B.2.2). None, or more than one, is refused: decoders do
 * not agree about which counts. So is a height that comes after the scan.
 */
function jpegSize(buffer: Buffer): ImageHeader | undefined {
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

/** SOF0 to SOF15, without DHT, JPG and DAC, which lie between them. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

/** Markers that have a length after them; DHP, of hierarchical images, is refused. */
function isSegment(marker: number): boolean {
  return marker >= 0xc0 && marker !== 0xde && !(marker >= 0xd0 && marker <= 0xd9)
}
