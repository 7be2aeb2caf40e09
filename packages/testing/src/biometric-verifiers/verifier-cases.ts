import assert from 'node:assert/strict'
import type { Evidence, FaceImage, Outcome } from '@billfold/core/biometrics'
import { galleryCases } from './gallery-cases.ts'
import { livenessCases } from './liveness-cases.ts'
import { collection, context, enrolled, still, type VerifierCase } from './open-verifier.ts'

/** What cannot be read at all, under a header that says otherwise. */
const broken: FaceImage = {
  mediaType: 'image/jpeg',
  width: 640,
  height: 480,
  bytes: Uint8Array.from([0xff, 0xd8, 1, 2]),
}

/** The contract of a biometric verifier, sentence by sentence. */
export const verifierCases: readonly VerifierCase[] = [
  {
    name: 'has the operations that its capabilities name, and no others',
    run: async ({ verifier }) => {
      const { identify, liveness, assurance, templates } = verifier.capabilities
      assert.equal(typeof verifier.identify === 'function', identify)
      assert.equal(typeof verifier.startLiveness === 'function', liveness !== 'none')
      assert.equal(typeof verifier.checkLiveness === 'function', liveness !== 'none')
      assert.equal(typeof verifier.remove === 'function', templates.kind === 'reference')
      assert.equal(assurance === 'none', liveness === 'none')
      assert.match(templates.format, /^[!-~]{1,64}$/)
    },
  },
  {
    name: 'enrols a face as one to ten templates of the format that it names',
    run: async ({ verifier, faces }) => {
      const { templates: promised } = verifier.capabilities
      const templates = await enrolled(verifier, faces.anna)
      assert.ok(templates.length >= 1 && templates.length <= 10)
      for (const template of templates) {
        assert.equal(template.kind, promised.kind)
        assert.equal(template.format, promised.format)
        if (template.kind === 'inline' && promised.kind === 'inline')
          assert.equal(template.bytes.length, promised.bytes)
      }
    },
  },
  {
    name: 'knows a person again, in another process and from stored bytes',
    run: async ({ verifier, another, faces }) => {
      const stored = structuredClone(await enrolled(verifier, faces.anna))
      for (const image of faces.anna) {
        const outcome = await another.compare({ evidence: still(image), templates: stored }, context())
        assertOutcome(outcome)
        assert.equal(outcome.decision, 'pass')
      }
    },
  },
  {
    name: 'takes nobody for somebody else',
    run: async ({ verifier, faces }) => {
      const anna = await enrolled(verifier, faces.anna)
      const boris = await enrolled(verifier, faces.boris)
      for (const image of [...faces.boris, faces.stranger])
        await notPassing(verifier.compare({ evidence: still(image), templates: anna }, context()))
      for (const image of [...faces.anna, faces.stranger])
        await notPassing(verifier.compare({ evidence: still(image), templates: boris }, context()))
    },
  },
  {
    name: 'passes nothing where there is no face, and enrols nothing',
    run: async ({ verifier, faces }) => {
      const anna = await enrolled(verifier, faces.anna)
      const evidence = still(faces.nobody)
      const outcome = await verifier.compare({ evidence, templates: anna }, context())
      assertOutcome(outcome)
      assert.notEqual(outcome.decision, 'pass')
      const made = await verifier.enrol({ evidence: [evidence], collection }, context())
      assert.notEqual(made.outcome.decision, 'pass')
      assert.deepEqual(made.templates, [])
    },
  },
  {
    name: 'does not enrol two people as one',
    run: async ({ verifier, faces }) => {
      const evidence = [still(faces.anna[0]), still(faces.boris[0])]
      const { outcome, templates } = await verifier.enrol({ evidence, collection }, context())
      assert.notEqual(outcome.decision, 'pass')
      assert.deepEqual(templates, [])
    },
  },
  {
    name: 'passes nobody where there are no templates to compare with',
    run: ({ verifier, faces }) =>
      notPassing(verifier.compare({ evidence: still(faces.anna[0]), templates: [] }, context())),
  },
  {
    name: 'does not pass an image that cannot be decoded, and goes on after it',
    run: async ({ verifier, faces }) => {
      const anna = await enrolled(verifier, faces.anna)
      await notPassing(verifier.compare({ evidence: still(broken), templates: anna }, context()))
      const outcome = await verifier.compare({ evidence: still(faces.anna[0]), templates: anna }, context())
      assert.equal(outcome.decision, 'pass')
    },
  },
  {
    name: 'does not pass evidence of a kind that it cannot know',
    run: async ({ verifier, faces }) => {
      const anna = await enrolled(verifier, faces.anna)
      const payload: Evidence = { kind: 'payload', format: 'conformance/none', bytes: new Uint8Array(8) }
      await notPassing(verifier.compare({ evidence: payload, templates: anna }, context()))
      const session: Evidence = { kind: 'session', sessionId: 'no-such-session' }
      await notPassing(verifier.compare({ evidence: session, templates: anna }, context()))
    },
  },
  {
    name: 'tells apart what it is asked at once',
    run: async ({ verifier, faces }) => {
      const anna = await enrolled(verifier, faces.anna)
      const asked = [0, 1, 2, 3].map((index) => (index % 2 === 0 ? faces.anna[0] : faces.boris[0]))
      const outcomes = await Promise.all(
        asked.map((image) => verifier.compare({ evidence: still(image), templates: anna }, context())),
      )
      outcomes.forEach(({ decision }, index) => assert.equal(decision === 'pass', index % 2 === 0))
    },
  },
  ...galleryCases,
  ...livenessCases,
]

/** Either refuses or rejects: both are no pass. */
async function notPassing(outcome: Promise<Outcome>): Promise<void> {
  const settled = await outcome.catch(() => undefined)
  if (settled !== undefined) assertOutcome(settled)
  assert.notEqual(settled?.decision, 'pass')
}

function assertOutcome({ decision, score, threshold, model, reasons }: Outcome): void {
  assert.ok(['pass', 'fail', 'uncertain', 'retry'].includes(decision))
  for (const number of [score, threshold]) assert.ok(number === undefined || Number.isFinite(number))
  assert.ok(model.name.length > 0 && model.version.length > 0)
  assert.ok(Array.isArray(reasons))
}
