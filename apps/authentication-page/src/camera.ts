/** The reason why the camera cannot be used. */
export type CameraProblem = 'denied' | 'noCamera' | 'cameraBusy' | 'unsupported'

/** A running camera. */
export interface Camera {
  readonly video: HTMLVideoElement
  /** Takes a picture. Returns base64 of a JPEG, at most 640 pixels high. */
  readonly takePicture: () => Promise<string>
  /** The camera's label and settings, for the risk assessment. */
  readonly indicator: Readonly<Record<string, string | number>>
  readonly stop: () => void
}

/** Thrown if the camera cannot be used. */
export class CameraError extends Error {
  override readonly name = 'CameraError'
  readonly problem: CameraProblem

  constructor(problem: CameraProblem, options?: ErrorOptions) {
    super(problem, options)
    this.problem = problem
  }
}

/** The maximum height of a picture in pixels, which is the resolution of face detection. */
const maxHeight = 640
const aspect = 3 / 4
const quality = 0.9

/** Starts the front camera. @throws CameraError */
export async function startCamera(label: string): Promise<Camera> {
  // The types declare it as always present, but over plain http it is undefined.
  const devices: MediaDevices | undefined = navigator.mediaDevices
  if (devices === undefined) throw new CameraError('unsupported')
  const stream = await requestStream(devices)
  const video = document.createElement('video')
  video.muted = true
  video.playsInline = true
  video.setAttribute('aria-label', label)
  video.srcObject = stream
  try {
    await video.play()
  } catch (cause) {
    stopTracks(stream)
    throw new CameraError('cameraBusy', { cause })
  }
  return {
    video,
    takePicture: () => takePicture(video),
    indicator: describeCamera(stream),
    stop: () => stopTracks(stream),
  }
}

async function requestStream(devices: MediaDevices): Promise<MediaStream> {
  try {
    return await devices.getUserMedia({
      audio: false,
      video: { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 960 } },
    })
  } catch (cause) {
    throw new CameraError(toCameraProblem(cause), { cause })
  }
}

function toCameraProblem(error: unknown): CameraProblem {
  const name = error instanceof Error ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'noCamera'
  if (name === 'NotReadableError' || name === 'AbortError') return 'cameraBusy'
  return 'unsupported'
}

/** Captures the visible part of the video: the centre, cropped to 3:4, so that bystanders are not in the picture. */
async function takePicture(video: HTMLVideoElement): Promise<string> {
  const { videoWidth, videoHeight } = video
  const width = Math.min(videoWidth, videoHeight * aspect)
  const height = Math.min(videoHeight, videoWidth / aspect)
  const scale = Math.min(1, maxHeight / height)
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  const from = [(videoWidth - width) / 2, (videoHeight - height) / 2, width, height] as const
  canvas.getContext('2d')?.drawImage(video, ...from, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality))
  if (blob === null) throw new CameraError('unsupported')
  return toBase64(new Uint8Array(await blob.arrayBuffer()))
}

function toBase64(bytes: Uint8Array): string {
  const step = 0x8000
  let binary = ''
  for (let from = 0; from < bytes.length; from += step)
    binary += String.fromCharCode(...bytes.subarray(from, from + step))
  return btoa(binary)
}

function describeCamera(stream: MediaStream): Readonly<Record<string, string | number>> {
  const [track] = stream.getVideoTracks()
  if (track === undefined) return {}
  const { width = 0, height = 0, frameRate = 0, facingMode = '' } = track.getSettings()
  return { label: track.label.slice(0, 128), width, height, frameRate, facingMode }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}
