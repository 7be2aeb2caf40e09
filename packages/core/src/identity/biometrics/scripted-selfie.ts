import { deflateSync } from 'node:zlib'

/** Content of a scripted selfie. */
export interface ScriptedFace {
  /** Name of the person; without one, the image shows no face. */
  readonly person?: string
  /** Other persons that the face matches equally well, which makes an identification ambiguous. */
  readonly lookalikes?: readonly string[]
  /** Reason to report, for example `spoof` or `blurred`. */
  readonly reason?: string
  /** Pose in a frame of a challenge, for example `turn_left`. */
  readonly pose?: string
}

/** Keyword of the PNG text chunk with the content. */
const keyword = 'billfold-face'

/**
 * Creates a selfie for the scripted verifier: a valid PNG of 16 by 16 grey pixels with its content in a text chunk.
 *
 * @example
 * ```ts
 * import { scriptedSelfie } from '@billfold/core/biometrics'
 *
 * const selfie = scriptedSelfie({ person: 'ada' })
 * const blurred = scriptedSelfie({ person: 'ada', reason: 'blurred' })
 * ```
 */
export function scriptedSelfie(face: ScriptedFace): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(16, 0)
  header.writeUInt32BE(16, 4)
  header[8] = 8
  const rows = deflateSync(Buffer.alloc(17 * 16, 127).map((byte, index) => (index % 17 === 0 ? 0 : byte)))
  const text = Buffer.concat([Buffer.from(`${keyword}\0`), Buffer.from(JSON.stringify(face))])
  return Uint8Array.from(
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk('IHDR', header),
      chunk('tEXt', text),
      chunk('IDAT', rows),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  )
}

/** Parses the content of a scripted selfie; empty for any other image. */
export function parseScriptedSelfie(bytes: Uint8Array): ScriptedFace {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 8; at + 12 <= buffer.length; at += 12 + buffer.readUInt32BE(at)) {
    const length = buffer.readUInt32BE(at)
    const data = buffer.subarray(at + 8, at + 8 + length)
    if (buffer.toString('latin1', at + 4, at + 8) !== 'tEXt') continue
    if (data.toString('latin1', 0, keyword.length + 1) !== `${keyword}\0`) continue
    const face: unknown = JSON.parse(data.toString('utf8', keyword.length + 1))
    if (typeof face === 'object' && face !== null) return face
  }
  return {}
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc(typed))
  return Buffer.concat([length, typed, check])
}

/** CRC-32 (ISO/IEC 15948 annex D). node:zlib has it only since Node 22. */
function crc(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  }
  return (value ^ 0xffffffff) >>> 0
}
