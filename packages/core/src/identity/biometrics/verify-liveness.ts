import { createHash } from 'node:crypto'
import { type EncryptionContext, open } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import type { VerifierCaller, VerifierClient } from './verifier-client.ts'
import type { Evidence, FrameHashes, VerifierOutcome } from './verifier.ts'

/** The result of a liveness check. `live` also stands for a configuration that requires no check; `liveness` is then undefined. */
export type LivenessResult = LiveFace | { readonly kind: 'rejected'; readonly outcome: VerifierOutcome }

/** A face that passed the liveness check, or for which none is required. */
export interface LiveFace {
  readonly kind: 'live'
  /** The evidence to compare. */
  readonly evidence: Evidence
  /** Further evidence of the same face, for an enrolment. */
  readonly furtherEvidence: readonly Evidence[]
  readonly liveness: VerifierOutcome | undefined
  /** Hashes of the presented frames; undefined if there were none. */
  readonly frameHashes: FrameHashes | undefined
}

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
  if (evidence.kind === 'image')
    return { kind: 'live', evidence, furtherEvidence: [], liveness: undefined, frameHashes: undefined }
  if (sealed === null) throw new BillfoldError('liveness.required')
  const state = new TextDecoder().decode(await open(keyring, sealed, context))
  const { outcome, image, furtherImages, frameHashes } = await verifier.checkLiveness(caller, { evidence, state })
  if (outcome.decision !== 'pass') return { kind: 'rejected', outcome }
  return {
    kind: 'live',
    evidence: image === undefined ? evidence : { kind: 'image', image },
    furtherEvidence: furtherImages.map((further) => ({ kind: 'image', image: further })),
    liveness: outcome,
    frameHashes: frameHashes ?? hashFrames(evidence),
  }
}

/** Hashes the exact bytes of frames, for a verifier that returns no perceptual hashes. */
function hashFrames(evidence: Evidence): FrameHashes | undefined {
  if (evidence.kind !== 'frames') return undefined
  const hashes = evidence.frames.map(({ bytes }) => Uint8Array.from(createHash('sha256').update(bytes).digest()))
  return { format: 'sha-256', hashes, maxDistance: 0 }
}
