import { type EncryptionContext, open } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import type { VerifierCaller, VerifierClient } from './verifier-client.ts'
import type { Evidence, VerifierOutcome } from './verifier.ts'

/** The result of a liveness check. `live` also stands for a configuration that requires no check; `liveness` is then undefined. */
export type LivenessResult =
  | { readonly kind: 'live'; readonly evidence: Evidence; readonly liveness: VerifierOutcome | undefined }
  | { readonly kind: 'rejected'; readonly outcome: VerifierOutcome }

/** The verifier's state of a started liveness check, sealed; null if none was started. */
export interface SealedLiveness {
  readonly sealed: Uint8Array | null
  readonly context: EncryptionContext
}

/**
 * Has the verifier check liveness, unless the evidence is a still image.
 * @throws BillfoldError `liveness.required` if no check was started; `verifier.unavailable`, `server.busy`
 */
export async function verifyLiveness(
  { keyring }: Pick<Services, 'keyring'>,
  verifier: VerifierClient,
  caller: VerifierCaller,
  { sealed, context }: SealedLiveness,
  evidence: Evidence,
): Promise<LivenessResult> {
  if (evidence.kind === 'image') return { kind: 'live', evidence, liveness: undefined }
  if (sealed === null) throw new BillfoldError('liveness.required')
  const state = new TextDecoder().decode(await open(keyring, sealed, context))
  const { outcome, image } = await verifier.checkLiveness(caller, { evidence, state })
  if (outcome.decision !== 'pass') return { kind: 'rejected', outcome }
  return { kind: 'live', evidence: image === undefined ? evidence : { kind: 'image', image }, liveness: outcome }
}
