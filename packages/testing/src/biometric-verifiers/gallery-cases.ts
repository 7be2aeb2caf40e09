import assert from 'node:assert/strict'
import type { InlineGallery } from '@billfold/core/biometrics'
import {
  verifierContext,
  enrolTemplates,
  buildGallery,
  type VerifierUnderTest,
  stillEvidence,
  type VerifierCase,
} from './verifier-under-test.ts'

/** Cases for verifiers that identify a face in a gallery of inline templates (1:N). Other verifiers pass them trivially. */
export const galleryCases: readonly VerifierCase[] = [
  {
    name: 'identifies a person in a gallery by its person number',
    run: async (subject) => {
      if (!identifies(subject)) return
      const { verifier, faces } = subject
      const [anna, boris] = [await enrolTemplates(verifier, faces.anna), await enrolTemplates(verifier, faces.boris)]
      const gallery = buildGallery([boris, anna])
      for (const [person, images] of [faces.boris, faces.anna].entries())
        for (const image of images)
          assert.deepEqual(await find(subject, gallery, image), { decision: 'pass', match: { kind: 'inline', person } })
    },
  },
  {
    name: 'identifies nobody for a stranger, for an image without a face, and in an empty gallery',
    run: async (subject) => {
      if (!identifies(subject)) return
      const { verifier, faces } = subject
      const gallery = buildGallery([
        await enrolTemplates(verifier, faces.anna),
        await enrolTemplates(verifier, faces.boris),
      ])
      for (const [searched, image] of [
        [gallery, faces.stranger],
        [gallery, faces.noFace],
        [buildGallery([]), faces.anna[0]],
      ] as const) {
        const { decision, match } = await find(subject, searched, image)
        assert.notEqual(decision, 'pass')
        assert.equal(match, undefined)
      }
    },
  },
  {
    name: 'ignores data after the rows of a gallery',
    run: async (subject) => {
      if (!identifies(subject)) return
      const { verifier, faces } = subject
      const gallery = buildGallery(
        [await enrolTemplates(verifier, faces.boris)],
        await enrolTemplates(verifier, faces.anna),
      )
      assert.notEqual((await find(subject, gallery, faces.anna[0])).decision, 'pass')
    },
  },
  {
    name: 'treats several templates of one person as one person, and rejects a face listed under two numbers',
    run: async (subject) => {
      if (!identifies(subject)) return
      const { verifier, faces } = subject
      const anna = await enrolTemplates(verifier, faces.anna)
      const twice = await find(subject, buildGallery([[...anna, ...anna]]), faces.anna[0])
      assert.deepEqual(twice, { decision: 'pass', match: { kind: 'inline', person: 0 } })
      assert.notEqual((await find(subject, buildGallery([anna, anna]), faces.anna[0])).decision, 'pass')
    },
  },
]

function identifies({ verifier }: VerifierUnderTest): boolean {
  return verifier.capabilities.identify && verifier.capabilities.templates.kind === 'inline'
}

async function find(
  { secondInstance }: VerifierUnderTest,
  gallery: InlineGallery,
  image: Parameters<typeof stillEvidence>[0],
) {
  const found = await secondInstance.identify?.({ evidence: stillEvidence(image), gallery }, verifierContext())
  return { decision: found?.outcome.decision, match: found?.match }
}
