import type { OutcomeReason } from './outcome-reasons.ts'

/** An encoded image: JPEG of at most 52 megapixels or PNG of at most 12.6 according to its header, and 5 MiB. It was not decoded. */
export interface FaceImage {
  readonly mediaType: 'image/jpeg' | 'image/png'
  readonly bytes: Uint8Array
  /** Pixels, from the header. */
  readonly width: number
  /** Pixels, from the header. */
  readonly height: number
}

/**
 * Evidence of a face: an image, the frames of a liveness challenge in the order in which they were taken, the id of a session
 * at the vendor, or a vendor-specific payload.
 */
export type Evidence =
  | { readonly kind: 'image'; readonly image: FaceImage }
  | { readonly kind: 'frames'; readonly frames: readonly FaceImage[] }
  | { readonly kind: 'session'; readonly sessionId: string }
  | { readonly kind: 'payload'; readonly format: string; readonly bytes: Uint8Array }

/**
 * A face template: bytes that Billfold stores sealed, or the reference of a face in the vendor's store. The format includes a
 * version (`acme-128/2`). Templates of another format than the verifier's own are never compared; the user must enrol again.
 */
export type FaceTemplate =
  | { readonly kind: 'inline'; readonly format: string; readonly bytes: Uint8Array }
  | { readonly kind: 'reference'; readonly format: string; readonly reference: string }

/**
 * Decision of a verifier by its own thresholds. `uncertain`: a possible but ambiguous match, for example two people within
 * the margin; must not be treated as a pass. `retry`: the quality of the evidence was insufficient. Scores are reported and
 * recorded, never compared.
 */
export interface VerifierOutcome {
  readonly decision: 'pass' | 'fail' | 'uncertain' | 'retry'
  readonly score?: number
  readonly threshold?: number
  readonly reasons: readonly OutcomeReason[]
  readonly model: { readonly name: string; readonly version: string }
}

/** Capabilities of a verifier. */
export interface VerifierCapabilities {
  /** Supports 1:N identification. */
  readonly identify: boolean
  /**
   * Kind and format of the templates that it creates. `bytes` is the length of an inline template. It is constant per format,
   * so that a gallery can be packed into rows.
   */
  readonly templates:
    | { readonly kind: 'inline'; readonly format: string; readonly bytes: number }
    | { readonly kind: 'reference'; readonly format: string }
  /** Liveness check: `challenge` by frames of prompted steps, `session` by a session at the vendor, or `none`. */
  readonly liveness: 'none' | 'challenge' | 'session'
  /** Assurance of the liveness check; `certified` means tested against ISO/IEC 30107-3 by an independent laboratory. */
  readonly assurance: 'none' | 'basic' | 'certified'
}

/** Context of an operation of a verifier. */
export interface VerifierContext {
  readonly tenant: string
  /** Aborted on timeout, when the result is no longer needed. */
  readonly signal: AbortSignal
}

/**
 * A started liveness check. Billfold stores `state` sealed and passes it to `checkLiveness`, in any process of the host;
 * `client` is sent to the browser unchanged.
 */
export interface StartedLiveness {
  /** State of the check, at most 4 KiB in UTF-8. */
  readonly state: string
  /** JSON of at most 4 KiB: the steps of a challenge as `{ steps: string[] }`, or the input of the vendor's SDK. */
  readonly client: Readonly<Record<string, unknown>>
  /** Expiry in milliseconds since 1970. */
  readonly expiresAt: number
}

/**
 * Perceptual hashes of the frames of a liveness check: equal or near for the same picture, also when it was encoded again or
 * resized. Billfold keeps those of passed checks for some time, sealed, and rejects a later check of the same user with a frame
 * whose hash differs from a remembered one in at most `maxDistance` bits.
 */
export interface FrameHashes {
  /** Name and version of the hash, 1 to 64 printable ASCII characters; hashes of another format are not compared. */
  readonly format: string
  /** At most 40 hashes of 8 to 128 bytes, all of the same length. Empty to opt out. */
  readonly hashes: readonly Uint8Array[]
  /** Maximum number of bits in which two hashes of the same picture differ. */
  readonly maxDistance: number
}

