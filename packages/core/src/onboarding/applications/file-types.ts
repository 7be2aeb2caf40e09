/** Media types accepted for uploads. */
export const fileTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/heic', 'application/pdf'] as const

/** A media type accepted for uploads. */
export type FileType = (typeof fileTypes)[number]

const pdfHeader = '%PDF-'

/** Number of leading bytes in which the header of a PDF is searched (ISO 32000-1, annex H.3, implementation note 13). */
const pdfSearchBytes = 1024

/** Number of leading bytes that identify the type of a file (magic bytes). */
export const fileHeaderBytes = pdfSearchBytes

const heicBrands: ReadonlySet<string> = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'])

/** Detects the media type from the first `fileHeaderBytes` bytes. Returns undefined for unsupported types. */
export function detectFileType(head: Uint8Array): FileType | undefined {
  const text = Buffer.from(head).toString('latin1')
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'image/webp'
  if (text.slice(4, 8) === 'ftyp' && heicBrands.has(text.slice(8, 12))) return 'image/heic'
  // Other programs write a byte order mark, line breaks or their own header in front of a PDF.
  if (text.slice(0, pdfSearchBytes).includes(pdfHeader)) return 'application/pdf'
  return undefined
}
