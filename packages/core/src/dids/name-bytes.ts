import { didLimits } from './limits.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A name as the contract has it: its UTF-8, filled up with zeros to 32 bytes. Undefined where it is not 1 to 32 bytes of it. */
export function bytesOfName(name: string): Uint8Array | undefined {
  const utf8 = Buffer.from(name, 'utf8')
  const fits = utf8.length >= 1 && utf8.length <= didLimits.nameBytes
  if (!fits || name.includes('\u0000') || utf8.toString('utf8') !== name) return undefined
  return Uint8Array.from(Buffer.concat([utf8, Buffer.alloc(didLimits.nameBytes - utf8.length)]))
}

/** The name that 32 bytes stand for, without the zeros behind it; undefined when they are no UTF-8. */
export function nameOfBytes(bytes: Uint8Array): string | undefined {
  return textOf(bytes)?.replace(/\0+$/, '')
}

/** The text of UTF-8; undefined for anything else. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
