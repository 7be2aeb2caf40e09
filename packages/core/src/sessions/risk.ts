import { z } from 'zod'
import type { Outcome, VerifierCapabilities } from '../biometrics/verifier.ts'

/** What is known when a face has matched. */
export interface RiskInput {
  readonly tenant: string
  readonly community: string
  readonly userId: string
  /** Which attempt of the session it was, from 1. */
  readonly attempt: number
  /** `trusted`: it has shown a key that the user trusts. `new`: it has shown another. `unknown`: it has shown none. */
  readonly device: 'trusted' | 'new' | 'unknown'
  /** What the page says about the camera, as it came: nothing in it is proven. */
  readonly cameraIndicator: Readonly<Record<string, unknown>>
  readonly liveness: Outcome | undefined
  readonly comparison: Outcome
  readonly assurance: VerifierCapabilities['assurance']
}

/** Whether to let the user in, to ask for the PIN first, or to refuse. */
export type RiskDecision = 'allow' | 'step-up' | 'deny'

/** Decides about the risk of a login; a host can bring its own. One that throws is taken for `deny`. */
export type AssessRisk = (input: RiskInput) => RiskDecision | Promise<RiskDecision>

const virtualCamera = /\b(?:virtual|obs|manycam|snap camera|droidcam|epoccam|xsplit|splitcam|fake)\b/i
const indicators = z.object({ label: z.string(), isVirtual: z.boolean(), virtual: z.boolean() }).partial()

/**
 * Refuses cameras that call themselves virtual, and asks for the PIN where the device is not a trusted one and either nothing has
 * shown that a live person is there, or more than two attempts were needed.
 */
export const defaultAssessment: AssessRisk = ({ cameraIndicator, device, liveness, attempt }) => {
  const camera = indicators.safeParse(cameraIndicator).data
  if (camera?.isVirtual === true || camera?.virtual === true || virtualCamera.test(camera?.label ?? '')) return 'deny'
  if (device === 'trusted') return 'allow'
  return liveness === undefined || attempt > 2 ? 'step-up' : 'allow'
}
