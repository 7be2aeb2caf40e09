import type {
  BiometricVerifier,
  Evidence,
  FaceImage,
  Gallery,
  Match,
  Outcome,
  StartedLiveness,
  Template,
  VerifierContext,
} from '@billfold/core/biometrics'
import { challengeReasons } from './challenge.ts'
import { descriptorOf, distance, templateBytes, templateFormat, templateOf } from './descriptors.ts'
import { type FaceThread, faceThread } from './face-thread.ts'
import type { Face, Finding } from './findings.ts'
import { limits } from './limits.ts'
import { challengeIn, framesFor, startChallenge } from './liveness.ts'
import { byDistance, pass, refusal, retry } from './outcomes.ts'
import type { Nearest } from './messages.ts'

/** What a host can decide about the verifier. */
export interface FaceVerifierOptions {
  /** How many jobs wait for the thread before one more is refused with `server.busy`: 32. */
  readonly queue?: number
  /** Milliseconds that one job may take before its thread is taken for hung: 20,000. */
  readonly jobTime?: number
  /** `javascript` leaves sharp alone, also where the host has installed it: `best`. */
  readonly decoder?: 'best' | 'javascript'
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/**
 * A verifier with a face model of its own: no native code, no download, no service. It runs in a worker thread, which starts
 * with the first image and takes about 0.5 s for each on one core and up to 370 MB.
 *
 * Its liveness check is a challenge (turn the head, open the mouth): `basic`. It stops a photograph that is held before the
 * camera, and does not stop a recording that was made for it, a mask or a generated video.
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 * import { faceVerifier } from '@billfold/verifier-face'
 *
 * const verifier = faceVerifier()
 * const billfold = createBillfold({ storage: memoryStorage(), keyring: environmentKeyring(), authentication: { verifier } })
 * // when the host ends: await verifier.close()
 * ```
 */
export function faceVerifier(
  options: FaceVerifierOptions = {},
): BiometricVerifier & { readonly close: () => Promise<void> } {
  const { queue = 32, jobTime = 20_000, decoder = 'best', now = Date.now } = options
  const thread = faceThread({ queue, jobTime, decoder })
  return {
    name: 'billfold-face',
    capabilities: {
      identify: true,
      templates: { kind: 'inline', format: templateFormat, bytes: templateBytes },
      liveness: 'challenge',
      assurance: 'basic',
    },
    // One is looked at, and the next is there when it is done.
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
  thread: FaceThread,
  now: number,
  state: string,
  evidence: Evidence,
  context: VerifierContext,
): Promise<{ outcome: Outcome; image?: FaceImage }> {
  const challenge = challengeIn(state)
  if (challenge === undefined) return { outcome: refusal(['other']) }
  if (challenge.expiresAt <= now) return { outcome: refusal(['expired']) }
  const frames = framesFor(challenge, evidence)
  const [straight] = frames
  if (straight === undefined) return { outcome: refusal(['challenge_failed']) }
  const findings = await analyse(thread, frames, context)
  // A head that was asked to turn is turned, and a frame taken in movement is no sharper than that.
  const poor = findings.flatMap(({ reasons }, index) =>
    index === 0
      ? reasons
      : reasons.filter((reason) => reason === 'no_face' || reason === 'multiple_faces' || reason === 'other'),
  )
  if (poor.length > 0) return { outcome: retry([...new Set(poor)]) }
  const reasons = challengeReasons(challenge.steps, facesOf(findings))
  return reasons.length > 0 ? { outcome: refusal(reasons) } : { outcome: pass(), image: straight }
}

async function enrol(
  thread: FaceThread,
  evidence: readonly Evidence[],
  context: VerifierContext,
): Promise<{ outcome: Outcome; templates: readonly Template[] }> {
  const images = evidence.flatMap((one) => (one.kind === 'image' ? [one.image] : []))
  if (images.length !== evidence.length || images.length === 0 || images.length > limits.mostTemplates)
    return { outcome: refusal(['other']), templates: [] }
  const findings = await analyse(thread, images, context)
  const poor = new Set(findings.flatMap(({ reasons }) => reasons))
  if (poor.size > 0) return { outcome: retry([...poor]), templates: [] }
  const faces = facesOf(findings)
  const apart = faces.flatMap((one) => faces.map((other) => distance(one.descriptor, other.descriptor)))
  const farthest = Math.max(...apart)
  if (farthest > limits.verifyDistance)
    return { outcome: byDistance('fail', farthest, limits.verifyDistance), templates: [] }
  return { outcome: pass(), templates: faces.map(({ descriptor }) => templateOf(descriptor)) }
}

async function compare(
  thread: FaceThread,
  evidence: Evidence,
  templates: readonly Template[],
  context: VerifierContext,
): Promise<Outcome> {
  const known = templates.map(descriptorOf).filter((descriptor) => descriptor !== undefined)
  if (known.length !== templates.length || known.length === 0) return refusal(['other'])
  const seen = await oneFace(thread, evidence, context)
  if ('outcome' in seen) return seen.outcome
  const nearest = Math.min(...known.map((descriptor) => distance(descriptor, seen.face.descriptor)))
  return byDistance(nearest <= limits.verifyDistance ? 'pass' : 'fail', nearest, limits.verifyDistance)
}

async function identify(
  thread: FaceThread,
  evidence: Evidence,
  gallery: Gallery,
  context: VerifierContext,
): Promise<{ outcome: Outcome; match?: Match }> {
  if (gallery.kind !== 'inline' || gallery.rowBytes !== templateBytes) return { outcome: refusal(['other']) }
  const seen = await oneFace(thread, evidence, context)
  if ('outcome' in seen) return { outcome: seen.outcome }
  const { bytes, people, rows } = gallery
  const job = { kind: 'scan', descriptor: seen.face.descriptor, gallery: { bytes, people, rows } } as const
  const answer = await thread.run(job, context.signal)
  return decided(answer.kind === 'scan' ? answer.nearest : undefined)
}

function decided(nearest: Nearest | undefined): { outcome: Outcome; match?: Match } {
  if (nearest === undefined) return { outcome: refusal([]) }
  const { person, distance: apart, nextDistance } = nearest
  const near = apart <= limits.identifyDistance
  const alone = nextDistance - apart >= limits.identifyMargin
  const decision = near ? (alone ? 'pass' : 'uncertain') : 'fail'
  const outcome = byDistance(decision, apart, limits.identifyDistance)
  return decision === 'pass' ? { outcome, match: { kind: 'inline', person } } : { outcome }
}

/** The one good face of an image, or the outcome that there is none. */
async function oneFace(
  thread: FaceThread,
  evidence: Evidence,
  context: VerifierContext,
): Promise<{ readonly face: Face } | { readonly outcome: Outcome }> {
  if (evidence.kind !== 'image') return { outcome: refusal(['other']) }
  const [finding] = await analyse(thread, [evidence.image], context)
  if (finding?.face === undefined || finding.reasons.length > 0)
    return { outcome: retry(finding?.reasons ?? ['other']) }
  return { face: finding.face }
}

async function analyse(
  thread: FaceThread,
  images: readonly FaceImage[],
  { signal }: VerifierContext,
): Promise<readonly Finding[]> {
  const encoded = images.map(({ mediaType, bytes }) => ({ mediaType, bytes }))
  const answer = await thread.run({ kind: 'analyse', images: encoded }, signal)
  if (answer.kind !== 'analyse' || answer.findings.length !== images.length)
    throw new Error('The thread answered something else')
  return answer.findings
}

function facesOf(findings: readonly Finding[]): Face[] {
  return findings.flatMap(({ face }) => (face === undefined ? [] : [face]))
}
