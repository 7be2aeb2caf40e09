import { createHash } from 'node:crypto'
import { type OutcomeReason, outcomeReasons } from './outcome-reasons.ts'
import { scriptedLiveness, scriptedOutcome as outcome } from './scripted-liveness.ts'
import { parseScriptedSelfie, type ScriptedFace } from './scripted-selfie.ts'
import type {
  BiometricVerifier,
  Evidence,
  InlineGallery,
  GalleryMatch,
  VerifierOutcome,
  VerifierContext,
} from './verifier.ts'

/** Options of the scripted verifier. */
export interface ScriptedVerifierOptions {
  /** Liveness check: none, or a challenge of three poses. Default: `challenge`. */
  readonly liveness?: 'none' | 'challenge'
  /** Clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number
  /** Called before every operation, for example to throw, to delay or to count calls. */
  readonly before?: (operation: string, context: VerifierContext) => void | Promise<void>
}

const format = 'scripted/1'
const templateBytes = 32
const knownReasons: ReadonlySet<string> = new Set(outcomeReasons)

/**
 * Creates a fake verifier for tests. It trusts the content that `scriptedSelfie` writes into an image and recognizes no real
 * faces, so anybody can impersonate anybody.
 * @throws Error if `NODE_ENV` is `production`
 *
 * @example
 * ```ts
 * import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'
 * import { scriptedSelfie, scriptedVerifier } from '@billfold/core/biometrics'
 *
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: localKeyring({ keys: { test: newKey() }, currentKeyId: 'test' }),
 *   authentication: { verifier: scriptedVerifier() },
 * })
 * const selfie = scriptedSelfie({ person: 'ada' }) // sent by a test
 * ```
 */
export function scriptedVerifier(options: ScriptedVerifierOptions = {}): BiometricVerifier {
  // oxlint-disable-next-line node/no-process-env -- documented above
  if (process.env['NODE_ENV'] === 'production')
    throw new Error('scriptedVerifier() accepts everyone and must not be used with NODE_ENV=production')
  const { liveness = 'challenge', now = Date.now, before } = options
  const verifier: BiometricVerifier = {
    name: 'scripted',
    capabilities: {
      identify: true,
      templates: { kind: 'inline', format, bytes: templateBytes },
      liveness,
      assurance: liveness === 'none' ? 'none' : 'basic',
    },
    enrol: async ({ evidence }, context) => {
      await before?.('enrol', context)
      const faces = evidence.map(parseFace)
      const bad = faces.map(findProblem).find((reason) => reason !== undefined)
      const people = new Set(faces.map(({ person }) => person))
      if (bad !== undefined) return { outcome: outcome('retry', bad), templates: [] }
      if (people.size !== 1) return { outcome: outcome('fail', 'multiple_faces'), templates: [] }
      const templates = faces.map((face) => ({
        kind: 'inline' as const,
        format,
        bytes: encodeTemplate(face.person ?? ''),
      }))
      return { outcome: outcome('pass'), templates }
    },
    compare: async ({ evidence, templates }, context) => {
      await before?.('compare', context)
      const face = parseFace(evidence)
      const bad = findProblem(face)
      if (bad !== undefined) return outcome('retry', bad)
      const wanted = encodeTemplate(face.person ?? '')
      const same = templates.some((template) => template.kind === 'inline' && equal(template.bytes, wanted))
      return same ? outcome('pass') : outcome('fail', 'low_confidence')
    },
    identify: async ({ evidence, gallery }, context) => {
      await before?.('identify', context)
      const face = parseFace(evidence)
      const bad = findProblem(face)
      if (bad !== undefined) return { outcome: outcome('retry', bad) }
      if (gallery.kind !== 'inline') return { outcome: outcome('fail', 'other') }
      return findInGallery(gallery, [face.person ?? '', ...(face.lookalikes ?? [])])
    },
  }
  return liveness === 'none' ? verifier : { ...verifier, ...scriptedLiveness(now, before) }
}

/** Parses the face of a still image, or of the last frame of several. */
function parseFace(evidence: Evidence): ScriptedFace {
  const image =
    evidence.kind === 'image' ? evidence.image : evidence.kind === 'frames' ? evidence.frames.at(-1) : undefined
  return image === undefined ? {} : parseScriptedSelfie(image.bytes)
}

function findProblem({ person, reason }: ScriptedFace): OutcomeReason | undefined {
  if (reason !== undefined) return isReason(reason) ? reason : 'other'
  return person === undefined ? 'no_face' : undefined
}

function isReason(text: string): text is OutcomeReason {
  return knownReasons.has(text)
}

function findInGallery(
  gallery: InlineGallery,
  wanted: readonly string[],
): { outcome: VerifierOutcome; match?: GalleryMatch } {
  const templates = wanted.map(encodeTemplate)
  const people = new Set<number>()
  for (let row = 0; row < gallery.rows; row++) {
    const bytes = gallery.bytes.subarray(row * gallery.rowBytes, (row + 1) * gallery.rowBytes)
    if (templates.some((template) => equal(bytes, template))) people.add(gallery.people[row] ?? 0)
  }
  const [person, another] = people
  if (person === undefined) return { outcome: outcome('fail', 'low_confidence') }
  if (another !== undefined) return { outcome: outcome('uncertain', 'low_confidence') }
  return { outcome: outcome('pass'), match: { kind: 'inline', person } }
}

function encodeTemplate(person: string): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(person).digest())
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
