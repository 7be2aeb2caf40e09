import type {
  BiometricVerifier,
  Evidence,
  FaceImage,
  InlineGallery,
  StartedLiveness,
  FaceTemplate,
  VerifierContext,
} from '@billfold/core/biometrics'

/** Images to test a verifier with. */
export interface TestFaces {
  /** Two or more images of one person, each good enough to enrol. */
  readonly anna: readonly FaceImage[]
  /** Two or more images of another person. */
  readonly boris: readonly FaceImage[]
  /** An image of a third person. */
  readonly stranger: FaceImage
  /** An image without a face. */
  readonly noFace: FaceImage
}

/** A verifier under test, as two processes see it. */
export interface VerifierUnderTest {
  readonly verifier: BiometricVerifier
  /** A second instance of the same verifier, as in another process of the host. */
  readonly secondInstance: BiometricVerifier
  readonly faces: TestFaces
  /** Creates evidence of a live person for a started liveness check. Required for verifiers that check liveness. */
  readonly createLiveEvidence?: (started: StartedLiveness) => Promise<Evidence>
  /** Releases the verifier after the suite. */
  readonly close: () => Promise<void>
}

/** One requirement of the biometric verifier contract. `run` rejects if the verifier violates it. */
export interface VerifierCase {
  readonly name: string
  readonly run: (subject: VerifierUnderTest) => Promise<void>
}

/** Name of the collection that cases enrol in, for verifiers that store faces with a vendor. */
export const collection = 'billfold-conformance'

/** Creates a verifier context that is never aborted. */
export function verifierContext(): VerifierContext {
  return { tenant: 'conformance', signal: new AbortController().signal }
}

/** Wraps a still image as evidence. */
export function stillEvidence(image: FaceImage | undefined): Evidence {
  if (image === undefined) throw new Error('Too few test images')
  return { kind: 'image', image }
}

/** Enrols a person and returns the templates. */
export async function enrolTemplates(
  verifier: BiometricVerifier,
  images: readonly FaceImage[],
): Promise<readonly FaceTemplate[]> {
  const evidence = images.slice(0, 1).map(stillEvidence)
  const { outcome, templates } = await verifier.enrol({ evidence, collection }, verifierContext())
  if (outcome.decision !== 'pass') throw new Error(`enrolment of a test image failed: ${outcome.reasons.join()}`)
  return templates
}

/** Packs templates into a gallery, one number per person. `trailing` templates follow the rows and must be ignored. */
export function buildGallery(
  people: readonly (readonly FaceTemplate[])[],
  trailing: readonly FaceTemplate[] = [],
): InlineGallery {
  const rows = people.flatMap((templates, person) => templates.map((template) => ({ template, person })))
  const all = [...rows, ...trailing.map((template) => ({ template, person: people.length }))]
  const [first] = all
  const rowBytes = first?.template.kind === 'inline' ? first.template.bytes.length : 1
  const bytes = new Uint8Array(new SharedArrayBuffer((all.length + 2) * rowBytes))
  const numbers = new Uint32Array(new SharedArrayBuffer((all.length + 2) * 4))
  all.forEach(({ template, person }, row) => {
    if (template.kind === 'inline') bytes.set(template.bytes, row * rowBytes)
    numbers[row] = person
  })
  return { kind: 'inline', rows: rows.length, rowBytes, bytes, people: numbers }
}
