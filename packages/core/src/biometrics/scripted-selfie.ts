import { deflateSync } from 'node:zlib'

/** What a scripted selfie shows. */
export interface ScriptedFace {
  /** Whose face it is; nobody's without it. */
  readonly person?: string
  /** Others who look so much alike that nobody can tell. */
  readonly lookalikes?: readonly string[]
  /** What else is to be said of it: `spoof`, `blurred`, ... */
  readonly reason?: string
  /** What the face does, in a frame of a challenge: `turn_left`, ... */
  readonly pose?: string
}

/** The keyword of the text chunk that a scripted selfie says it in. */
const keyword = 'billfold-face'

/** A selfie for the scripted verifier: a real PNG of 16 by 16 grey pixels, which says in a text chunk whose face it is. */
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

/** The face that a scripted selfie says it shows; nobody's for any other image. */
export function readScriptedSelfie(bytes: Uint8Array): ScriptedFace {
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

/** CRC-32 (ISO/IEC 15948 annex D); node:zlib has it from Node 22 only. */
function crc(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  }
  return (value ^ 0xffffffff) >>> 0
}
