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
/**
 * The detector is unsure of a face that fills the image or has an unlucky size. Then a second look, at the image with a
 * grey frame, decides, if that is the surer one.
 */
const frames = [0, 0.35]

/** Loads the models that lie beside this file. */
export async function loadModels(): Promise<void> {
  setWasmPaths(folder)
  if (!(await tensorflow.setBackend('wasm'))) throw new Error('WebAssembly is not available')
  await tensorflow.ready()
  tensorflow.enableProdMode()
  faces.nets.tinyFaceDetector.loadFromWeightMap(weights('tiny_face_detector_model'))
  faces.nets.faceLandmark68Net.loadFromWeightMap(weights('face_landmark_68_model'))
  faces.nets.faceRecognitionNet.loadFromWeightMap(weights('face_recognition_model'))
}

/** What a look at a picture found: the faces, largest first, and the picture that their places are on. */
export interface Look {
  readonly picture: Picture
  readonly found: readonly FoundFace[]
}

/** The faces on a picture, from a look that was sure of the largest, or else from the surer of two. */
export async function findFaces(picture: Picture): Promise<Look> {
  let best: Look = { picture, found: [] }
  for (const part of frames) {
    const look = await lookAt(part === 0 ? picture : framed(picture, part))
    if (certaintyOf(look) > certaintyOf(best)) best = look
    if (certaintyOf(best) >= limits.leastCertainty) break
  }
  return best
}

async function lookAt(picture: Picture): Promise<Look> {
  const tensor = tensorflow.tensor3d(picture.data, [picture.height, picture.width, 3], 'int32')
  try {
    const found = await faces.detectAllFaces(tensor, new faces.TinyFaceDetectorOptions(detector)).withFaceLandmarks()
    return { picture, found: [...found].sort((a, b) => areaOf(b) - areaOf(a)) }
  } finally {
    tensorflow.dispose(tensor)
  }
}

function certaintyOf({ found }: Look): number {
  return found[0]?.detection.score ?? 0
}

/** Measures a face. The descriptor is the mean of the chip's and its mirror image's, which tells people apart better than one. */
export async function measureFace(picture: Picture, { landmarks, detection }: FoundFace): Promise<Face> {
  const chip = chipOf(picture, landmarks, false)
  const one = await describe(chip)
  const other = await describe(chipOf(picture, landmarks, true))
  return {
    descriptor: one.map((value, index) => (value + (other[index] ?? 0)) / 2),
    certainty: detection.score,
    yaw: yawOf(landmarks),
    mouthOpen: mouthOpenOf(landmarks),
    ...lightOf(chip),
  }
}

/** The area of a face, in pixels. */
export function areaOf({ detection }: FoundFace): number {
  return detection.box.width * detection.box.height
}

async function describe(chip: Float32Array): Promise<Float32Array> {
  const tensor = tensorflow.tensor3d(chip, [chipSide, chipSide, 3], 'float32')
  try {
    return await faces.computeFaceDescriptor(tensor)
  } finally {
    tensorflow.dispose(tensor)
  }
}

function weights(model: string): ReturnType<typeof tensorflow.io.decodeWeights> {
  const manifest = parsedManifest(readFileSync(`${folder}${model}.json`, 'utf8'))
  const bytes = readFileSync(`${folder}${model}.bin`)
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  return tensorflow.io.decodeWeights(whole, manifest)
}

/** The weights that a manifest of TensorFlow.js lists. */
function parsedManifest(json: string): { readonly name: string }[] {
  const groups: unknown = JSON.parse(json)
  if (!Array.isArray(groups)) throw new TypeError('The manifest of a model is a list')
  return groups.flatMap((group: { readonly weights: { readonly name: string }[] }) => group.weights)
}
