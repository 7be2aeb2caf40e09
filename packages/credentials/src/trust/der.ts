/** A DER element (X.690 section 8.1): its tag, and the bytes of its content. */
export interface DerElement {
  readonly tag: number
  readonly content: Buffer
}

/** Thrown for bytes that are no DER. */
export class DerError extends Error {
  override readonly name = 'DerError'
}

/** Reads the elements that follow one another in the bytes. @throws DerError */
export function readDer(bytes: Buffer): readonly DerElement[] {
  const elements: DerElement[] = []
  let rest = bytes
  while (rest.length > 0) {
    const { header, length } = readHead(rest)
    const end = header + length
    if (end > rest.length) throw new DerError('cut off')
    elements.push({ tag: rest.readUInt8(0), content: rest.subarray(header, end) })
    rest = rest.subarray(end)
  }
  return elements
}

function readHead(bytes: Buffer): { readonly header: number; readonly length: number } {
  if (bytes.length < 2) throw new DerError('cut off')
  const first = bytes.readUInt8(1)
  if (first < 0x80) return { header: 2, length: first }
  const size = first & 0x7f
  if (size === 0 || size > 3 || bytes.length < 2 + size) throw new DerError('the length')
  return { header: 2 + size, length: bytes.readUIntBE(2, size) }
}
