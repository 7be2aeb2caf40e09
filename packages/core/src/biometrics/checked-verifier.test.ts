import { describe, expect, it, vi } from 'vitest'
import { codeOf } from '../test-fixtures/code-of.ts'
import { checkedVerifier } from './checked-verifier.ts'
import { packedGallery } from './packed-gallery.ts'
import { scriptedSelfie } from './scripted-selfie.ts'
import { scriptedVerifier } from './scripted-verifier.ts'
import type { BiometricVerifier, Evidence, Outcome } from './verifier.ts'

const asker = { tenant: 'default' }
const scripted = scriptedVerifier()
const image = { mediaType: 'image/png', width: 16, height: 16, bytes: scriptedSelfie({ person: 'ada' }) } as const
const evidence: Evidence = { kind: 'image', image }
const pass: Outcome = { decision: 'pass', reasons: [], model: { name: 'm', version: '1' } }
const lying = (answer: unknown): BiometricVerifier =>
  // The point of these tests is a verifier that does not keep to its types.
  Object.assign(Object.create(null), scripted, {
    compare: async () => answer,
    enrol: async () => answer,
    identify: async () => answer,
    checkLiveness: async () => answer,
    startLiveness: async () => answer,
  })

function galleryOfOne() {
  const packed = packedGallery(32)
  packed.add({ templateId: 't1', personId: 'p1', bytes: new Uint8Array(32) })
  return packed.snapshot()
}

describe('a verifier that makes no sense', () => {
  it.each([
    ['nothing', undefined],
    ['true', true],
    ['an empty object', {}],
    ['a decision that there is not', { ...pass, decision: 'PASS' }],
    ['no model', { ...pass, model: undefined }],
    ['a score that is no number', { ...pass, score: Number.NaN }],
    ['a reason that there is not', { ...pass, reasons: ['because'] }],
  ])('is an outage, not a pass: %s', async (_, answer) => {
    const verifier = checkedVerifier(lying(answer))
    const compared = verifier.compare(asker, { evidence, templates: [] })
    expect(await codeOf(compared)).toBe('verifier.unavailable')
  })

  it.each([
    ['a pass without templates', { outcome: pass, templates: [] }],
    [
      'a template of another format',
      { outcome: pass, templates: [{ kind: 'inline', format: 'x', bytes: new Uint8Array(32) }] },
    ],
    [
      'a template of another length',
      { outcome: pass, templates: [{ kind: 'inline', format: 'scripted/1', bytes: new Uint8Array(31) }] },
    ],
    ['a reference', { outcome: pass, templates: [{ kind: 'reference', format: 'scripted/1', reference: 'r' }] }],
    [
      'templates of a fail',
      {
        outcome: { ...pass, decision: 'fail' },
        templates: [{ kind: 'inline', format: 'scripted/1', bytes: new Uint8Array(32) }],
      },
    ],
  ])('does not enrol by %s', async (_, answer) => {
    const enrolled = checkedVerifier(lying(answer)).enrol(asker, { evidence: [evidence], collection: 'c' })
    expect(await codeOf(enrolled)).toBe('verifier.unavailable')
  })

  it.each([
    ['a pass without a match', { outcome: pass }],
    ['a match without a pass', { outcome: { ...pass, decision: 'uncertain' }, match: { kind: 'inline', person: 0 } }],
    ['somebody who is not in the gallery', { outcome: pass, match: { kind: 'inline', person: 1 } }],
    ['somebody of a store', { outcome: pass, match: { kind: 'reference', reference: 'r' } }],
  ])('does not identify by %s', async (_, answer) => {
    const identified = checkedVerifier(lying(answer)).identify(asker, { evidence, gallery: galleryOfOne() })
    expect(await codeOf(identified)).toBe('verifier.unavailable')
  })
})

describe('a verifier', () => {
  it('that does not answer in time is told to stop, and is an outage', async () => {
    let stopped = false
    const slow = scriptedVerifier({
      before: (_, { signal }) =>
        new Promise<void>(() => signal.addEventListener('abort', () => (stopped = true), { once: true })),
    })
    const verifier = checkedVerifier(slow, { timeMs: 20 })
    expect(await codeOf(verifier.compare(asker, { evidence, templates: [] }))).toBe('verifier.unavailable')
    expect(stopped).toBe(true)
  })

  it('without an operation is an outage of that operation', async () => {
    const verifier = checkedVerifier(scriptedVerifier({ liveness: 'none' }))
    expect(await codeOf(verifier.startLiveness(asker))).toBe('verifier.unavailable')
  })

  it('is asked so much at once, and the rest is refused', async () => {
    let release: () => void = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const verifier = checkedVerifier(scriptedVerifier({ before: () => held }), { concurrency: 1, queue: 2 })
    const asked = Array.from({ length: 5 }, () => codeOf(verifier.compare(asker, { evidence, templates: [] })))
    release()
    expect((await Promise.all(asked)).filter((code) => code === 'server.busy')).toHaveLength(2)
  })

  it('of a script does not start in production', () => {
    vi.stubEnv('NODE_ENV', 'production')
    try {
      expect(() => scriptedVerifier()).toThrow('production')
    } finally {
      vi.unstubAllEnvs()
    }
  })
})

describe('a packed gallery', () => {
  it('keeps what snapshots were given while it grows and is packed anew', () => {
    const packed = packedGallery(4)
    const rowsOf = ({ rows, bytes, people }: ReturnType<typeof packed.snapshot>) =>
      Array.from({ length: rows }, (_, row) => [packed.personOf(people[row] ?? -1), bytes[row * 4]])
    for (let row = 0; row < 100; row++)
      packed.add({ templateId: `t${row}`, personId: `p${row >> 1}`, bytes: Uint8Array.of(row, 0, 0, 0) })
    const before = packed.snapshot()
    packed.without(new Set(['t1', 't50']))
    packed.add({ templateId: 't100', personId: 'p0', bytes: Uint8Array.of(200, 0, 0, 0) })
    expect(rowsOf(before)).toEqual(Array.from({ length: 100 }, (_, row) => [`p${row >> 1}`, row]))
    const after = rowsOf(packed.snapshot())
    expect(after).toHaveLength(99)
    expect(after.at(0)).toEqual(['p0', 0])
    expect(after.at(1)).toEqual(['p1', 2])
    expect(after.at(-1)).toEqual(['p0', 200])
  })
})

describe('a verifier that does one thing after the other', () => {
  it('is asked no more at once than it says, so that what waits for its turn has all of its time', async () => {
    let busy = 0
    let most = 0
    const single: BiometricVerifier = {
      ...scripted,
      concurrency: 1,
      compare: async () => {
        most = Math.max(most, ++busy)
        await new Promise((resolve) => setTimeout(resolve, 20))
        busy--
        return pass
      },
    }
    const ask = (verifier = checkedVerifier(single)) =>
      Promise.all(Array.from({ length: 6 }, () => verifier.compare(asker, { evidence, templates: [] })))
    expect(await ask()).toEqual(Array.from({ length: 6 }, () => pass))
    expect(most).toBe(1)
    await ask(checkedVerifier(single, { concurrency: 3 }))
    expect(most).toBe(3)
  })
})
