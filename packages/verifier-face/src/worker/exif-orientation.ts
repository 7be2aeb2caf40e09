/** Parses the Exif orientation of a JPEG, 1 to 8 (Exif 2.3, tag 0x0112); 1 (upright) if there is none. */
export function parseExifOrientation(bytes: Uint8Array): number {
  const exif = findExif(bytes)
  return exif === undefined ? 1 : (parseOrientationTag(exif) ?? 1)
}

/** Maps a pixel of the upright image to the stored one, which has the size `width` by `height`. */
export function toStoredPixel(
  orientation: number,
  x: number,
  y: number,
  width: number,
  height: number,
): readonly [number, number] {
  switch (orientation) {
    case 2:
      return [width - 1 - x, y]
    case 3:
      return [width - 1 - x, height - 1 - y]
    case 4:
      return [x, height - 1 - y]
    case 5:
      return [y, x]
    case 6:
      return [y, height - 1 - x]
    case 7:
      return [width - 1 - y, height - 1 - x]
    case 8:
      return [width - 1 - y, x]
    default:
      return [x, y]
  }
}

/** Finds the TIFF data of the first Exif segment of a JPEG. */
function findExif(bytes: Uint8Array): DataView | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return undefined
  for (let offset = 2; offset + 4 <= bytes.length; ) {
    const marker = view.getUint16(offset)
    const length = view.getUint16(offset + 2)
    const end = offset + 2 + length
    if (marker < 0xff01 || marker === 0xffda || length < 2 || end > bytes.length) return undefined
    const isExif =
      marker === 0xffe1 && Buffer.from(bytes.subarray(offset + 4, offset + 10)).toString('latin1') === 'Exif\0\0'
    if (isExif) return new DataView(bytes.buffer, bytes.byteOffset + offset + 10, end - offset - 10)
    offset = end
  }
  return undefined
}

function parseOrientationTag(tiff: DataView): number | undefined {
  if (tiff.byteLength < 8) return undefined
  const littleEndian = tiff.getUint16(0) === 0x4949
  const directory = tiff.getUint32(4, littleEndian)
  if (directory + 2 > tiff.byteLength) return undefined
  const entries = tiff.getUint16(directory, littleEndian)
  for (let index = 0; index < entries; index++) {
    const entry = directory + 2 + index * 12
    if (entry + 12 > tiff.byteLength) return undefined
    if (tiff.getUint16(entry, littleEndian) !== 0x0112) continue
    const value = tiff.getUint16(entry + 8, littleEndian)
    return value >= 1 && value <= 8 ? value : undefined
  }
  return undefined
}
