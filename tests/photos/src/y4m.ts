import { toImage, type Pixels } from './photos.ts'

/** A picture and how long the camera sees it. */
export interface Shot {
  readonly pixels: Pixels
  readonly seconds: number
}

const width = 640
const height = 480
const framesPerSecond = 5

/** Encodes a video for the fake camera of a browser (YUV4MPEG2, 4:2:0), which plays it in a loop. */
export async function video(shots: readonly Shot[]): Promise<Buffer> {
  const header = Buffer.from(`YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`)
  const parts: Buffer[] = [header]
  for (const { pixels, seconds } of shots) {
    const frame = await encodeFrame(pixels)
    for (let remaining = Math.round(seconds * framesPerSecond); remaining > 0; remaining--)
      parts.push(Buffer.from('FRAME\n'), frame)
  }
  return Buffer.concat(parts)
}

/** Encodes the planes of one frame: luma, then chroma at half the size (ITU-R BT.601). */
async function encodeFrame(pixels: Pixels): Promise<Buffer> {
  const fitted = toImage(pixels).resize(width, height, { fit: 'contain', background: '#808080' }).raw()
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
