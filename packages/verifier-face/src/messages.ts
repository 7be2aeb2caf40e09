import type { EncodedImage, Finding } from './findings.ts'

/** Packed templates in shared memory; row `i` belongs to the person `people[i]`. */
export interface PackedGallery {
  readonly bytes: Uint8Array
  readonly people: Uint32Array
  readonly rows: number
}

/** The nearest person in a gallery, with the distances of this and of the next person. */
export interface Nearest {
  readonly person: number
  readonly distance: number
  /** Distance of the nearest other person; infinity if there is none. */
  readonly nextDistance: number
}

/** A job for the worker. */
export type Job =
  | { readonly kind: 'analyse'; readonly images: readonly EncodedImage[] }
  | { readonly kind: 'scan'; readonly descriptor: Float32Array; readonly gallery: PackedGallery }

/** Result of a job. */
export type Answer =
  | { readonly kind: 'analyse'; readonly findings: readonly Finding[] }
  | { readonly kind: 'scan'; readonly nearest: Nearest | undefined }

/** Message to the worker. */
export interface Request {
  readonly id: number
  readonly job: Job
}

/** Message from the worker: the result, or the message of an error. */
export type Response =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly failure: string }
