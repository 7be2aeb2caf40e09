import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { MeasuredFace } from '../findings.ts'
import { thresholds } from '../thresholds.ts'
import { cropFace, cropSide } from './face-crop.ts'
import { computeImageQuality, computeMouthOpening, computeYaw } from './image-quality.ts'
import { faces as faceNetworks, type DetectedFace, setWasmPaths, tensorflow } from './models.js'
import { addBorder, type RgbImage } from './rgb-image.ts'

const folder = fileURLToPath(new URL('./', import.meta.url))
const detector = { inputSize: 416, scoreThreshold: 0.3 }
/** Border widths to try. A face that fills the image has a low confidence; a second detection with a border often improves it. */
const borders = [0, 0.35]

/** Loads the models from the directory of this file. */
export async function loadModels(): Promise<void> {
  setWasmPaths(folder)
  if (!(await tensorflow.setBackend('wasm'))) throw new Error('WebAssembly is not available')
  await tensorflow.ready()
  tensorflow.enableProdMode()
  faceNetworks.nets.tinyFaceDetector.loadFromWeightMap(loadWeights('tiny_face_detector_model'))
  faceNetworks.nets.faceLandmark68Net.loadFromWeightMap(loadWeights('face_landmark_68_model'))
  faceNetworks.nets.faceRecognitionNet.loadFromWeightMap(loadWeights('face_recognition_model'))
}

/** Detected faces, largest first, and the image that their coordinates refer to. */
export interface DetectionResult {
  readonly picture: RgbImage
  readonly faces: readonly DetectedFace[]
}

/** Detects the faces on an image. Retries with a border if the confidence is low, and returns the more confident result. */
export async function detectFaces(picture: RgbImage): Promise<DetectionResult> {
  let best: DetectionResult = { picture, faces: [] }
  for (const part of borders) {
    const result = await detect(part === 0 ? picture : addBorder(picture, part))
    if (topConfidence(result) > topConfidence(best)) best = result
    if (topConfidence(best) >= thresholds.minConfidence) break
  }
  return best
}

async function detect(picture: RgbImage): Promise<DetectionResult> {
  const tensor = tensorflow.tensor3d(picture.data, [picture.height, picture.width, 3], 'int32')
  try {
    const found = await faceNetworks
      .detectAllFaces(tensor, new faceNetworks.TinyFaceDetectorOptions(detector))
      .withFaceLandmarks()
    return { picture, faces: [...found].sort((a, b) => computeFaceArea(b) - computeFaceArea(a)) }
  } finally {
    tensorflow.dispose(tensor)
  }
}

function topConfidence({ faces }: DetectionResult): number {
  return faces[0]?.detection.score ?? 0
}

/** Measures a face. The descriptor is the mean of the crop's and its mirror image's, which is more accurate than one alone. */
export async function measureFace(picture: RgbImage, { landmarks, detection }: DetectedFace): Promise<MeasuredFace> {
  const crop = cropFace(picture, landmarks, false)
  const descriptor = await computeDescriptor(crop)
  const mirrored = await computeDescriptor(cropFace(picture, landmarks, true))
  return {
    descriptor: descriptor.map((value, index) => (value + (mirrored[index] ?? 0)) / 2),
    confidence: detection.score,
    yaw: computeYaw(landmarks),
    mouthOpening: computeMouthOpening(landmarks),
    ...computeImageQuality(crop),
  }
}

/** Returns the area of a face in pixels. */
export function computeFaceArea({ detection }: DetectedFace): number {
  return detection.box.width * detection.box.height
}

async function computeDescriptor(crop: Float32Array): Promise<Float32Array> {
  const tensor = tensorflow.tensor3d(crop, [cropSide, cropSide, 3], 'float32')
  try {
    return await faceNetworks.computeFaceDescriptor(tensor)
  } finally {
    tensorflow.dispose(tensor)
  }
}

function loadWeights(model: string): ReturnType<typeof tensorflow.io.decodeWeights> {
  const manifest = parseManifest(readFileSync(`${folder}${model}.json`, 'utf8'))
  const bytes = readFileSync(`${folder}${model}.bin`)
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  return tensorflow.io.decodeWeights(whole, manifest)
}

/** Parses a weights manifest of TensorFlow.js. */
function parseManifest(json: string): { readonly name: string }[] {
  const groups: unknown = JSON.parse(json)
  if (!Array.isArray(groups)) throw new TypeError('The weights manifest of a model must be an array')
  return groups.flatMap((group: { readonly weights: { readonly name: string }[] }) => group.weights)
}