/** Result of a liveness check. */
export interface LivenessCheck {
  readonly outcome: VerifierOutcome
  /** The best image of the face, which is then compared instead of the evidence. */
  readonly image?: FaceImage
  /** Other images of the same face, at most 9, good enough to enrol together with `image`: several templates reject fewer genuine users. */
  readonly furtherImages?: readonly FaceImage[]
  /** Perceptual hashes of the frames. If absent, frames are recognized by their exact bytes. */
  readonly frameHashes?: FrameHashes
}

/**
 * The templates of a community, packed: row `i` is `bytes.subarray(i * rowBytes, (i + 1) * rowBytes)`, a template of the
 * verifier's format, and belongs to the person with the number `people[i]`. Rows below `rows` never change in the same
 * `bytes`; new templates are appended. The memory is a `SharedArrayBuffer`, so that a worker thread can read it without a
 * copy.
 */
export interface InlineGallery {
  readonly kind: 'inline'
  readonly rows: number
  readonly rowBytes: number
  readonly bytes: Uint8Array
  readonly people: Uint32Array
}

/** The population of an identification: packed templates, or a collection in the vendor's store. */
export type Gallery = InlineGallery | { readonly kind: 'reference'; readonly collection: string }

/** The identified person: the number in an inline gallery, or the reference of a template in the vendor's store. */
export type GalleryMatch =
  | { readonly kind: 'inline'; readonly person: number }
  | { readonly kind: 'reference'; readonly reference: string }

/**
 * Face recognition: verification (1:1), identification (1:N) and liveness detection. Implement it for an in-process model or
 * for a vendor's service, and test it with `describeBiometricVerifier` of `@billfold/testing`.
 *
 * Operations may reject or hang: Billfold applies a timeout, validates each result against `capabilities`, and treats
 * everything else as an outage (503 `verifier.unavailable`), never as a pass. For an unsupported kind of evidence, return
 * `fail` with the reason `other`. No operation may log images or templates.
 */
export interface BiometricVerifier {
  /** Name for messages and the audit log, for example `billfold-face`. */
  readonly name: string
  readonly capabilities: VerifierCapabilities
  /** Maximum concurrent calls, at least 1. Further calls wait; their timeout starts when they run. Default: 8. */
  readonly concurrency?: number
  /** Starts a liveness check; absent if `liveness` is `none`. */
  readonly startLiveness?: (context: VerifierContext) => Promise<StartedLiveness>
  /**
   * Checks that the evidence shows a live person; absent if `liveness` is `none`.
   */
  readonly checkLiveness?: (
    input: { readonly evidence: Evidence; readonly state: string },
    context: VerifierContext,
  ) => Promise<LivenessCheck>
  /**
   * Creates the templates of one person: one to ten with a pass, otherwise none. Fails unless all evidence shows the same face.
   * A vendor stores the templates in `collection`, the name of the community's gallery.
   */
  readonly enrol: (
    input: { readonly evidence: readonly Evidence[]; readonly collection: string },
    context: VerifierContext,
  ) => Promise<{ readonly outcome: VerifierOutcome; readonly templates: readonly FaceTemplate[] }>
  /** Verifies that the evidence shows the person of these templates. All are of one person and of the verifier's format. */
  readonly compare: (
    input: { readonly evidence: Evidence; readonly templates: readonly FaceTemplate[] },
    context: VerifierContext,
  ) => Promise<VerifierOutcome>
  /**
   * Identifies the person in a gallery; absent if `capabilities.identify` is false. Returns a match only with a pass; `fail` if
   * no person is near enough, `uncertain` if two people are within the margin.
   */
  readonly identify?: (
    input: { readonly evidence: Evidence; readonly gallery: Gallery },
    context: VerifierContext,
  ) => Promise<{ readonly outcome: VerifierOutcome; readonly match?: GalleryMatch }>
  /** Removes templates from the vendor's store; missing ones are ignored. Absent for inline templates. */
  readonly remove?: (
    input: { readonly templates: readonly FaceTemplate[]; readonly collection: string },
    context: VerifierContext,
  ) => Promise<void>
  /** Closes workers and connections. */
  readonly close?: () => Promise<void>
}
