import { didLimits } from './limits.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Encodes a name as the contract stores it: UTF-8, padded with zeros to 32 bytes. Undefined unless it takes 1 to 32
 * bytes.
 */
export function encodeBytes32String(name: string): Uint8Array | undefined {
  const utf8 = Buffer.from(name, 'utf8')
  const fits = utf8.length >= 1 && utf8.length <= didLimits.maxNameBytes
  if (!fits || name.includes('\u0000') || utf8.toString('utf8') !== name) return undefined
  return Uint8Array.from(Buffer.concat([utf8, Buffer.alloc(didLimits.maxNameBytes - utf8.length)]))
}

/** Decodes a name from 32 bytes without the trailing zeros; undefined if it is not UTF-8. */
export function decodeBytes32String(bytes: Uint8Array): string | undefined {
  return decodeUtf8(bytes)?.replace(/\0+$/, '')
}

/** Decodes UTF-8 strictly; undefined if it is invalid. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
