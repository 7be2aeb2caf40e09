import { imageOf, type Pixels } from './photos.ts'

/** How long a picture is held before the camera. */
export interface Shot {
  readonly pixels: Pixels
  readonly seconds: number
}

const width = 640
const height = 480
const framesPerSecond = 5

/** A video as a browser's pretended camera reads it (YUV4MPEG2, 4:2:0), which it plays again and again. */
export async function video(shots: readonly Shot[]): Promise<Buffer> {
  const header = Buffer.from(`YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`)
  const parts: Buffer[] = [header]
  for (const { pixels, seconds } of shots) {
    const frame = await frameOf(pixels)
    for (let left = Math.round(seconds * framesPerSecond); left > 0; left--) parts.push(Buffer.from('FRAME\n'), frame)
  }
  return Buffer.concat(parts)
}

/** The three planes of one frame: brightness, then the two of colour at half the size (ITU-R BT.601). */
async function frameOf(pixels: Pixels): Promise<Buffer> {
  const fitted = imageOf(pixels).resize(width, height, { fit: 'contain', background: '#808080' }).raw()
  const data = await fitted.toBuffer()
  const luma = Buffer.alloc(width * height)
  const blue = Buffer.alloc((width * height) / 4)
  const red = Buffer.alloc((width * height) / 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3
      const [r = 0, g = 0, b = 0] = data.subarray(at, at + 3)
      luma[y * width + x] = Math.round(0.299 * r + 0.587 * g + 0.114 * b)
      if (y % 2 === 1 || x % 2 === 1) continue
      const half = (y / 2) * (width / 2) + x / 2
      blue[half] = Math.min(255, Math.round(128 - 0.1687 * r - 0.3313 * g + 0.5 * b))
      red[half] = Math.min(255, Math.round(128 + 0.5 * r - 0.4187 * g - 0.0813 * b))
    }
  }
  return Buffer.concat([luma, blue, red])
}
