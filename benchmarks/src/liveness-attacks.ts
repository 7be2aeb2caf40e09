import type { FaceImage } from '@billfold/core/biometrics'
import {
  anna,
  others,
  portraitPixels,
  type Presentation,
  presentations,
  type PresentedStep,
  presentFrames,
  seededRandom,
} from '@billfold/test-photos'
import { faceVerifier } from '@billfold/verifier-face'

// Success rates of presentation attacks on the liveness check of the embedded verifier, on photos of an npm package:
// node dist/liveness-attacks.js [challenges per person and attack] [people]

const context = { tenant: 'benchmark', signal: new AbortController().signal }
const [challenges = 3, people = Number.POSITIVE_INFINITY] = process.argv.slice(2).map(Number)
const verifier = faceVerifier()

const allSteps: readonly PresentedStep[] = ['turn_left', 'turn_right', 'open_mouth']

function parseSteps(steps: unknown): PresentedStep[] {
  return Array.isArray(steps) ? steps.flatMap((step: unknown) => allSteps.filter((known) => known === step)) : []
}

/** Results of one kind of presentation. `poses`: the steps were shown, which was all that was checked before. */
interface Tally {
  challenges: number
  poses: number
  passed: number
}

/** Counts how many random challenges a presentation passes. */
async function attack(
  kind: Presentation,
  portrait: (typeof others)[number],
  random: () => number,
  tally: Tally,
): Promise<void> {
  const pixels = await portraitPixels(portrait)
  for (let round = 0; round < challenges; round++) {
    const started = await verifier.startLiveness?.(context)
    if (started === undefined) throw new Error('the verifier checks liveness')
    const jpegs = await presentFrames(kind, pixels, parseSteps(started.client['steps']), random)
    const frames = jpegs.map((bytes): FaceImage => ({ mediaType: 'image/jpeg', bytes, width: 640, height: 640 }))
    const checked = await verifier.checkLiveness?.(
      { evidence: { kind: 'frames', frames }, state: started.state },
      context,
    )
    const spoof = checked?.outcome.reasons.includes('spoof') === true
    const passed = checked?.outcome.decision === 'pass'
    tally.challenges++
    if (passed || spoof) tally.poses++
    if (passed) tally.passed++
  }
}

const kinds = Object.keys(presentations).filter((name): name is Presentation => name in presentations)
const percent = (part: number, whole: number): string => `${((part / Math.max(1, whole)) * 100).toFixed(0)} %`
const portraits = [...anna, ...others].slice(0, people)
console.log('| presentation | challenges | passed by poses alone | passed |\n|---|---|---|---|')
for (const kind of kinds) {
  const random = seededRandom(20)
  const tally: Tally = { challenges: 0, poses: 0, passed: 0 }
  for (const portrait of portraits) await attack(kind, portrait, random, tally)
  const { challenges: count, poses, passed } = tally
  console.log(`| ${kind} | ${count} | ${percent(poses, count)} | ${percent(passed, count)} |`)
}
await verifier.close()
