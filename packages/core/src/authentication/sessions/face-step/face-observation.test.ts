import { expect, test } from 'vitest'
import type { VerifierOutcome } from '../../../identity/biometrics/verifier.ts'
import { toFaceObservation } from './face-observation.ts'

const outcome = (score?: number, threshold?: number): VerifierOutcome => ({
  decision: 'pass',
  reasons: [],
  model: { name: 'test', version: '1' },
  ...(score !== undefined && { score }),
  ...(threshold !== undefined && { threshold }),
})

test.each([
  [1, 0.5, 0],
  [0.5, 0.5, 1],
  [0.75, 0.5, 0.5],
  [0.4, 0.5, 1],
  [undefined, 0.5, undefined],
  [0.9, undefined, undefined],
  [120, 80, undefined],
])('a face of score %s at the threshold %s is observed at the distance %s', (score, threshold, distance) => {
  const observed = toFaceObservation({ outcome: outcome(score, threshold), liveness: undefined })
  expect(observed.distance).toBe(distance)
})

test.each([
  [{ label: 'OBS Virtual Camera' }, true],
  [{ isVirtual: true }, true],
  [{ label: 'FaceTime HD Camera' }, false],
  [{}, undefined],
  [{ label: 7 }, undefined],
])('a camera that reports %o is observed as virtual: %s', (camera, isVirtual) => {
  const observed = toFaceObservation({ outcome: outcome(), liveness: outcome(0.7) }, camera)
  expect(observed).toEqual({ distance: undefined, liveness: 0.7, isVirtualCamera: isVirtual })
})
