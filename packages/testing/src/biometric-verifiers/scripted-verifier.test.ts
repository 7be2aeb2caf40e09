import {
  type BiometricVerifier,
  type FaceImage,
  type VerifierOutcome,
  scriptedSelfie,
  scriptedVerifier,
} from '@billfold/core/biometrics'
import { describe, expect, it } from 'vitest'
import { describeBiometricVerifier } from './describe-biometric-verifier.ts'
import type { VerifierUnderTest } from './verifier-under-test.ts'
import { verifierCases } from './verifier-cases.ts'

function scriptedImage(face: Parameters<typeof scriptedSelfie>[0]): FaceImage {
  return { mediaType: 'image/png', width: 16, height: 16, bytes: scriptedSelfie(face) }
}

function underTest(create: () => BiometricVerifier): VerifierUnderTest {
  return {
    verifier: create(),
    secondInstance: create(),
    faces: {
      anna: [scriptedImage({ person: 'anna' }), scriptedImage({ person: 'anna', lookalikes: ['nobody'] })],
      boris: [scriptedImage({ person: 'boris' }), scriptedImage({ person: 'boris', lookalikes: ['nobody'] })],
      stranger: scriptedImage({ person: 'stranger' }),
      noFace: scriptedImage({}),
    },
    createLiveEvidence: async ({ client }) => {
      const steps: unknown = client['steps']
      const poses = Array.isArray(steps) ? steps.filter((step) => typeof step === 'string') : []
      return {
        kind: 'frames',
        frames: [...poses.map((pose) => scriptedImage({ person: 'anna', pose })), scriptedImage({ person: 'anna' })],
      }
    },
    close: async () => {},
  }
}

describeBiometricVerifier('the scripted verifier', async () => underTest(() => scriptedVerifier()))
describeBiometricVerifier('the scripted verifier without liveness', async () =>
  underTest(() => scriptedVerifier({ liveness: 'none' })),
)

describe('the suite detects a verifier that', () => {
  const good = scriptedVerifier()
  const pass: VerifierOutcome = { decision: 'pass', reasons: [], model: { name: 'broken', version: '1' } }
  const failures = async (broken: Partial<BiometricVerifier>): Promise<readonly string[]> => {
    const subject = underTest(() => ({ ...good, ...broken }))
    const names: string[] = []
    for (const { name, run } of verifierCases) await run(subject).catch(() => names.push(name))
    return names
  }

  it('passes every comparison', async () => {
    expect(await failures({ compare: async () => pass })).toContain('rejects the face of another person')
  })

  it('fails every comparison', async () => {
    const compare = async (): Promise<VerifierOutcome> => ({ ...pass, decision: 'fail' })
    expect(await failures({ compare })).toContain(
      'recognises an enrolled person in another process, from stored templates',
    )
  })

  it('passes a still image as a live person', async () => {
    expect(await failures({ checkLiveness: async () => ({ outcome: pass }) })).toEqual([
      'rejects a single still image, also when repeated as frames',
      'rejects a state that it did not issue',
    ])
  })

  it('reads data after the rows of a gallery', async () => {
    const identify: BiometricVerifier['identify'] = async ({ evidence, gallery }, context) => {
      if (good.identify === undefined || gallery.kind !== 'inline') throw new Error('unreachable')
      const { bytes, rowBytes } = gallery
      return good.identify({ evidence, gallery: { ...gallery, rows: bytes.length / rowBytes } }, context)
    }
    expect(await failures({ identify })).toEqual(['ignores data after the rows of a gallery'])
  })

  it('picks one of two matching persons', async () => {
    const identify: BiometricVerifier['identify'] = async (input, context) => {
      const found = await good.identify?.(input, context)
      if (found?.outcome.decision !== 'uncertain') return found ?? { outcome: { ...pass, decision: 'fail' } }
      return { outcome: pass, match: { kind: 'inline', person: 0 } }
    }
    expect(await failures({ identify })).toEqual([
      'treats several templates of one person as one person, and rejects a face listed under two numbers',
    ])
  })

  it('returns templates of another length than announced', async () => {
    const enrol: BiometricVerifier['enrol'] = async (input, context) => {
      const { outcome, templates } = await good.enrol(input, context)
      return {
        outcome,
        templates: templates.map((made) => (made.kind === 'inline' ? { ...made, bytes: made.bytes.slice(1) } : made)),
      }
    }
    expect(await failures({ enrol })).toContain('enrols a face as one to ten templates of the announced format')
  })
})
