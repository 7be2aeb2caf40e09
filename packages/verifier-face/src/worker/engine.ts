import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Face } from '../findings.ts'
import { limits } from '../limits.ts'
import { chipOf, chipSide } from './chip.ts'
import { lightOf, mouthOpenOf, yawOf } from './measure.ts'
import { faces, type FoundFace, setWasmPaths, tensorflow } from './models.js'
import { framed, type Picture } from './picture.ts'

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
  faces.nets.tinyFaceDetector.loadFromWeightMap(loadWeights('tiny_face_detector_model'))
  faces.nets.faceLandmark68Net.loadFromWeightMap(loadWeights('face_landmark_68_model'))
  faces.nets.faceRecognitionNet.loadFromWeightMap(loadWeights('face_recognition_model'))
}

/** Detected faces, largest first, and the image that their coordinates refer to. */
export interface Look {
  readonly picture: Picture
  readonly found: readonly FoundFace[]
}

/** Detects the faces on an image. Retries with a border if the confidence is low, and returns the more confident result. */
export async function findFaces(picture: Picture): Promise<Look> {
  let best: Look = { picture, found: [] }
  for (const part of borders) {
    const result = await detect(part === 0 ? picture : framed(picture, part))
    if (topConfidence(result) > topConfidence(best)) best = result
    if (topConfidence(best) >= limits.leastCertainty) break
  }
  return best
}

async function detect(picture: Picture): Promise<Look> {
  const tensor = tensorflow.tensor3d(picture.data, [picture.height, picture.width, 3], 'int32')
  try {
    const found = await faces.detectAllFaces(tensor, new faces.TinyFaceDetectorOptions(detector)).withFaceLandmarks()
    return { picture, found: [...found].sort((a, b) => areaOf(b) - areaOf(a)) }
  } finally {
    tensorflow.dispose(tensor)
  }
}

function topConfidence({ found }: Look): number {
  return found[0]?.detection.score ?? 0
}

/** Measures a face. The descriptor is the mean of the crop's and its mirror image's, which is more accurate than one alone. */
export async function measureFace(picture: Picture, { landmarks, detection }: FoundFace): Promise<Face> {
  const crop = chipOf(picture, landmarks, false)
  const descriptor = await computeDescriptor(crop)
  const mirrored = await computeDescriptor(chipOf(picture, landmarks, true))
  return {
    descriptor: descriptor.map((value, index) => (value + (mirrored[index] ?? 0)) / 2),
    certainty: detection.score,
    yaw: yawOf(landmarks),
    mouthOpen: mouthOpenOf(landmarks),
    ...lightOf(crop),
  }
}

/** Returns the area of a face in pixels. */
export function areaOf({ detection }: FoundFace): number {
  return detection.box.width * detection.box.height
}

async function computeDescriptor(crop: Float32Array): Promise<Float32Array> {
  const tensor = tensorflow.tensor3d(crop, [chipSide, chipSide, 3], 'float32')
  try {
    return await faces.computeFaceDescriptor(tensor)
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
