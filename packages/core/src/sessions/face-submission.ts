import type { VerificationConfiguration } from '../biometrics/configurations.ts'
import type { FacePerson } from '../biometrics/people.ts'
import type { Evidence, FaceImage, Outcome, Template } from '../biometrics/verifier.ts'
import type { ProvenDevice } from '../devices/device-key.ts'
import type { Write } from '../storage/index.ts'
import type { CountedAttempt } from './face-attempt.ts'
import type { FaceResult } from './face-result.ts'
import type { SessionRow } from './session.ts'

/** The evidence presented to show a face: a still image, or the input of a liveness check. */
export interface BroughtEvidence {
  readonly selfie?: FaceImage | undefined
  readonly frames?: readonly FaceImage[] | undefined
  /** The id of a liveness session at the vendor. */
  readonly livenessSessionId?: string | undefined
  /** The payload produced by the vendor's SDK. */
  readonly payload?: { readonly format: string; readonly bytes: Uint8Array } | undefined
}

/** The input of a face step. */
export interface FaceSubmission extends BroughtEvidence {
  readonly sessionId: string
  /** The X coordinate of the caller's public key, base64url. */
  readonly callerKey: string
  /** The secret from the browser's session cookie. */
  readonly browserSecret?: string | undefined
  /** The device, if it proved possession of its key. */
  readonly device?: ProvenDevice | undefined
  /** The device's own label, unverified. */
  readonly deviceId?: string | undefined
  readonly cameraIndicator?: Readonly<Record<string, unknown>> | undefined
  /** True if a PIN is submitted too; it must then be correct whatever the configuration says. */
  readonly withPin?: boolean | undefined
}

/** The verifier's result for one attempt. */
export type Seen =
  | { readonly kind: 'rejected'; readonly outcome: Outcome }
  | { readonly kind: 'not-enrolled' | 're-enrol' }
  | SeenMatch
  | SeenToEnrol

/** A face that matched a user. */
export interface SeenMatch {
  readonly kind: 'matched'
  readonly userId: string
  readonly person: FacePerson
  readonly evidence: Evidence
  readonly outcome: Outcome
  readonly liveness: Outcome | undefined
}

/** A face that can be enrolled. `person` is the user's face record at the time of the comparison; undefined if there was none. */
export interface SeenToEnrol {
  readonly kind: 'enrollable'
  readonly userId: string
  readonly person: FacePerson | undefined
  readonly templates: readonly Template[]
  readonly evidence: Evidence
  readonly outcome: Outcome
  readonly liveness: Outcome | undefined
}

/** The context in which the result of an attempt is applied. */
export interface Attempted {
  readonly session: SessionRow
  readonly configuration: VerificationConfiguration
  readonly submission: FaceSubmission
  readonly attempt: CountedAttempt
}

/** The outcome of a step: its result, and the writes that apply it. */
export interface Settled {
  readonly result: FaceResult
  readonly writes: readonly Write[]
}
