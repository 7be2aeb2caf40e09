import {
  type BiometricVerifier,
  type FaceImage,
  type Outcome,
  scriptedSelfie,
  scriptedVerifier,
} from '@billfold/core/biometrics'
import { describe, expect, it } from 'vitest'
import { describeBiometricVerifier } from './describe-verifier.ts'
import type { OpenVerifier } from './open-verifier.ts'
import { verifierCases } from './verifier-cases.ts'

function imageOf(face: Parameters<typeof scriptedSelfie>[0]): FaceImage {
  return { mediaType: 'image/png', width: 16, height: 16, bytes: scriptedSelfie(face) }
}

function opened(made: () => BiometricVerifier): OpenVerifier {
  return {
    verifier: made(),
    another: made(),
    faces: {
      anna: [imageOf({ person: 'anna' }), imageOf({ person: 'anna', lookalikes: ['nobody'] })],
      boris: [imageOf({ person: 'boris' }), imageOf({ person: 'boris', lookalikes: ['nobody'] })],
      stranger: imageOf({ person: 'stranger' }),
      nobody: imageOf({}),
    },
    live: async ({ client }) => {
      const steps: unknown = client['steps']
      const poses = Array.isArray(steps) ? steps.filter((step) => typeof step === 'string') : []
      return {
        kind: 'frames',
        frames: [...poses.map((pose) => imageOf({ person: 'anna', pose })), imageOf({ person: 'anna' })],
      }
    },
    close: async () => {},
  }
}

describeBiometricVerifier('the scripted verifier', async () => opened(() => scriptedVerifier()))
describeBiometricVerifier('the scripted verifier without liveness', async () =>
  opened(() => scriptedVerifier({ liveness: 'none' })),
)

describe('the suite finds a verifier that', () => {
  const good = scriptedVerifier()
  const pass: Outcome = { decision: 'pass', reasons: [], model: { name: 'broken', version: '1' } }
  const failures = async (broken: Partial<BiometricVerifier>): Promise<readonly string[]> => {
    const open = opened(() => ({ ...good, ...broken }))
    const names: string[] = []
    for (const { name, run } of verifierCases) await run(open).catch(() => names.push(name))
    return names
  }

  it('lets everybody in', async () => {
    expect(await failures({ compare: async () => pass })).toContain('takes nobody for somebody else')
  })

  it('lets nobody in', async () => {
    const compare = async (): Promise<Outcome> => ({ ...pass, decision: 'fail' })
    expect(await failures({ compare })).toContain('knows a person again, in another process and from stored bytes')
  })

  it('takes a still for a live person', async () => {
    expect(await failures({ checkLiveness: async () => ({ outcome: pass }) })).toEqual([
      'passes no single still, whatever it shows',
      'passes nothing for a state that it did not make',
    ])
  })

  it('looks behind the rows of a gallery', async () => {
    const identify: BiometricVerifier['identify'] = async ({ evidence, gallery }, context) => {
      if (good.identify === undefined || gallery.kind !== 'inline') throw new Error('not here')
      const { bytes, rowBytes } = gallery
      return good.identify({ evidence, gallery: { ...gallery, rows: bytes.length / rowBytes } }, context)
    }
    expect(await failures({ identify })).toEqual(['does not look behind the rows of a gallery'])
  })

  it('guesses between two who are alike', async () => {
    const identify: BiometricVerifier['identify'] = async (input, context) => {
      const found = await good.identify?.(input, context)
      if (found?.outcome.decision !== 'uncertain') return found ?? { outcome: { ...pass, decision: 'fail' } }
      return { outcome: pass, match: { kind: 'inline', person: 0 } }
    }
    expect(await failures({ identify })).toEqual([
      'takes several templates of one person for one, and one face under two numbers for nobody',
    ])
  })

  it('makes templates of another length than it says', async () => {
    const enrol: BiometricVerifier['enrol'] = async (input, context) => {
      const { outcome, templates } = await good.enrol(input, context)
      return {
        outcome,
        templates: templates.map((made) => (made.kind === 'inline' ? { ...made, bytes: made.bytes.slice(1) } : made)),
      }
    }
    expect(await failures({ enrol })).toContain('enrols a face as one to ten templates of the format that it names')
  })
})
