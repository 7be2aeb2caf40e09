import type { EncodedImage, ImageFinding } from './findings.ts'

/** Packed templates in shared memory; row `i` belongs to the person `people[i]`. */
export interface GalleryData {
  readonly bytes: Uint8Array
  readonly people: Uint32Array
  readonly rows: number
}

/** The nearest person in a gallery, with the distances of this and of the next person. */
export interface NearestPerson {
  readonly person: number
  readonly distance: number
  /** Distance of the nearest other person; infinity if there is none. */
  readonly nextDistance: number
}

/** A job for the worker. */
export type WorkerJob =
  | {
      readonly kind: 'analyse'
      readonly images: readonly EncodedImage[]
      /** True if the images are the frames of a challenge: they are then measured and compared with the first. */
      readonly challenge?: boolean
    }
  | { readonly kind: 'scan'; readonly descriptor: Float32Array; readonly gallery: GalleryData }

/** Result of a job. */
export type WorkerResult =
  | { readonly kind: 'analyse'; readonly findings: readonly ImageFinding[] }
  | { readonly kind: 'scan'; readonly nearest: NearestPerson | undefined }

/** Message to the worker. */
export interface WorkerRequest {
  readonly id: number
  readonly job: WorkerJob
}

/** Message from the worker: the result, or the message of an error. */
export type WorkerResponse =
  | { readonly id: number; readonly result: WorkerResult }
  | { readonly id: number; readonly error: string }
