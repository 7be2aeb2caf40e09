/** A decoded image: three bytes per pixel (RGB), row by row. */
export interface RgbImage {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** Maximum side of an image for face detection, in pixels. */
export const maxSide = 640

/**
 * Adds a grey border, so that the detector also finds a face that fills the image.
 * @param part width of the border, relative to the side of the image
 */
export function addBorder(picture: RgbImage, part: number): RgbImage {
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
