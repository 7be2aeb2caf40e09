import type {
  BiometricVerifier,
  Evidence,
  FaceImage,
  InlineGallery,
  StartedLiveness,
  Template,
  VerifierContext,
} from '@billfold/core/biometrics'

/** Images that a verifier is tested with. */
export interface TestFaces {
  /** Two or more of one person, each good enough to enrol. */
  readonly anna: readonly FaceImage[]
  /** Two or more of another person. */
  readonly boris: readonly FaceImage[]
  /** One of a third person. */
  readonly stranger: FaceImage
  /** One without a face. */
  readonly nobody: FaceImage
}

/** A verifier that is open for testing. */
export interface OpenVerifier {
  readonly verifier: BiometricVerifier
  /** The same verifier in another process of the host: another instance of it. */
  readonly another: BiometricVerifier
  readonly faces: TestFaces
  /** What a live person shows for a liveness check that was started; for verifiers that check liveness. */
  readonly live?: (started: StartedLiveness) => Promise<Evidence>
  readonly close: () => Promise<void>
}

/** One sentence of the contract of a biometric verifier, and what shows that it is true: `run` rejects when it is not. */
export interface VerifierCase {
  readonly name: string
  readonly run: (open: OpenVerifier) => Promise<void>
}

/** The name of the collection that cases enrol in, where a vendor's store keeps the faces. */
export const collection = 'billfold-conformance'

/** A context that nobody aborts. */
export function context(): VerifierContext {
  return { tenant: 'conformance', signal: new AbortController().signal }
}

/** A still as evidence. */
export function still(image: FaceImage | undefined): Evidence {
  if (image === undefined) throw new Error('There are too few images to test with')
  return { kind: 'image', image }
}

/** Enrols one person's images, and gives the templates. */
export async function enrolled(
  verifier: BiometricVerifier,
  images: readonly FaceImage[],
): Promise<readonly Template[]> {
  const evidence = images.slice(0, 1).map(still)
  const { outcome, templates } = await verifier.enrol({ evidence, collection }, context())
  if (outcome.decision !== 'pass') throw new Error(`an image that must enrol does not: ${outcome.reasons.join()}`)
  return templates
}

/** Packs templates into a gallery, each person's under a number, with spare room behind that must not be looked at. */
export function galleryOf(people: readonly (readonly Template[])[], behind: readonly Template[] = []): InlineGallery {
  const rows = people.flatMap((templates, person) => templates.map((template) => ({ template, person })))
  const all = [...rows, ...behind.map((template) => ({ template, person: people.length }))]
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
