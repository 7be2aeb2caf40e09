import type { RgbImage } from './rgb-image.ts'

/** Side of the examined square in pixels; a power of two. */
const side = 128

/** Frequencies are examined from a fifth of the sampling rate of the square up: faces have little energy there. */
const minFrequency = side * 0.15

/**
 * Computes the strength of the strongest periodic pattern (moiré of a screen, dots of a print) in a square of 128 pixels of an image: the
 * largest magnitude of the spectrum, relative to the mean magnitude at about the same frequency.
 * @param centerX column of the centre of the square
 * @param centerY row of the centre of the square
 */
export function computePeriodicity(picture: RgbImage, centerX: number, centerY: number): number {
  const { real, imaginary } = transform(windowedSquare(picture, centerX, centerY))
  const sums = new Float64Array(side)
  const counts = new Uint32Array(side)
  const magnitudes = real.map((value, at) => Math.hypot(value, imaginary[at] ?? 0))
  const radii = magnitudes.map((_, at) => frequencyOf(at))
  magnitudes.forEach((magnitude, at) => {
    const ring = Math.round(radii[at] ?? 0)
    sums[ring] = (sums[ring] ?? 0) + magnitude
    counts[ring] = (counts[ring] ?? 0) + 1
  })
  let strongest = 0
  magnitudes.forEach((magnitude, at) => {
    const radius = radii[at] ?? 0
    if (radius < minFrequency || radius > side / 2) return
    const ring = Math.round(radius)
    const mean = (sums[ring] ?? 0) / Math.max(1, counts[ring] ?? 1)
    // The blocks of a JPEG are periodic too, along both axes.
    const [column, row] = [at % side, Math.floor(at / side)]
    if (isOnAxis(column) || isOnAxis(row)) return
    strongest = Math.max(strongest, magnitude / (mean + 1))
  })
  return strongest
}

function isOnAxis(index: number): boolean {
  return Math.min(index, side - index) <= 2
}

function frequencyOf(at: number): number {
  const column = at % side
  const row = Math.floor(at / side)
  return Math.min(side - 1, Math.hypot(Math.min(column, side - column), Math.min(row, side - row)))
}

/** Copies the luma of the square with a Hann window, minus its mean. */
function windowedSquare({ data, width, height }: RgbImage, centerX: number, centerY: number): Float64Array {
  const square = new Float64Array(side * side)
  const left = Math.round(centerX) - side / 2
  const top = Math.round(centerY) - side / 2
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const x = Math.min(width - 1, Math.max(0, left + column))
      const y = Math.min(height - 1, Math.max(0, top + row))
      const at = (y * width + x) * 3
      square[row * side + column] = 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0)
    }
  }
  const mean = square.reduce((sum, value) => sum + value, 0) / square.length
  return square.map((value, at) => (value - mean) * hann(at % side) * hann(Math.floor(at / side)))
}

function hann(index: number): number {
  return 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / (side - 1))
}

interface Spectrum {
  readonly real: Float64Array
  readonly imaginary: Float64Array
}

/** Two-dimensional Fourier transform: of the rows, then of the columns. */
function transform(square: Float64Array): Spectrum {
  const real = Float64Array.from(square)
  const imaginary = new Float64Array(square.length)
  for (let row = 0; row < side; row++) transformLine(real, imaginary, row * side, 1)
  for (let column = 0; column < side; column++) transformLine(real, imaginary, column, side)
  return { real, imaginary }
}

/** Fourier transform of one line in place (radix 2, decimation in time). */
function transformLine(real: Float64Array, imaginary: Float64Array, from: number, step: number): void {
  for (let index = 1, reversed = 0; index < side; index++) {
    let bit = side >> 1
    for (; reversed & bit; bit >>= 1) reversed ^= bit
    reversed ^= bit
    if (index < reversed) {
      swap(real, from + index * step, from + reversed * step)
      swap(imaginary, from + index * step, from + reversed * step)
    }
  }
  for (let length = 2; length <= side; length *= 2) {
    for (let start = 0; start < side; start += length) {
      for (let index = 0; index < length / 2; index++) {
        const angle = (-2 * Math.PI * index) / length
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
        const even = from + (start + index) * step
        const odd = even + (length / 2) * step
        const [re, im] = [real[odd] ?? 0, imaginary[odd] ?? 0]
        const [turnedRe, turnedIm] = [re * cos - im * sin, re * sin + im * cos]
        real[odd] = (real[even] ?? 0) - turnedRe
        imaginary[odd] = (imaginary[even] ?? 0) - turnedIm
        real[even] = (real[even] ?? 0) + turnedRe
        imaginary[even] = (imaginary[even] ?? 0) + turnedIm
      }
    }
  }
}

function swap(values: Float64Array, a: number, b: number): void {
  const kept = values[a] ?? 0
  values[a] = values[b] ?? 0
  values[b] = kept
}
