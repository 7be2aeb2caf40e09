import type { FaceImage, LivenessCheck } from '@billfold/core/biometrics'
import {
  portraitPixels,
  type Presentation,
  presentFrames,
  type PresentedStep,
  seededRandom,
  straight,
  toImage,
} from '@billfold/test-photos'
import { afterAll, describe, expect, test } from 'vitest'
import { hammingDistance } from './frame-hashes.ts'
import { thresholds } from './thresholds.ts'
import { faceVerifier } from './verifier.ts'

const verifier = faceVerifier()
afterAll(() => verifier.close())

const context = { tenant: 't', signal: new AbortController().signal }
const person = await portraitPixels(straight)
const rendered = new Map<string, Promise<Buffer[]>>()

/** Renders a presentation, once. */
function present(kind: Presentation, steps: readonly PresentedStep[], seed = 1): Promise<Buffer[]> {
  const key = JSON.stringify([kind, steps, seed])
  const frames = rendered.get(key) ?? presentFrames(kind, person, steps, seededRandom(seed))
  rendered.set(key, frames)
  return frames
}

async function check(steps: readonly PresentedStep[], jpegs: readonly Buffer[]): Promise<LivenessCheck> {
  const frames = jpegs.map((bytes): FaceImage => ({ mediaType: 'image/jpeg', bytes, width: 640, height: 640 }))
  const state = JSON.stringify({ steps, expiresAt: Date.now() + 60_000 })
  const checked = await verifier.checkLiveness?.({ evidence: { kind: 'frames', frames }, state }, context)
  if (checked === undefined) throw new Error('the verifier checks liveness')
  return checked
}

const steps = ['turn_left', 'open_mouth', 'turn_right'] as const
const spoof = { outcome: { decision: 'fail', reasons: ['spoof'] } }

// The complete measurement is benchmarks/src/liveness-attacks.ts.
describe('the liveness check', () => {
  test('passes a head that turns, and returns three images to enrol and the hashes of the frames', async () => {
    const checked = await check(steps, await present('live person (rendered)', steps))
    expect(checked.outcome).toMatchObject({ decision: 'pass', reasons: [] })
    expect(checked.furtherImages).toHaveLength(2)
    expect(checked.frameHashes?.hashes.map(({ length }) => length)).toEqual([32, 32, 32, 32])
    const evidence = [checked.image, ...(checked.furtherImages ?? [])].flatMap((image) =>
      image === undefined ? [] : [{ kind: 'image' as const, image }],
    )
    const { outcome, templates } = await verifier.enrol({ evidence, collection: 'c' }, context)
    expect(outcome.decision).toBe('pass')
    expect(templates).toHaveLength(3)
  })

  test.each([
    'warped still',
    'warped still, moved',
    'prints of warped stills',
    'stills of a video on a screen',
  ] as const)('rejects %s whose faces show the steps', async (kind) => {
    const shown = ['turn_left', 'open_mouth', 'turn_left'] as const
    expect(await check(shown, await present(kind, shown))).toMatchObject(spoof)
  })

  test('rejects one frame for two steps, also if it was encoded again', async () => {
    const again = ['turn_left', 'turn_right', 'turn_left'] as const
    const [first, left, right] = await present('live person (rendered)', again)
    if (!first || !left || !right) throw new Error('expected frames')
    const encodedAgain = await toImage(person)
      .composite([{ input: left }])
      .jpeg({ quality: 70 })
      .toBuffer()
    for (const repeated of [left, encodedAgain])
      expect(await check(again, [first, left, right, repeated])).toMatchObject(spoof)
    expect((await check(again, await present('live person (rendered)', again))).outcome.decision).toBe('pass')
  })

  test('does not reject stills of a video that are sent as frames: they are what a live person sends', async () => {
    expect((await check(steps, await present('stills of a video', steps))).outcome.decision).toBe('pass')
  })
})

test('the hash of a frame is near that of the same frame encoded again, and far from that of another frame of the same person', async () => {
  const hashes = async (jpegs: readonly Buffer[]) => (await check(steps, jpegs)).frameHashes?.hashes ?? []
  const frames = await present('live person (rendered)', steps)
  const again = await Promise.all(
    frames.map((bytes) =>
      toImage(person)
        .composite([{ input: bytes }])
        .jpeg({ quality: 75 })
        .toBuffer(),
    ),
  )
  const original = await hashes(frames)
  const distances = async (others: readonly Buffer[]) => {
    const other = await hashes(others)
    return original.map((hash, index) => hammingDistance(hash, other[index] ?? new Uint8Array(32)))
  }
  expect(Math.min(...(await distances(again)))).toBeLessThanOrEqual(thresholds.samePictureDistance)
  const later = await distances(await present('live person (rendered)', steps, 2))
  expect(Math.min(...later)).toBeGreaterThan(thresholds.samePictureDistance)
})
