import assert from 'node:assert/strict'
import type { Evidence, FaceImage, VerifierOutcome } from '@billfold/core/biometrics'
import { galleryCases } from './gallery-cases.ts'
import { livenessCases } from './liveness-cases.ts'
import { collection, verifierContext, enrolTemplates, stillEvidence, type VerifierCase } from './verifier-under-test.ts'

/** An undecodable image with plausible metadata. */
const broken: FaceImage = {
  mediaType: 'image/jpeg',
  width: 640,
  height: 480,
  bytes: Uint8Array.from([0xff, 0xd8, 1, 2]),
}

/** The biometric verifier contract, one case per requirement. Run them without vitest by calling `run`. */
export const verifierCases: readonly VerifierCase[] = [
  {
    name: 'implements exactly the operations that its capabilities announce',
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
    name: 'enrols a face as one to ten templates of the announced format',
    run: async ({ verifier, faces }) => {
      const { templates: announced } = verifier.capabilities
      const templates = await enrolTemplates(verifier, faces.anna)
      assert.ok(templates.length >= 1 && templates.length <= 10)
      for (const template of templates) {
        assert.equal(template.kind, announced.kind)
        assert.equal(template.format, announced.format)
        if (template.kind === 'inline' && announced.kind === 'inline')
          assert.equal(template.bytes.length, announced.bytes)
      }
    },
  },
  {
    name: 'recognises an enrolled person in another process, from stored templates',
    run: async ({ verifier, secondInstance, faces }) => {
      const stored = structuredClone(await enrolTemplates(verifier, faces.anna))
      for (const image of faces.anna) {
        const outcome = await secondInstance.compare(
          { evidence: stillEvidence(image), templates: stored },
          verifierContext(),
        )
        assertOutcome(outcome)
        assert.equal(outcome.decision, 'pass')
      }
    },
  },
  {
    name: 'rejects the face of another person',
    run: async ({ verifier, faces }) => {
      const anna = await enrolTemplates(verifier, faces.anna)
      const boris = await enrolTemplates(verifier, faces.boris)
      for (const image of [...faces.boris, faces.stranger])
        await assertNotPassing(verifier.compare({ evidence: stillEvidence(image), templates: anna }, verifierContext()))
      for (const image of [...faces.anna, faces.stranger])
        await assertNotPassing(
          verifier.compare({ evidence: stillEvidence(image), templates: boris }, verifierContext()),
        )
    },
  },
  {
    name: 'rejects an image without a face, for comparison and for enrolment',
    run: async ({ verifier, faces }) => {
      const anna = await enrolTemplates(verifier, faces.anna)
      const evidence = stillEvidence(faces.noFace)
      const outcome = await verifier.compare({ evidence, templates: anna }, verifierContext())
      assertOutcome(outcome)
      assert.notEqual(outcome.decision, 'pass')
      const enrolment = await verifier.enrol({ evidence: [evidence], collection }, verifierContext())
      assert.notEqual(enrolment.outcome.decision, 'pass')
      assert.deepEqual(enrolment.templates, [])
    },
  },
  {
    name: 'rejects the enrolment of two people as one',
    run: async ({ verifier, faces }) => {
      const evidence = [stillEvidence(faces.anna[0]), stillEvidence(faces.boris[0])]
      const { outcome, templates } = await verifier.enrol({ evidence, collection }, verifierContext())
      assert.notEqual(outcome.decision, 'pass')
      assert.deepEqual(templates, [])
    },
  },
  {
    name: 'rejects a comparison without templates',
    run: ({ verifier, faces }) =>
      assertNotPassing(verifier.compare({ evidence: stillEvidence(faces.anna[0]), templates: [] }, verifierContext())),
  },
  {
    name: 'rejects an undecodable image and continues to work',
    run: async ({ verifier, faces }) => {
      const anna = await enrolTemplates(verifier, faces.anna)
      await assertNotPassing(verifier.compare({ evidence: stillEvidence(broken), templates: anna }, verifierContext()))
      const outcome = await verifier.compare(
        { evidence: stillEvidence(faces.anna[0]), templates: anna },
        verifierContext(),
      )
      assert.equal(outcome.decision, 'pass')
    },
  },
  {
    name: 'rejects evidence of an unknown kind',
    run: async ({ verifier, faces }) => {
      const anna = await enrolTemplates(verifier, faces.anna)
      const payload: Evidence = { kind: 'payload', format: 'conformance/none', bytes: new Uint8Array(8) }
      await assertNotPassing(verifier.compare({ evidence: payload, templates: anna }, verifierContext()))
      const session: Evidence = { kind: 'session', sessionId: 'no-such-session' }
      await assertNotPassing(verifier.compare({ evidence: session, templates: anna }, verifierContext()))
    },
  },
  {
    name: 'returns correct results for concurrent comparisons',
    run: async ({ verifier, faces }) => {
      const anna = await enrolTemplates(verifier, faces.anna)
      const images = [0, 1, 2, 3].map((index) => (index % 2 === 0 ? faces.anna[0] : faces.boris[0]))
      const outcomes = await Promise.all(
        images.map((image) => verifier.compare({ evidence: stillEvidence(image), templates: anna }, verifierContext())),
      )
      outcomes.forEach(({ decision }, index) => assert.equal(decision === 'pass', index % 2 === 0))
    },
  },
  ...galleryCases,
  ...livenessCases,
]

/** Accepts a non-pass outcome or a rejection. */
async function assertNotPassing(outcome: Promise<VerifierOutcome>): Promise<void> {
  const settled = await outcome.catch(() => undefined)
  if (settled !== undefined) assertOutcome(settled)
  assert.notEqual(settled?.decision, 'pass')
}

function assertOutcome({ decision, score, threshold, model, reasons }: VerifierOutcome): void {
  assert.ok(['pass', 'fail', 'uncertain', 'retry'].includes(decision))
  for (const number of [score, threshold]) assert.ok(number === undefined || Number.isFinite(number))
  assert.ok(model.name.length > 0 && model.version.length > 0)
  assert.ok(Array.isArray(reasons))
}
