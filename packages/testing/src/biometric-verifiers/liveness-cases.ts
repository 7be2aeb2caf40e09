import assert from 'node:assert/strict'
import type { Evidence, StartedLiveness } from '@billfold/core/biometrics'
import { context, type OpenVerifier, still, type VerifierCase } from './open-verifier.ts'

/** What a verifier must do that checks liveness. Others pass these as they are. */
export const livenessCases: readonly VerifierCase[] = [
  {
    name: 'starts a liveness check with a state and a message that are small enough, and an end to come',
    run: async (open) => {
      if (open.verifier.startLiveness === undefined) return
      const { state, client, expiresAt } = await start(open)
      assert.ok(state.length <= 4096)
      assert.ok(JSON.stringify(client).length <= 4096)
      assert.ok(expiresAt > Date.now())
      if (open.verifier.capabilities.liveness !== 'challenge') return
      const steps = client['steps']
      assert.ok(Array.isArray(steps) && steps.length > 0 && steps.every((step) => typeof step === 'string'))
    },
  },
  {
    name: 'passes a live person in any process, with an image of the same person or none',
    run: async (open) => {
      const { live } = open
      if (open.verifier.startLiveness === undefined || live === undefined) return
      const started = await start(open)
      const checked = await check(open, await live(started), started)
      assert.equal(checked?.outcome.decision, 'pass')
      if (checked.image !== undefined) assert.ok(checked.image.bytes.length > 0)
    },
  },
  {
    name: 'passes no single still, whatever it shows',
    run: async (open) => {
      if (open.verifier.startLiveness === undefined) return
      const started = await start(open)
      const [image] = open.faces.anna
      assert.ok(image !== undefined)
      for (const evidence of [still(image), { kind: 'frames', frames: [image, image, image] } as const])
        assert.notEqual((await check(open, evidence, started).catch(() => undefined))?.outcome.decision, 'pass')
    },
  },
  {
    name: 'passes nothing for a state that it did not make',
    run: async (open) => {
      const { live } = open
      if (open.verifier.startLiveness === undefined || live === undefined) return
      const started = await start(open)
      const evidence = await live(started)
      for (const state of ['', '{}', `${started.state}x`.slice(1)]) {
        const checked = await check(open, evidence, { ...started, state }).catch(() => undefined)
        assert.notEqual(checked?.outcome.decision, 'pass')
      }
    },
  },
]

async function start({ verifier }: OpenVerifier): Promise<StartedLiveness> {
  const started = await verifier.startLiveness?.(context())
  assert.ok(started !== undefined)
  return started
}

/** In another process than the one that has started it. */
async function check({ another }: OpenVerifier, evidence: Evidence, { state }: StartedLiveness) {
  return another.checkLiveness?.({ evidence, state }, context())
}
