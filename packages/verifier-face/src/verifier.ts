import type {
  BiometricVerifier,
  Evidence,
  FaceImage,
  Gallery,
  GalleryMatch,
  LivenessCheck,
  VerifierOutcome,
  StartedLiveness,
  FaceTemplate,
  VerifierContext,
} from '@billfold/core/biometrics'
import { findChallengeFailures } from './challenge.ts'
import { decodeDescriptor, descriptorDistance, templateBytes, templateFormat, encodeDescriptor } from './descriptors.ts'
import { toFrameHashes } from './frame-hashes.ts'
import { type FaceWorker, createFaceWorker } from './face-worker.ts'
import type { MeasuredFace, ImageFinding } from './findings.ts'
import { thresholds } from './thresholds.ts'
import { parseChallenge, selectChallengeFrames, startChallenge } from './liveness.ts'
import { outcomeByDistance, passOutcome, failOutcome, retryOutcome } from './outcomes.ts'
import type { NearestPerson } from './messages.ts'

/** Options of the face verifier. */
export interface FaceVerifierOptions {
  /** Maximum number of waiting jobs; further ones fail with `server.busy`. Default: 32. */
  readonly queue?: number
  /** Timeout of one job in milliseconds; the worker thread is terminated afterwards. Default: 20,000. */
  readonly jobTimeoutMs?: number
  /** Image decoder: `best` uses sharp if the host has installed it, `javascript` never does. Default: `best`. */
  readonly decoder?: 'best' | 'javascript'
  /** Clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number
}

/**
 * Creates a face verifier with a bundled model: no native code, no download, no service. It runs in one worker thread, which
 * starts with the first image. An image takes about 0.5 s on one core; the thread needs up to 370 MB.
 *
 * The liveness check is a challenge (turn the head, open the mouth) with the assurance `basic`. It stops a photo presented to
 * the camera and simple warping of a photo, but not a prepared recording, a mask, a rendered head or a generated video.
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 * import { faceVerifier } from '@billfold/verifier-face'
 *
 * const verifier = faceVerifier()
 * const billfold = createBillfold({ storage: memoryStorage(), keyring: environmentKeyring(), authentication: { verifier } })
 * // on shutdown: await verifier.close()
 * ```
 */
export function faceVerifier(
  options: FaceVerifierOptions = {},
): BiometricVerifier & { readonly close: () => Promise<void> } {
  const { queue = 32, jobTimeoutMs = 20_000, decoder = 'best', now = Date.now } = options
  const thread = createFaceWorker({ queue, jobTimeoutMs, decoder })
  return {
    name: 'billfold-face',
    capabilities: {
      identify: true,
      templates: { kind: 'inline', format: templateFormat, bytes: templateBytes },
      liveness: 'challenge',
      assurance: 'basic',
    },
    // One image is processed while the next one waits in the worker's queue.
    concurrency: 2,
    startLiveness: () => Promise.resolve<StartedLiveness>(startChallenge(now())),
    checkLiveness: ({ evidence, state }, context) => checkLiveness(thread, now(), state, evidence, context),
    enrol: ({ evidence }, context) => enrol(thread, evidence, context),
    compare: ({ evidence, templates }, context) => compare(thread, evidence, templates, context),
    identify: ({ evidence, gallery }, context) => identify(thread, evidence, gallery, context),
    close: () => thread.close(),
  }
}

async function checkLiveness(
  thread: FaceWorker,
  now: number,
  state: string,
  evidence: Evidence,
  context: VerifierContext,
): Promise<LivenessCheck> {
  const challenge = parseChallenge(state)
  if (challenge === undefined) return { outcome: failOutcome(['other']) }
  if (challenge.expiresAt <= now) return { outcome: failOutcome(['expired']) }
  const images = selectChallengeFrames(challenge, evidence)
  const [straight] = images
  if (straight === undefined) return { outcome: failOutcome(['challenge_failed']) }
  if (haveEqualBytes(images)) return { outcome: failOutcome(['spoof']) }
  const findings = await analyse(thread, images, context, true)
  // The frames of steps show a turned head in motion, so only the first frame must meet all quality checks.
  const poor = findings.flatMap(({ reasons }, index) =>
    index === 0
      ? reasons
      : reasons.filter((reason) => reason === 'no_face' || reason === 'multiple_faces' || reason === 'other'),
  )
  if (poor.length > 0) return { outcome: retryOutcome([...new Set(poor)]) }
  const frames = findings.flatMap(({ face, frame }) =>
    face === undefined || frame === undefined ? [] : [{ face, frame }],
  )
  const reasons = findChallengeFailures(challenge.steps, frames)
  if (reasons.length > 0) return { outcome: failOutcome(reasons) }
  return {
    outcome: passOutcome(),
    image: straight,
    furtherImages: selectEnrolmentImages(images, findings),
    frameHashes: toFrameHashes(frames.map(({ frame }) => frame)),
  }
}

/** Returns true if two images have the same bytes: a camera never takes the same picture twice. */
function haveEqualBytes(images: readonly FaceImage[]): boolean {
  return images.some(({ bytes }, index) =>
    images.slice(0, index).some((other) => Buffer.compare(other.bytes, bytes) === 0),
  )
}

/** Selects frames of steps that are good enough to enrol together with the first one: near to it, and to each other. */
function selectEnrolmentImages(images: readonly FaceImage[], findings: readonly ImageFinding[]): readonly FaceImage[] {
  const selected: FaceImage[] = []
  const descriptors = findings.slice(0, 1).flatMap(({ face }) => (face === undefined ? [] : [face.descriptor]))
  for (const [index, { reasons, face }] of findings.entries()) {
    const image = images[index]
    if (index === 0 || image === undefined || face === undefined || reasons.length > 0) continue
    const near = descriptors.every((other) => descriptorDistance(other, face.descriptor) <= thresholds.verifyDistance)
    if (!near || selected.length + 1 >= thresholds.enrolmentImages) continue
    descriptors.push(face.descriptor)
    selected.push(image)
  }
  return selected
}

async function enrol(
  thread: FaceWorker,
  evidence: readonly Evidence[],
  context: VerifierContext,
): Promise<{ outcome: VerifierOutcome; templates: readonly FaceTemplate[] }> {
  const images = evidence.flatMap((one) => (one.kind === 'image' ? [one.image] : []))
  if (images.length !== evidence.length || images.length === 0 || images.length > thresholds.maxTemplates)
    return { outcome: failOutcome(['other']), templates: [] }
  const findings = await analyse(thread, images, context)
  const poor = new Set(findings.flatMap(({ reasons }) => reasons))
  if (poor.size > 0) return { outcome: retryOutcome([...poor]), templates: [] }
  const faces = collectFaces(findings)
  const apart = faces.flatMap((one) => faces.map((other) => descriptorDistance(one.descriptor, other.descriptor)))
  const farthest = Math.max(...apart)
  if (farthest > thresholds.verifyDistance)
    return { outcome: outcomeByDistance('fail', farthest, thresholds.verifyDistance), templates: [] }
  return { outcome: passOutcome(), templates: faces.map(({ descriptor }) => encodeDescriptor(descriptor)) }
}

async function compare(
  thread: FaceWorker,
  evidence: Evidence,
  templates: readonly FaceTemplate[],
  context: VerifierContext,
): Promise<VerifierOutcome> {
  const known = templates.map(decodeDescriptor).filter((descriptor) => descriptor !== undefined)
  if (known.length !== templates.length || known.length === 0) return failOutcome(['other'])
  const result = await analyseOneFace(thread, evidence, context)
  if ('outcome' in result) return result.outcome
  const nearest = Math.min(...known.map((descriptor) => descriptorDistance(descriptor, result.face.descriptor)))
  return outcomeByDistance(nearest <= thresholds.verifyDistance ? 'pass' : 'fail', nearest, thresholds.verifyDistance)
}

async function identify(
  thread: FaceWorker,
  evidence: Evidence,
  gallery: Gallery,
  context: VerifierContext,
): Promise<{ outcome: VerifierOutcome; match?: GalleryMatch }> {
  if (gallery.kind !== 'inline' || gallery.rowBytes !== templateBytes) return { outcome: failOutcome(['other']) }
  const result = await analyseOneFace(thread, evidence, context)
  if ('outcome' in result) return { outcome: result.outcome }
  const { bytes, people, rows } = gallery
  const job = { kind: 'scan', descriptor: result.face.descriptor, gallery: { bytes, people, rows } } as const
  const answer = await thread.run(job, context.signal)
  return decide(answer.kind === 'scan' ? answer.nearest : undefined)
}

/** Decides an identification by the distances of the nearest and the next person. */
function decide(nearest: NearestPerson | undefined): { outcome: VerifierOutcome; match?: GalleryMatch } {
  if (nearest === undefined) return { outcome: failOutcome([]) }
  const { person, distance: apart, nextDistance } = nearest
  const near = apart <= thresholds.identifyDistance
  const alone = nextDistance - apart >= thresholds.identifyMargin
  const decision = near ? (alone ? 'pass' : 'uncertain') : 'fail'
  const outcome = outcomeByDistance(decision, apart, thresholds.identifyDistance)
  return decision === 'pass' ? { outcome, match: { kind: 'inline', person } } : { outcome }
}

/** Analyses an image that must show exactly one face of sufficient quality; otherwise returns the outcome. */
async function analyseOneFace(
  thread: FaceWorker,
  evidence: Evidence,
  context: VerifierContext,
): Promise<{ readonly face: MeasuredFace } | { readonly outcome: VerifierOutcome }> {
  if (evidence.kind !== 'image') return { outcome: failOutcome(['other']) }
  const [finding] = await analyse(thread, [evidence.image], context)
  if (finding?.face === undefined || finding.reasons.length > 0)
    return { outcome: retryOutcome(finding?.reasons ?? ['other']) }
  return { face: finding.face }
}

async function analyse(
  thread: FaceWorker,
  images: readonly FaceImage[],
  { signal }: VerifierContext,
  challenge = false,
): Promise<readonly ImageFinding[]> {
  const encoded = images.map(({ mediaType, bytes }) => ({ mediaType, bytes }))
  const answer = await thread.run({ kind: 'analyse', images: encoded, challenge }, signal)
  if (answer.kind !== 'analyse' || answer.findings.length !== images.length)
    throw new Error(`The worker returned an unexpected result: ${answer.kind}`)
  return answer.findings
}

function collectFaces(findings: readonly ImageFinding[]): MeasuredFace[] {
  return findings.flatMap(({ face }) => (face === undefined ? [] : [face]))
}
