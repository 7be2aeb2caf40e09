import type { VerificationConfiguration } from '../../../identity/biometrics/verification-configurations.ts'
import type { FacePersonRow } from '../../../identity/biometrics/face-people.ts'
import type { Evidence, FaceImage, VerifierOutcome, FaceTemplate } from '../../../identity/biometrics/verifier.ts'
import type { VerifiedDevice } from '../../../identity/devices/device-key.ts'
import type { Write } from '../../../kernel/storage/index.ts'
import type { FaceAttempt } from './face-attempts.ts'
import type { FaceStepResult } from './face-step-result.ts'
import type { SessionRow } from '../session.ts'

/** The evidence presented to show a face: a still image, or the input of a liveness check. */
export interface PresentedEvidence {
  readonly selfie?: FaceImage | undefined
  readonly frames?: readonly FaceImage[] | undefined
  /** The id of a liveness session at the vendor. */
  readonly livenessSessionId?: string | undefined
  /** The payload produced by the vendor's SDK. */
  readonly payload?: { readonly format: string; readonly bytes: Uint8Array } | undefined
}

/** The input of a face step. */
export interface FaceStepInput extends PresentedEvidence {
  readonly sessionId: string
  /** The X coordinate of the caller's public key, base64url. */
  readonly callerKey: string
  /** The secret from the browser's session cookie. */
  readonly browserSecret?: string | undefined
  /** The device, if it proved possession of its key. */
  readonly device?: VerifiedDevice | undefined
  /** The device's own label, unverified. */
  readonly deviceId?: string | undefined
  readonly cameraIndicator?: Readonly<Record<string, unknown>> | undefined
  /** True if a PIN is submitted too; it must then be correct whatever the configuration says. */
  readonly withPin?: boolean | undefined
}

/** The verifier's result for one attempt. */
export type FaceCheck =
  | { readonly kind: 'rejected'; readonly outcome: VerifierOutcome }
  | { readonly kind: 'not-enrolled' | 're-enrol' }
  | FaceMatched
  | FaceEnrollable

/** A face that matched a user. */
export interface FaceMatched {
  readonly kind: 'matched'
  readonly userId: string
  readonly person: FacePersonRow
  readonly evidence: Evidence
  readonly outcome: VerifierOutcome
  readonly liveness: VerifierOutcome | undefined
}

/** A face that can be enrolled. `person` is the user's face record at the time of the comparison; undefined if there was none. */
export interface FaceEnrollable {
  readonly kind: 'enrollable'
  readonly userId: string
  readonly person: FacePersonRow | undefined
  readonly templates: readonly FaceTemplate[]
  readonly evidence: Evidence
  readonly outcome: VerifierOutcome
  readonly liveness: VerifierOutcome | undefined
}

/** The context in which the result of an attempt is applied. */
export interface FaceAttemptContext {
  readonly session: SessionRow
  readonly configuration: VerificationConfiguration
  readonly input: FaceStepInput
  readonly attempt: FaceAttempt
}

/** The outcome of a step: its result, and the writes that apply it. */
export interface StepOutcome {
  readonly result: FaceStepResult
  readonly writes: readonly Write[]
}
