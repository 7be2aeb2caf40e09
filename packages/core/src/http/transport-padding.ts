/** Maximum padding that is removed after one boundary. RFC 2046 sets no limit; nobody sends more than a few characters. */
const maxPadding = 1024

const [space, tab, carriageReturn, lineFeed] = [0x20, 0x09, 0x0d, 0x0a]

/** Removes padding from the chunks of a multipart body. */
export interface PaddingFilter {
  /** Filters a chunk. Holds back its end if that could be the beginning of a boundary. */
  readonly push: (chunk: Uint8Array) => Uint8Array
  /** Returns what is held back, at the end of the body. */
  readonly flush: () => Uint8Array
}

/**
 * Creates a filter that removes transport padding: spaces and tabs between a boundary and the end of its line, which composers
 * must not generate but receivers must handle (RFC 2046 section 5.1.1). The parser of this package takes them for content.
 *
 * @param boundary the `boundary` parameter of the content type
 */
export function transportPaddingFilter(boundary: string): PaddingFilter {
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  // The first boundary may be at the very beginning. The parser ignores what precedes it.
  let held: Uint8Array = Buffer.from('\r\n')
  return {
    push: (chunk) => {
      const data = Buffer.concat([held, chunk])
      const kept: Uint8Array[] = []
      let from = 0
      for (;;) {
        const found = data.indexOf(delimiter, from)
        const end = found + delimiter.length
        const line = found === -1 ? undefined : findLineEnd(data, end)
        if (line === undefined) {
          const heldFrom = found === -1 ? Math.max(from, data.length - delimiter.length + 1) : found
          kept.push(data.subarray(from, heldFrom))
          held = data.subarray(heldFrom)
          return Buffer.concat(kept)
        }
        kept.push(data.subarray(from, end))
        from = line
      }
    },
    flush: () => held,
  }
}

/** Returns the position after the padding; `from` if what follows is no padding; undefined if that needs more data. */
function findLineEnd(data: Uint8Array, from: number): number | undefined {
  let end = from
  while (end - from <= maxPadding && (data[end] === space || data[end] === tab)) end++
  if (end - from > maxPadding) return from
  if (end === data.length || (data[end] === carriageReturn && end + 1 === data.length)) return undefined
  return data[end] === carriageReturn && data[end + 1] === lineFeed ? end : from
}
