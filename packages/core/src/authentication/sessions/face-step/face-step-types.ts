import type { FacePersonRow } from '../../../identity/biometrics/face-people.ts'
import type { PresentedEvidence } from '../../../identity/biometrics/presented-evidence.ts'
import type { VerificationConfiguration } from '../../../identity/biometrics/verification-configurations.ts'
import type { Evidence, FaceTemplate, FrameHashes, VerifierOutcome } from '../../../identity/biometrics/verifier.ts'
import type { VerifiedDevice } from '../../../identity/devices/device-key.ts'
import type { SessionRow } from '../session.ts'
import type { FaceAttempt } from './face-attempts.ts'

/** The input of a face step. */
export interface FaceStepInput extends PresentedEvidence {
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

/** A face that matched a user. `person` is the user's face record as read before the templates that were compared. */
export interface FaceMatched {
  readonly kind: 'matched'
  readonly userId: string
  readonly person: FacePersonRow
  readonly evidence: Evidence
  readonly outcome: VerifierOutcome
  readonly liveness: VerifierOutcome | undefined
  /** Hashes of the frames of the liveness check; undefined if there were none. */
  readonly frameHashes: FrameHashes | undefined
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
  /** Hashes of the frames of the liveness check; undefined if there were none. */
  readonly frameHashes: FrameHashes | undefined
}

/** A face attempt that was counted and verified, and what its outcome is applied to. */
export interface VerifiedAttempt {
  /** The session as it is after the attempt was counted. */
  readonly session: SessionRow
  readonly configuration: VerificationConfiguration
  readonly input: FaceStepInput
  readonly attempt: FaceAttempt
  readonly faceCheck: FaceCheck
}
