/** Media types accepted for uploads. */
export const fileTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/heic', 'application/pdf'] as const

/** A media type accepted for uploads. */
export type FileType = (typeof fileTypes)[number]

/** Number of leading bytes that identify the type of a file (magic bytes). */
export const fileHeaderBytes = 16

const heicBrands: ReadonlySet<string> = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'])

/** Detects the media type from the first `fileHeaderBytes` bytes. Returns undefined for unsupported types. */
export function detectFileType(head: Uint8Array): FileType | undefined {
  const text = Buffer.from(head).toString('latin1')
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (text.startsWith('%PDF-')) return 'application/pdf'
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'image/webp'
  if (text.slice(4, 8) === 'ftyp' && heicBrands.has(text.slice(8, 12))) return 'image/heic'
  return undefined
}
