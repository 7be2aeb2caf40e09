import { createCipheriv, createDecipheriv } from 'node:crypto'
import { BillfoldError } from '../../kernel/errors.ts'
import { rechunk } from './rechunk.ts'

// STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance). Each chunk
// is AES-256-GCM under the stream's own key, with the chunk number and a last-chunk flag in the nonce, so that reordered, missing and
// truncated chunks are detected.
const chunkBytes = 64 * 1024
const tagBytes = 16

/**
 * Seals a stream with AES-256-GCM in chunks of 64 KiB. The output is 16 bytes longer per chunk.
 * @param key 32 bytes, used for this stream only
 */
export async function* sealStream(key: Uint8Array, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let number = 0
  let pending: Uint8Array | undefined
  for await (const chunk of rechunk(content, chunkBytes)) {
    if (pending !== undefined) yield sealChunk(key, number++, false, pending)
    pending = chunk
  }
  yield sealChunk(key, number, true, pending ?? new Uint8Array(0))
}

/**
 * Opens a stream sealed by {@link sealStream}, chunk by chunk.
 * @throws BillfoldError `sealed.invalid` if a chunk fails authentication; no plaintext of that chunk is yielded
 */
export async function* openStream(key: Uint8Array, sealed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let number = 0
  let pending: Uint8Array | undefined
  for await (const chunk of rechunk(sealed, chunkBytes + tagBytes)) {
    if (pending !== undefined) yield openChunk(key, number++, false, pending)
    pending = chunk
  }
  yield openChunk(key, number, true, pending ?? new Uint8Array(0))
}

function sealChunk(key: Uint8Array, number: number, last: boolean, chunk: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, chunkNonce(number, last), { authTagLength: tagBytes })
  return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()])
}

function openChunk(key: Uint8Array, number: number, last: boolean, chunk: Uint8Array): Uint8Array {
  const end = chunk.length - tagBytes
  if (end < 0) throw new BillfoldError('sealed.invalid')
  const decipher = createDecipheriv('aes-256-gcm', key, chunkNonce(number, last), { authTagLength: tagBytes })
  decipher.setAuthTag(chunk.subarray(end))
  const plain = decipher.update(chunk.subarray(0, end))
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch {
    throw new BillfoldError('sealed.invalid')
  }
}

function chunkNonce(number: number, last: boolean): Uint8Array {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(number, 7)
  nonce.writeUInt8(last ? 1 : 0, 11)
  return nonce
}
