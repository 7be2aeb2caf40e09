import type { Reason } from './reasons.ts'

/** An image as it came: JPEG or PNG, at most 5 MiB and 12 megapixels, which was read from its header; it was not decoded. */
export interface FaceImage {
  readonly mediaType: 'image/jpeg' | 'image/png'
  readonly bytes: Uint8Array
  /** In pixels, as the header says. */
  readonly width: number
  readonly height: number
}

/** What is shown of a face: an image, the frames of a challenge in the order taken, a session at the vendor, or the vendor's own payload. */
export type Evidence =
  | { readonly kind: 'image'; readonly image: FaceImage }
  | { readonly kind: 'frames'; readonly frames: readonly FaceImage[] }
  | { readonly kind: 'session'; readonly sessionId: string }
  | { readonly kind: 'payload'; readonly format: string; readonly bytes: Uint8Array }

/**
 * What a face is known by: bytes that Billfold keeps sealed, or the name of a face in the vendor's store. The format has
 * the version in it (`acme-128/2`): a template of another format than the verifier's own is enrolled anew, never compared.
 */
export type Template =
  | { readonly kind: 'inline'; readonly format: string; readonly bytes: Uint8Array }
  | { readonly kind: 'reference'; readonly format: string; readonly reference: string }

/**
 * What a verifier decided, by thresholds of its own. `uncertain`: it may be, but nothing may rest on it (two people within
 * the margin). `retry`: the evidence was not good enough to tell. Scores are shown and recorded, never compared.
 */
export interface Outcome {
  readonly decision: 'pass' | 'fail' | 'uncertain' | 'retry'
  readonly score?: number
  readonly threshold?: number
  readonly reasons: readonly Reason[]
  readonly model: { readonly name: string; readonly version: string }
}

/** What a verifier can do. */
export interface VerifierCapabilities {
  /** Whether it can say whose face it is, among many. */
  readonly identify: boolean
  /**
   * The templates that it makes. `bytes` is the length of an inline template, the same for all of its format, so that a
   * gallery is packed into rows.
   */
  readonly templates:
    | { readonly kind: 'inline'; readonly format: string; readonly bytes: number }
    | { readonly kind: 'reference'; readonly format: string }
  /** `challenge`: by frames of steps that it asks for. `session`: by a session at the vendor. `none`: it cannot tell. */
  readonly liveness: 'none' | 'challenge' | 'session'
  /** What the liveness check is good for: `certified` was tested against ISO/IEC 30107-3 by somebody else. */
  readonly assurance: 'none' | 'basic' | 'certified'
}

/** What every operation is told beside its input. */
export interface VerifierContext {
  readonly tenant: string
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/**
 * A liveness check that was started. Billfold keeps `state` sealed and gives it back with the evidence, in any process of
 * the host; `client` goes to the browser as it is.
 */
export interface StartedLiveness {
  /** At most 4 KiB, as UTF-8. */
  readonly state: string
  /** JSON, at most 4 KiB: the steps of a challenge as `{ steps: string[] }`, or what the vendor's SDK needs. */
  readonly client: Readonly<Record<string, unknown>>
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/**
 * The templates of a community, packed: row `i` is `bytes.subarray(i * rowBytes, (i + 1) * rowBytes)`, a template of the
 * verifier's format, and belongs to the person with the number `people[i]`. Rows below `rows` never change for one `bytes`:
 * later templates of the same gallery come behind them. The memory is shared (`SharedArrayBuffer`), so a worker thread reads it without a copy.
 */
export interface InlineGallery {
  readonly kind: 'inline'
  readonly rows: number
  readonly rowBytes: number
  readonly bytes: Uint8Array
  readonly people: Uint32Array
}

/** The people among whom one is looked for: templates given, or a collection in the vendor's store. */
export type Gallery = InlineGallery | { readonly kind: 'reference'; readonly collection: string }

/** Who was found: the number of the person in an inline gallery, or the reference of a template in the vendor's store. */
export type Match =
  | { readonly kind: 'inline'; readonly person: number }
  | { readonly kind: 'reference'; readonly reference: string }

/**
 * Tells faces apart. One interface for a model in this process and for a vendor's service.
 *
 * Operations may reject, and may never settle: Billfold gives each a time limit, checks what it answers against
 * `capabilities`, and takes anything else for an outage, which is a 503 and never a pass. Evidence of a kind that a
 * verifier does not take has the outcome `fail` with the reason `other`. No operation may log images or templates.
 */
export interface BiometricVerifier {
  /** For messages and the audit trail: `billfold-face`. */
  readonly name: string
  readonly capabilities: VerifierCapabilities
  /** How many calls it works on at once, at least 1: 8 where it does not say. More wait, and their time begins with their turn. */
  readonly concurrency?: number
  /** Starts a liveness check; absent where `liveness` is `none`. */
  readonly startLiveness?: (context: VerifierContext) => Promise<StartedLiveness>
  /**
   * Whether the evidence is of a live person; absent where `liveness` is `none`. A pass may give the image that shows the
   * face best, which is then the one that is compared; without one, the evidence itself is.
   */
  readonly checkLiveness?: (
    input: { readonly evidence: Evidence; readonly state: string },
    context: VerifierContext,
  ) => Promise<{ readonly outcome: Outcome; readonly image?: FaceImage }>
  /**
   * Makes templates of one person: one to ten with a pass, else none. A vendor's store keeps them in `collection`, the name
   * of the community's gallery. Fails unless all evidence shows the same face.
   */
  readonly enrol: (
    input: { readonly evidence: readonly Evidence[]; readonly collection: string },
    context: VerifierContext,
  ) => Promise<{ readonly outcome: Outcome; readonly templates: readonly Template[] }>
  /** Whether the evidence shows the person of these templates, all of one person and of the verifier's format. */
  readonly compare: (
    input: { readonly evidence: Evidence; readonly templates: readonly Template[] },
    context: VerifierContext,
  ) => Promise<Outcome>
  /**
   * Whose face it is; absent where `identify` is false. A match with a pass only; nobody near enough is a `fail`, two
   * people within the margin `uncertain`.
   */
  readonly identify?: (
    input: { readonly evidence: Evidence; readonly gallery: Gallery },
    context: VerifierContext,
  ) => Promise<{ readonly outcome: Outcome; readonly match?: Match }>
  /** Removes templates from the vendor's store; those that are not there are no error. Absent for inline templates. */
  readonly remove?: (
    input: { readonly templates: readonly Template[]; readonly collection: string },
    context: VerifierContext,
  ) => Promise<void>
  /** Ends workers and connections. */
  readonly close?: () => Promise<void>
}
