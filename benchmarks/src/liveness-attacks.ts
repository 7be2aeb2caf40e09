import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FaceImage } from '@billfold/core/biometrics'
import {
  neutral,
  type Pixels,
  portraitPixels,
  type Presentation,
  presentations,
  type PresentedStep,
  presentFrames,
  readPixels,
  seededRandom,
} from '@billfold/test-photos'
import { faceVerifier } from '@billfold/verifier-face'

// Success rates of presentation attacks on the liveness check of the embedded verifier, on photos of an npm package:
// node dist/liveness-attacks.js [challenges per person and attack] [folder]
// The folder may hold other portraits: JPEG of 640 by 640 pixels, the face in the middle, 250 pixels wide, straight ahead, mouth closed.

const context = { tenant: 'benchmark', signal: new AbortController().signal }
const challenges = Number(process.argv[2] ?? 12)
const folder = process.argv[3]
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
async function attack(kind: Presentation, pixels: Pixels, random: () => number, tally: Tally): Promise<void> {
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
/** The people of the npm package who look straight ahead with the mouth closed: the check accepts no other first frame. */
async function readPortraits(): Promise<Pixels[]> {
  if (folder === undefined) return Promise.all(neutral.map((portrait) => portraitPixels(portrait)))
  const names = readdirSync(folder).filter((name) => name.endsWith('.jpg'))
  return Promise.all(names.map((name) => readPixels(readFileSync(join(folder, name)))))
}

const portraits = await readPortraits()
console.log('| presentation | challenges | passed by poses alone | passed |\n|---|---|---|---|')
for (const kind of kinds) {
  const random = seededRandom(20)
  const tally: Tally = { challenges: 0, poses: 0, passed: 0 }
  for (const pixels of portraits) await attack(kind, pixels, random, tally)
  const { challenges: count, poses, passed } = tally
  console.log(`| ${kind} | ${count} | ${percent(poses, count)} | ${percent(passed, count)} |`)
}
await verifier.close()
