import { createCipheriv, createDecipheriv } from 'node:crypto'
import { BillfoldError } from '../errors.ts'
import { rechunked } from './rechunked.ts'

// A sealed stream is a row of chunks, each AES-256-GCM under the stream's own key, with the chunk's number and whether it is
// the last one in the nonce (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár): chunks that are
// swapped, missing or cut off at the end do not open.
const chunkBytes = 64 * 1024
const tagBytes = 16

/** Seals a stream of any length under a key of 32 bytes that seals nothing else. 16 bytes longer for each 64 KiB. */
export async function* sealStream(key: Uint8Array, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let number = 0
  let held: Uint8Array | undefined
  for await (const chunk of rechunked(content, chunkBytes)) {
    if (held !== undefined) yield sealChunk(key, number++, false, held)
    held = chunk
  }
  yield sealChunk(key, number, true, held ?? new Uint8Array(0))
}

/**
 * Opens what {@link sealStream} sealed, chunk by chunk.
 * @throws BillfoldError `sealed.invalid` where a chunk does not open, before anything of it is given out
 */
export async function* openStream(key: Uint8Array, sealed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let number = 0
  let held: Uint8Array | undefined
  for await (const chunk of rechunked(sealed, chunkBytes + tagBytes)) {
    if (held !== undefined) yield openChunk(key, number++, false, held)
    held = chunk
  }
  yield openChunk(key, number, true, held ?? new Uint8Array(0))
}

function sealChunk(key: Uint8Array, number: number, last: boolean, chunk: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, last), { authTagLength: tagBytes })
  return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()])
}

function openChunk(key: Uint8Array, number: number, last: boolean, chunk: Uint8Array): Uint8Array {
  const end = chunk.length - tagBytes
  if (end < 0) throw new BillfoldError('sealed.invalid')
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number, last), { authTagLength: tagBytes })
  decipher.setAuthTag(chunk.subarray(end))
  const plain = decipher.update(chunk.subarray(0, end))
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch {
    throw new BillfoldError('sealed.invalid')
  }
}

function nonceOf(number: number, last: boolean): Uint8Array {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(number, 7)
  nonce.writeUInt8(last ? 1 : 0, 11)
  return nonce
}
