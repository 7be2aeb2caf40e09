import { createHash } from 'node:crypto'
import { type Reason, reasons } from './reasons.ts'
import { scriptedLiveness, scriptedOutcome as outcome } from './scripted-liveness.ts'
import { readScriptedSelfie, type ScriptedFace } from './scripted-selfie.ts'
import type { BiometricVerifier, Evidence, InlineGallery, Match, Outcome, VerifierContext } from './verifier.ts'

/** How a scripted verifier behaves. */
export interface ScriptedVerifierOptions {
  /** Whether it checks liveness, by a challenge of three poses: `challenge`. */
  readonly liveness?: 'none' | 'challenge'
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Called before every operation: throw, wait for ever, or count there. */
  readonly before?: (operation: string, context: VerifierContext) => void | Promise<void>
}

const format = 'scripted/1'
const templateBytes = 32
const knownReasons: ReadonlySet<string> = new Set(reasons)

/**
 * A verifier for tests, which believes what `scriptedSelfie` says in the image. It looks at no face: anybody can be anybody.
 * @throws Error where `NODE_ENV` is `production`
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
 * const selfie = scriptedSelfie({ person: 'ada' }) // what a test sends
 * ```
 */
export function scriptedVerifier(options: ScriptedVerifierOptions = {}): BiometricVerifier {
  // oxlint-disable-next-line node/no-process-env -- said in the docstring
  if (process.env['NODE_ENV'] === 'production')
    throw new Error('The scripted verifier lets anybody in: it does not start with NODE_ENV=production')
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
      const faces = evidence.map(faceIn)
      const bad = faces.map(problem).find((reason) => reason !== undefined)
      const people = new Set(faces.map(({ person }) => person))
      if (bad !== undefined) return { outcome: outcome('retry', bad), templates: [] }
      if (people.size !== 1) return { outcome: outcome('fail', 'multiple_faces'), templates: [] }
      const templates = faces.map((face) => ({ kind: 'inline' as const, format, bytes: templateOf(face.person ?? '') }))
      return { outcome: outcome('pass'), templates }
    },
    compare: async ({ evidence, templates }, context) => {
      await before?.('compare', context)
      const face = faceIn(evidence)
      const bad = problem(face)
      if (bad !== undefined) return outcome('retry', bad)
      const wanted = templateOf(face.person ?? '')
      const same = templates.some((template) => template.kind === 'inline' && equal(template.bytes, wanted))
      return same ? outcome('pass') : outcome('fail', 'low_confidence')
    },
    identify: async ({ evidence, gallery }, context) => {
      await before?.('identify', context)
      const face = faceIn(evidence)
      const bad = problem(face)
      if (bad !== undefined) return { outcome: outcome('retry', bad) }
      if (gallery.kind !== 'inline') return { outcome: outcome('fail', 'other') }
      return found(gallery, [face.person ?? '', ...(face.lookalikes ?? [])])
    },
  }
  return liveness === 'none' ? verifier : { ...verifier, ...scriptedLiveness(now, before) }
}

/** The face in a still, or in the last frame of several. */
function faceIn(evidence: Evidence): ScriptedFace {
  const image =
    evidence.kind === 'image' ? evidence.image : evidence.kind === 'frames' ? evidence.frames.at(-1) : undefined
  return image === undefined ? {} : readScriptedSelfie(image.bytes)
}

function problem({ person, reason }: ScriptedFace): Reason | undefined {
  if (reason !== undefined) return isReason(reason) ? reason : 'other'
  return person === undefined ? 'no_face' : undefined
}

function isReason(text: string): text is Reason {
  return knownReasons.has(text)
}

function found(gallery: InlineGallery, wanted: readonly string[]): { outcome: Outcome; match?: Match } {
  const templates = wanted.map(templateOf)
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

function templateOf(person: string): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(person).digest())
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
