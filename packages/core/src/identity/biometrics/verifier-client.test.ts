import { describe, expect, it, vi } from 'vitest'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { createVerifierClient } from './verifier-client.ts'
import { createPackedGallery } from './packed-gallery.ts'
import { scriptedSelfie } from './scripted-selfie.ts'
import { scriptedVerifier } from './scripted-verifier.ts'
import type { BiometricVerifier, Evidence, VerifierOutcome } from './verifier.ts'

const caller = { tenant: 'default' }
const scripted = scriptedVerifier()
const image = { mediaType: 'image/png', width: 16, height: 16, bytes: scriptedSelfie({ person: 'ada' }) } as const
const evidence: Evidence = { kind: 'image', image }
const pass: VerifierOutcome = { decision: 'pass', reasons: [], model: { name: 'm', version: '1' } }
const verifierReturning = (answer: unknown): BiometricVerifier =>
  // These tests need a verifier that violates its types.
  Object.assign(Object.create(null), scripted, {
    compare: async () => answer,
    enrol: async () => answer,
    identify: async () => answer,
    checkLiveness: async () => answer,
    startLiveness: async () => answer,
  })

function createGallery() {
  const packed = createPackedGallery(32)
  packed.add({ templateId: 't1', personId: 'p1', bytes: new Uint8Array(32) })
  return packed.snapshot()
}

describe('an invalid result of a verifier', () => {
  it.each([
    ['nothing', undefined],
    ['true', true],
    ['an empty object', {}],
    ['an unknown decision', { ...pass, decision: 'PASS' }],
    ['no model', { ...pass, model: undefined }],
    ['a score of NaN', { ...pass, score: Number.NaN }],
    ['an unknown reason', { ...pass, reasons: ['because'] }],
  ])('fails with verifier.unavailable: %s', async (_, answer) => {
    const verifier = createVerifierClient(verifierReturning(answer))
    const compared = verifier.compare(caller, { evidence, templates: [] })
    expect(await outcomeCode(compared)).toBe('verifier.unavailable')
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
      'templates with a failed outcome',
      {
        outcome: { ...pass, decision: 'fail' },
        templates: [{ kind: 'inline', format: 'scripted/1', bytes: new Uint8Array(32) }],
      },
    ],
  ])('fails an enrolment with %s', async (_, answer) => {
    const enrolled = createVerifierClient(verifierReturning(answer)).enrol(caller, {
      evidence: [evidence],
      collection: 'c',
    })
    expect(await outcomeCode(enrolled)).toBe('verifier.unavailable')
  })

  it.each([
    ['a pass without a match', { outcome: pass }],
    ['a match without a pass', { outcome: { ...pass, decision: 'uncertain' }, match: { kind: 'inline', person: 0 } }],
    ['a person who is not in the gallery', { outcome: pass, match: { kind: 'inline', person: 1 } }],
    ['a reference for an inline gallery', { outcome: pass, match: { kind: 'reference', reference: 'r' } }],
  ])('fails an identification with %s', async (_, answer) => {
    const identified = createVerifierClient(verifierReturning(answer)).identify(caller, {
      evidence,
      gallery: createGallery(),
    })
    expect(await outcomeCode(identified)).toBe('verifier.unavailable')
  })
})

describe('calls to a verifier', () => {
  it('are aborted after the timeout and fail with verifier.unavailable', async () => {
    let stopped = false
    const slow = scriptedVerifier({
      before: (_, { signal }) =>
        new Promise<void>(() => signal.addEventListener('abort', () => (stopped = true), { once: true })),
    })
    const verifier = createVerifierClient(slow, { timeoutMs: 20 })
    expect(await outcomeCode(verifier.compare(caller, { evidence, templates: [] }))).toBe('verifier.unavailable')
    expect(stopped).toBe(true)
  })

  it('fail with verifier.unavailable for a missing operation', async () => {
    const verifier = createVerifierClient(scriptedVerifier({ liveness: 'none' }))
    expect(await outcomeCode(verifier.startLiveness(caller))).toBe('verifier.unavailable')
  })

  it('fail with server.busy when the queue is full', async () => {
    let release: () => void = () => {}
    const blocked = new Promise<void>((resolve) => (release = resolve))
    const verifier = createVerifierClient(scriptedVerifier({ before: () => blocked }), { concurrency: 1, queue: 2 })
    const calls = Array.from({ length: 5 }, () => outcomeCode(verifier.compare(caller, { evidence, templates: [] })))
    release()
    expect((await Promise.all(calls)).filter((code) => code === 'server.busy')).toHaveLength(2)
  })

  it('of scriptedVerifier are impossible in production', () => {
    vi.stubEnv('NODE_ENV', 'production')
    try {
      expect(() => scriptedVerifier()).toThrow('production')
    } finally {
      vi.unstubAllEnvs()
    }
  })
})

describe('a packed gallery', () => {
  it('does not change earlier snapshots when it grows and when templates are removed', () => {
    const packed = createPackedGallery(4)
    const listRows = ({ rows, bytes, people }: ReturnType<typeof packed.snapshot>) =>
      Array.from({ length: rows }, (_, row) => [packed.personIdAt(people[row] ?? -1), bytes[row * 4]])
    for (let row = 0; row < 100; row++)
      packed.add({ templateId: `t${row}`, personId: `p${row >> 1}`, bytes: Uint8Array.of(row, 0, 0, 0) })
    const before = packed.snapshot()
    packed.removeTemplates(new Set(['t1', 't50']))
    packed.add({ templateId: 't100', personId: 'p0', bytes: Uint8Array.of(200, 0, 0, 0) })
    expect(listRows(before)).toEqual(Array.from({ length: 100 }, (_, row) => [`p${row >> 1}`, row]))
    const after = listRows(packed.snapshot())
    expect(after).toHaveLength(99)
    expect(after.at(0)).toEqual(['p0', 0])
    expect(after.at(1)).toEqual(['p1', 2])
    expect(after.at(-1)).toEqual(['p0', 200])
  })
})

describe('a verifier with a concurrency of 1', () => {
  it('receives one call at a time unless the limits allow more', async () => {
    let busy = 0
    let maxBusy = 0
    const single: BiometricVerifier = {
      ...scripted,
      concurrency: 1,
      compare: async () => {
        maxBusy = Math.max(maxBusy, ++busy)
        await new Promise((resolve) => setTimeout(resolve, 20))
        busy--
        return pass
      },
    }
    const compareAll = (verifier = createVerifierClient(single)) =>
      Promise.all(Array.from({ length: 6 }, () => verifier.compare(caller, { evidence, templates: [] })))
    expect(await compareAll()).toEqual(Array.from({ length: 6 }, () => pass))
    expect(maxBusy).toBe(1)
    await compareAll(createVerifierClient(single, { concurrency: 3 }))
    expect(maxBusy).toBe(3)
  })
})
