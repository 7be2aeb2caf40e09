import assert from 'node:assert/strict'
import type { InlineGallery } from '@billfold/core/biometrics'
import { context, enrolled, galleryOf, type OpenVerifier, still, type VerifierCase } from './open-verifier.ts'

/** What a verifier must do that can say whose face it is, among templates that it is given. Others pass these as they are. */
export const galleryCases: readonly VerifierCase[] = [
  {
    name: 'finds a person among others, by the number that the gallery has',
    run: async (open) => {
      if (!identifies(open)) return
      const { verifier, faces } = open
      const [anna, boris] = [await enrolled(verifier, faces.anna), await enrolled(verifier, faces.boris)]
      const gallery = galleryOf([boris, anna])
      for (const [person, images] of [faces.boris, faces.anna].entries())
        for (const image of images)
          assert.deepEqual(await find(open, gallery, image), { decision: 'pass', match: { kind: 'inline', person } })
    },
  },
  {
    name: 'finds nobody for a stranger, for no face, and in an empty gallery',
    run: async (open) => {
      if (!identifies(open)) return
      const { verifier, faces } = open
      const gallery = galleryOf([await enrolled(verifier, faces.anna), await enrolled(verifier, faces.boris)])
      for (const [where, image] of [
        [gallery, faces.stranger],
        [gallery, faces.nobody],
        [galleryOf([]), faces.anna[0]],
      ] as const) {
        const { decision, match } = await find(open, where, image)
        assert.notEqual(decision, 'pass')
        assert.equal(match, undefined)
      }
    },
  },
  {
    name: 'does not look behind the rows of a gallery',
    run: async (open) => {
      if (!identifies(open)) return
      const { verifier, faces } = open
      const gallery = galleryOf([await enrolled(verifier, faces.boris)], await enrolled(verifier, faces.anna))
      assert.notEqual((await find(open, gallery, faces.anna[0])).decision, 'pass')
    },
  },
  {
    name: 'takes several templates of one person for one, and one face under two numbers for nobody',
    run: async (open) => {
      if (!identifies(open)) return
      const { verifier, faces } = open
      const anna = await enrolled(verifier, faces.anna)
      const twice = await find(open, galleryOf([[...anna, ...anna]]), faces.anna[0])
      assert.deepEqual(twice, { decision: 'pass', match: { kind: 'inline', person: 0 } })
      assert.notEqual((await find(open, galleryOf([anna, anna]), faces.anna[0])).decision, 'pass')
    },
  },
]

function identifies({ verifier }: OpenVerifier): boolean {
  return verifier.capabilities.identify && verifier.capabilities.templates.kind === 'inline'
}

async function find({ another }: OpenVerifier, gallery: InlineGallery, image: Parameters<typeof still>[0]) {
  const found = await another.identify?.({ evidence: still(image), gallery }, context())
  return { decision: found?.outcome.decision, match: found?.match }
}
