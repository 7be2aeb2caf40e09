import type { RgbImage } from './rgb-image.ts'

/** Side of the thumbnail of a frame in pixels; the frame is stretched to a square. */
export const thumbnailSide = 160

/** Downscales the luma (ITU-R BT.601) of an image to a grid of cells by area averaging. */
export function computeLumaGrid({ data, width, height }: RgbImage, columns: number, rows: number): Float32Array {
  const grid = new Float32Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = cellRange(row, rows, height)
    for (let column = 0; column < columns; column++) {
      const [left, right] = cellRange(column, columns, width)
      let sum = 0
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const at = (y * width + x) * 3
          sum += 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0)
        }
      }
      grid[row * columns + column] = sum / ((bottom - top) * (right - left))
    }
  }
  return grid
}

function cellRange(index: number, count: number, length: number): readonly [number, number] {
  const from = Math.min(length - 1, Math.floor((index * length) / count))
  return [from, Math.max(from + 1, Math.floor(((index + 1) * length) / count))]
}

/** Downscales the luma of an image to a square thumbnail. */
export function computeThumbnail(picture: RgbImage): Uint8Array {
  return Uint8Array.from(computeLumaGrid(picture, thumbnailSide, thumbnailSide), Math.round)
}
