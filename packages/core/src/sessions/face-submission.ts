import type { VerificationConfiguration } from '../biometrics/configurations.ts'
import type { FacePerson } from '../biometrics/people.ts'
import type { Evidence, FaceImage, Outcome, Template } from '../biometrics/verifier.ts'
import type { ProvenDevice } from '../devices/device-key.ts'
import type { Write } from '../storage/index.ts'
import type { CountedAttempt } from './face-attempt.ts'
import type { FaceResult } from './face-result.ts'
import type { SessionRow } from './session.ts'

/** What a step brings to show a face: one still, or what a liveness check needs. */
export interface BroughtEvidence {
  readonly selfie?: FaceImage | undefined
  readonly frames?: readonly FaceImage[] | undefined
  /** A session at the vendor. */
  readonly livenessSessionId?: string | undefined
  /** What the vendor's SDK made. */
  readonly payload?: { readonly format: string; readonly bytes: Uint8Array } | undefined
}

/** What is submitted for a session. */
export interface FaceSubmission extends BroughtEvidence {
  readonly sessionId: string
  /** X of the public key of who submits it, base64url. */
  readonly callerKey: string
  /** The secret in the cookie of the browser. */
  readonly browserSecret?: string | undefined
  /** The device, where it has shown its key. */
  readonly device?: ProvenDevice | undefined
  /** What the device calls itself. */
  readonly deviceId?: string | undefined
  readonly cameraIndicator?: Readonly<Record<string, unknown>> | undefined
  /** Whether a PIN comes with it, which then must be right whatever the configuration says. */
  readonly withPin?: boolean | undefined
}

/** What was seen when the verifier had looked. */
export type Seen =
  | { readonly kind: 'refused'; readonly outcome: Outcome }
  | { readonly kind: 'not-enrolled' | 're-enrol' }
  | SeenMatch
  | SeenToEnrol

/** The face is that of a user. */
export interface SeenMatch {
  readonly kind: 'matched'
  readonly userId: string
  readonly person: FacePerson
  readonly evidence: Evidence
  readonly outcome: Outcome
  readonly liveness: Outcome | undefined
}

/** The face can be added to the user's, who had these templates then; `person` is undefined where there were none. */
export interface SeenToEnrol {
  readonly kind: 'to-enrol'
  readonly userId: string
  readonly person: FacePerson | undefined
  readonly templates: readonly Template[]
  readonly evidence: Evidence
  readonly outcome: Outcome
  readonly liveness: Outcome | undefined
}

/** What settling an attempt needs to know. */
export interface Attempted {
  readonly session: SessionRow
  readonly configuration: VerificationConfiguration
  readonly submission: FaceSubmission
  readonly attempt: CountedAttempt
}

/** What an attempt leads to: its result, and the writes that make it so. */
export interface Settled {
  readonly result: FaceResult
  readonly writes: readonly Write[]
}
