/** The types of files that are taken. */
export const fileTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/heic', 'application/pdf'] as const

/** A type of file that is taken. */
export type FileType = (typeof fileTypes)[number]

/** How many bytes from its beginning tell the type of a file. */
export const headBytes = 16

const heicBrands: ReadonlySet<string> = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'])

/** The type of a file by its first {@link headBytes} bytes; undefined when it is none that is taken. */
export function fileTypeOf(head: Uint8Array): FileType | undefined {
  const text = Buffer.from(head).toString('latin1')
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (text.startsWith('%PDF-')) return 'application/pdf'
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'image/webp'
  if (text.slice(4, 8) === 'ftyp' && heicBrands.has(text.slice(8, 12))) return 'image/heic'
  return undefined
}
