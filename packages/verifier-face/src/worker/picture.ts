/** A decoded image: three bytes a pixel, red, green and blue, row by row. */
export interface Picture {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** The longest side that faces are looked for on, in pixels. */
export const longestSide = 640

/** The picture in the middle of a grey frame, each side of which is this part of the picture's: a face that fills the image is then found. */
export function framed(picture: Picture, part: number): Picture {
  const across = Math.round(picture.width * part)
  const down = Math.round(picture.height * part)
  const width = picture.width + 2 * across
  const data = new Uint8Array(width * (picture.height + 2 * down) * 3).fill(128)
  for (let y = 0; y < picture.height; y++) {
    const row = picture.data.subarray(y * picture.width * 3, (y + 1) * picture.width * 3)
    data.set(row, ((y + down) * width + across) * 3)
  }
  return { data, width, height: picture.height + 2 * down }
}
