import { createBitReader } from './bit-reader.ts'
import {
  type BlockDecoding,
  type DecodeBlock,
  decodeAcFirst,
  decodeAcRefinement,
  decodeDcFirst,
  decodeDcRefinement,
  decodeSequential,
} from './decode-blocks.ts'
import type { JpegComponent, JpegFrame, JpegTables } from './jpeg-frame.ts'

/** A scan and the position of its entropy-coded data. */
export interface JpegScan {
  /** The scan header without its length (ITU-T T.81 section B.2.3). */
  readonly header: Buffer
  readonly dataStart: number
}

/** Decodes a scan. Returns the position after its data. @throws RangeError if it is invalid or truncated */
export function decodeScan(data: Uint8Array, frame: JpegFrame, tables: JpegTables, scan: JpegScan): number {
  const { header, dataStart } = scan
  const count = header.readUInt8(0)
  const parameters = { first: header.readUInt8(1 + 2 * count), last: header.readUInt8(2 + 2 * count) }
  const approximation = header.readUInt8(3 + 2 * count)
  const [previousShift, shift] = [approximation >> 4, approximation & 15]
  if (parameters.last > 63 || parameters.first > parameters.last || shift > 13)
    throw new RangeError('Invalid scan parameters')
  const decode = selectDecoding(frame, parameters.first, previousShift)
  const reader = createBitReader(data, dataStart)
  const decodings = Array.from({ length: count }, (_, index): BlockDecoding => {
    const component = frame.components.find(({ id }) => id === header[1 + 2 * index])
    if (component === undefined) throw new RangeError('Unknown component')
    const selectors = header.readUInt8(2 + 2 * index)
    const [dc, ac] = [tables.dc.get(selectors >> 4), tables.ac.get(selectors & 15)]
    return { reader, component, scale: frame.scale, dc, ac, ...parameters, shift, prediction: 0, endOfBandRun: 0 }
  })
  const [only] = decodings
  if (only === undefined || (count > 1 && parameters.first > 0)) throw new RangeError('Invalid number of components')
  const units = count === 1 ? blocksOfComponent(only, decode) : blocksOfMcus(frame, decodings, decode)
  for (let unit = 0; unit < units.count; unit++) {
    if (tables.restartInterval > 0 && unit > 0 && unit % tables.restartInterval === 0) {
      reader.restart()
      for (const decoding of decodings) {
        decoding.prediction = 0
        decoding.endOfBandRun = 0
      }
    }
    units.decode(unit)
  }
  return reader.position()
}

function selectDecoding({ progressive }: JpegFrame, first: number, previousShift: number): DecodeBlock {
  if (!progressive) return decodeSequential
  if (first === 0) return previousShift === 0 ? decodeDcFirst : decodeDcRefinement
  return previousShift === 0 ? decodeAcFirst : decodeAcRefinement
}

/** The coded units of a scan: blocks, or MCUs of several components. */
interface Units {
  readonly count: number
  readonly decode: (unit: number) => void
}

function blocksOfComponent(decoding: BlockDecoding, decode: DecodeBlock): Units {
  const { imageBlocksPerLine, imageBlocksPerColumn, blocksPerLine } = decoding.component
  return {
    count: imageBlocksPerLine * imageBlocksPerColumn,
    decode: (unit) => {
      const row = Math.floor(unit / imageBlocksPerLine)
      decode(decoding, row * blocksPerLine + (unit % imageBlocksPerLine))
    },
  }
}

function blocksOfMcus(frame: JpegFrame, decodings: readonly BlockDecoding[], decode: DecodeBlock): Units {
  const perLine = Math.ceil(frame.width / 8 / frame.maxAcross)
  const perColumn = Math.ceil(frame.height / 8 / frame.maxDown)
  return {
    count: perLine * perColumn,
    decode: (unit) => {
      const [row, column] = [Math.floor(unit / perLine), unit % perLine]
      for (const decoding of decodings) decodeMcu(decoding, decoding.component, row, column, decode)
    },
  }
}

function decodeMcu(
  decoding: BlockDecoding,
  { across, down, blocksPerLine }: JpegComponent,
  row: number,
  column: number,
  decode: DecodeBlock,
): void {
  for (let y = 0; y < down; y++)
    for (let x = 0; x < across; x++) decode(decoding, (row * down + y) * blocksPerLine + column * across + x)
}
