import { z } from 'zod'
import type { VerifierOutcome, VerifierCapabilities } from '../../../identity/biometrics/verifier.ts'

/** The input of a risk assessment, available once a face has matched. */
export interface RiskInput {
  readonly tenant: string
  readonly community: string
  readonly userId: string
  /** The number of the attempt within the session, from 1. */
  readonly attempt: number
  /** `trusted`: the device proved possession of a key that the user trusts; `new`: of another key; `unknown`: of none. */
  readonly device: 'trusted' | 'new' | 'unknown'
  /** Information that the page reported about the camera, unverified. */
  readonly cameraIndicator: Readonly<Record<string, unknown>>
  readonly liveness: VerifierOutcome | undefined
  readonly comparison: VerifierOutcome
  readonly assurance: VerifierCapabilities['assurance']
}

/** `allow` completes the login, `step-up` requires the PIN first, `deny` fails the session. */
export type RiskDecision = 'allow' | 'step-up' | 'deny'

/**
 * Assesses the risk of a login. A host can provide its own; an assessment that throws counts as `deny`.
 *
 * @example
 * ```ts
 * import type { AuthenticationOptions } from '@billfold/core'
 *
 * const authentication: AuthenticationOptions = {
 *   assessRisk: ({ device, attempt }) => (device === 'trusted' && attempt === 1 ? 'allow' : 'step-up'),
 * }
 * ```
 */
export type AssessRisk = (input: RiskInput) => RiskDecision | Promise<RiskDecision>

const virtualCamera = /\b(?:virtual|obs|manycam|snap camera|droidcam|epoccam|xsplit|splitcam|fake)\b/i
const cameraSchema = z.object({ label: z.string(), isVirtual: z.boolean(), virtual: z.boolean() }).partial()

/** Returns whether a camera reports itself as virtual, by its name or outright; undefined if nothing was reported. */
export function isVirtualCamera(indicator: RiskInput['cameraIndicator']): boolean | undefined {
  const camera = cameraSchema.safeParse(indicator).data
  if (camera?.isVirtual === undefined && camera?.virtual === undefined && camera?.label === undefined) return undefined
  return camera.isVirtual === true || camera.virtual === true || virtualCamera.test(camera.label ?? '')
}

/**
 * The default assessment. Denies cameras that report themselves as virtual. Requires the PIN on untrusted devices, unless the liveness
 * check has the assurance `certified` and at most two attempts were needed: a check of the assurance `basic` does not stop an injected
 * video, so a face that passed it is not enough on its own, whatever the verification configuration says.
 */
export const defaultRiskAssessment: AssessRisk = ({ cameraIndicator, device, liveness, attempt, assurance }) => {
  if (isVirtualCamera(cameraIndicator) === true) return 'deny'
  if (device === 'trusted') return 'allow'
  return liveness === undefined || assurance !== 'certified' || attempt > 2 ? 'step-up' : 'allow'
}
