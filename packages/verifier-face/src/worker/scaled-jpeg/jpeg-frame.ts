import type { HuffmanTable } from './bit-reader.ts'

/** A component (plane) of a JPEG, with the coefficients that are kept. */
export interface JpegComponent {
  readonly id: number
  /** Horizontal and vertical sampling factors. */
  readonly across: number
  readonly down: number
  readonly quantization: Uint16Array
  /** Blocks per line and column, padded to whole MCUs. */
  readonly blocksPerLine: number
  readonly blocksPerColumn: number
  /** Blocks per line and column of the image itself, which a scan of one component has. */
  readonly imageBlocksPerLine: number
  readonly imageBlocksPerColumn: number
  /** The low-frequency coefficients of each block: `scale` by `scale`, row by row. */
  readonly coefficients: Int16Array
  /** For a progressive JPEG: one bit per coefficient of each block, set if it is not zero. Refinement scans depend on it. */
  readonly nonZero: Uint8Array
}

/** The frame of a JPEG: its size and components. */
export interface JpegFrame {
  readonly width: number
  readonly height: number
  readonly progressive: boolean
  /** Side of a decoded block in pixels: 1, 2 or 4 instead of 8. */
  readonly scale: number
  readonly maxAcross: number
  readonly maxDown: number
  readonly components: readonly JpegComponent[]
}

/** Tables that later scans use; a stream may redefine them. */
export interface JpegTables {
  readonly quantization: Map<number, Uint16Array>
  readonly dc: Map<number, HuffmanTable>
  readonly ac: Map<number, HuffmanTable>
  restartInterval: number
}

/** The order in which coefficients are coded (ITU-T T.81 figure A.6): the position in the block, row by row. */
export const zigzag = Uint8Array.from(
  [
    [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48],
    [41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23],
    [30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63],
  ].flat(),
)

/**
 * Parses a frame header (ITU-T T.81 section B.2.2) and allocates the coefficients.
 * @throws RangeError for another precision than 8 bits, or another number of components than 1 or 3
 */
export function parseFrame(data: Buffer, progressive: boolean, scale: number, { quantization }: JpegTables): JpegFrame {
  const [height, width, count] = [data.readUInt16BE(1), data.readUInt16BE(3), data.readUInt8(5)]
  if (data[0] !== 8 || (count !== 1 && count !== 3) || width === 0 || height === 0 || data.length < 6 + count * 3)
    throw new RangeError('Unsupported kind of JPEG')
  const specs = Array.from({ length: count }, (_, index) => {
    const at = 6 + index * 3
    const factors = data.readUInt8(at + 1)
    return { id: data.readUInt8(at), across: factors >> 4, down: factors & 15, table: data.readUInt8(at + 2) }
  })
  if (specs.some(({ across, down }) => across < 1 || across > 4 || down < 1 || down > 4))
    throw new RangeError('Invalid sampling factors')
  const maxAcross = Math.max(...specs.map(({ across }) => across))
  const maxDown = Math.max(...specs.map(({ down }) => down))
  const mcusPerLine = Math.ceil(width / 8 / maxAcross)
  const mcusPerColumn = Math.ceil(height / 8 / maxDown)
  const components = specs.map(({ id, across, down, table }): JpegComponent => {
    const [blocksPerLine, blocksPerColumn] = [mcusPerLine * across, mcusPerColumn * down]
    const blocks = blocksPerLine * blocksPerColumn
    const values = quantization.get(table)
    if (values === undefined) throw new RangeError('Missing quantization table')
    return {
      id,
      across,
      down,
      quantization: values,
      blocksPerLine,
      blocksPerColumn,
      imageBlocksPerLine: Math.ceil((Math.ceil(width / 8) * across) / maxAcross),
      imageBlocksPerColumn: Math.ceil((Math.ceil(height / 8) * down) / maxDown),
      coefficients: new Int16Array(blocks * scale * scale),
      nonZero: new Uint8Array(progressive ? blocks * 8 : 0),
    }
  })
  return { width, height, progressive, scale, maxAcross, maxDown, components }
}
