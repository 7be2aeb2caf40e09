// Types of the used parts of the bundled libraries. Their own types require the full TensorFlow.js packages.

export interface Tensor {
  readonly shape: readonly number[]
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Landmarks {
  /** 68 points: jaw 0 to 16, brows 17 to 26, nose 27 to 35, eyes 36 to 47, mouth 48 to 67. */
  readonly positions: readonly Point[]
}

/** A detected face with its landmarks. */
export interface DetectedFace {
  readonly detection: {
    readonly score: number
    readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  }
  readonly landmarks: Landmarks
}

interface Weights {
  readonly name: string
}

interface Network {
  readonly loadFromWeightMap: (weights: Readonly<Record<string, Tensor>>) => void
}

export declare const tensorflow: {
  readonly setBackend: (name: string) => Promise<boolean>
  readonly ready: () => Promise<void>
  readonly enableProdMode: () => void
  readonly tensor3d: (
    values: Uint8Array | Float32Array,
    shape: readonly [number, number, number],
    type?: 'int32' | 'float32',
  ) => Tensor
  readonly dispose: (tensor: Tensor) => void
  readonly memory: () => { readonly numTensors: number }
  readonly io: {
    readonly decodeWeights: (weights: ArrayBufferLike, manifest: readonly Weights[]) => Readonly<Record<string, Tensor>>
  }
}

export declare const setWasmPaths: (prefix: string) => void

export declare const faces: {
  readonly nets: {
    readonly tinyFaceDetector: Network
    readonly faceLandmark68Net: Network
    readonly faceRecognitionNet: Network
  }
  readonly TinyFaceDetectorOptions: new (options: {
    readonly inputSize: number
    readonly scoreThreshold: number
  }) => object
  readonly detectAllFaces: (
    image: Tensor,
    options: object,
  ) => { readonly withFaceLandmarks: () => PromiseLike<readonly DetectedFace[]> }
  readonly computeFaceDescriptor: (crop: Tensor) => Promise<Float32Array>
}
