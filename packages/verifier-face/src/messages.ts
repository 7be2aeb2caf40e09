import type { EncodedImage, Finding } from './findings.ts'

/** Templates side by side in shared memory: row `i` is of the person `people[i]`. */
export interface PackedGallery {
  readonly bytes: Uint8Array
  readonly people: Uint32Array
  readonly rows: number
}

/** The nearest person of a gallery, how far away, and how far the next other person is. */
export interface Nearest {
  readonly person: number
  readonly distance: number
  /** Infinity where there is no other person. */
  readonly nextDistance: number
}

/** What the worker can be asked. */
export type Job =
  | { readonly kind: 'analyse'; readonly images: readonly EncodedImage[] }
  | { readonly kind: 'scan'; readonly descriptor: Float32Array; readonly gallery: PackedGallery }

/** What the worker answers. */
export type Answer =
  | { readonly kind: 'analyse'; readonly findings: readonly Finding[] }
  | { readonly kind: 'scan'; readonly nearest: Nearest | undefined }

/** A job on its way to the worker. */
export interface Request {
  readonly id: number
  readonly job: Job
}

/** The worker's answer, or that it failed at this job. */
export type Response =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly failure: string }
