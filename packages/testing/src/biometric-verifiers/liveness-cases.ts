import assert from 'node:assert/strict'
import type { Evidence, StartedLiveness } from '@billfold/core/biometrics'
import { verifierContext, type VerifierUnderTest, stillEvidence, type VerifierCase } from './verifier-under-test.ts'

/** Cases for verifiers that check liveness. Other verifiers pass them trivially. */
export const livenessCases: readonly VerifierCase[] = [
  {
    name: 'starts a liveness check with a state and client message of at most 4,096 characters and a future expiry',
    run: async (subject) => {
      if (subject.verifier.startLiveness === undefined) return
      const { state, client, expiresAt } = await start(subject)
      assert.ok(state.length <= 4096)
      assert.ok(JSON.stringify(client).length <= 4096)
      assert.ok(expiresAt > Date.now())
      if (subject.verifier.capabilities.liveness !== 'challenge') return
      const steps = client['steps']
      assert.ok(Array.isArray(steps) && steps.length > 0 && steps.every((step) => typeof step === 'string'))
    },
  },
  {
    name: 'passes a live person in any process, and returns an image or none',
    run: async (subject) => {
      const { createLiveEvidence } = subject
      if (subject.verifier.startLiveness === undefined || createLiveEvidence === undefined) return
      const started = await start(subject)
      const checked = await check(subject, await createLiveEvidence(started), started)
      assert.equal(checked?.outcome.decision, 'pass')
      if (checked.image !== undefined) assert.ok(checked.image.bytes.length > 0)
    },
  },
  {
    name: 'returns at most nine further images, and hashes of one format and length that are the same for the same frames',
    run: async (subject) => {
      const { createLiveEvidence } = subject
      if (subject.verifier.startLiveness === undefined || createLiveEvidence === undefined) return
      const started = await start(subject)
      const evidence = await createLiveEvidence(started)
      const [checked, again] = [await check(subject, evidence, started), await check(subject, evidence, started)]
      assert.ok((checked?.furtherImages?.length ?? 0) <= 9)
      assert.deepEqual(again?.frameHashes, checked?.frameHashes)
      const { hashes = [], format = '', maxDistance = 0 } = checked?.frameHashes ?? {}
      assert.ok(hashes.length <= 40 && new Set(hashes.map(({ length }) => length)).size <= 1)
      assert.ok(hashes.every(({ length }) => length >= 8 && length <= 128))
      assert.ok(checked?.frameHashes === undefined || /^[!-~]{1,64}$/.test(format))
      assert.ok(Number.isInteger(maxDistance) && maxDistance >= 0)
    },
  },
  {
    name: 'rejects a single still image, also when repeated as frames',
    run: async (subject) => {
      if (subject.verifier.startLiveness === undefined) return
      const started = await start(subject)
      const [image] = subject.faces.anna
      assert.ok(image !== undefined)
      for (const evidence of [stillEvidence(image), { kind: 'frames', frames: [image, image, image] } as const])
        assert.notEqual((await check(subject, evidence, started).catch(() => undefined))?.outcome.decision, 'pass')
    },
  },
  {
    name: 'rejects a state that it did not issue',
    run: async (subject) => {
      const { createLiveEvidence } = subject
      if (subject.verifier.startLiveness === undefined || createLiveEvidence === undefined) return
      const started = await start(subject)
      const evidence = await createLiveEvidence(started)
      for (const state of ['', '{}', `${started.state}x`.slice(1)]) {
        const checked = await check(subject, evidence, { ...started, state }).catch(() => undefined)
        assert.notEqual(checked?.outcome.decision, 'pass')
      }
    },
  },
]

async function start({ verifier }: VerifierUnderTest): Promise<StartedLiveness> {
  const started = await verifier.startLiveness?.(verifierContext())
  assert.ok(started !== undefined)
  return started
}

/** Checks liveness in another process than the one that started the check. */
async function check({ secondInstance }: VerifierUnderTest, evidence: Evidence, { state }: StartedLiveness) {
  return secondInstance.checkLiveness?.({ evidence, state }, verifierContext())
}
