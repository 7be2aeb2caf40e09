import { z } from 'zod'
import { boundedTurns } from '../crypto/turns.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import { reasons } from './reasons.ts'
import type {
  BiometricVerifier,
  Evidence,
  FaceImage,
  Gallery,
  Match,
  Outcome,
  StartedLiveness,
  Template,
  VerifierCapabilities,
  VerifierContext,
} from './verifier.ts'

/** How long a verifier may take, and how much of it is asked at once. */
export interface VerifierLimits {
  /** Milliseconds for one call: 15,000. */
  readonly timeMs?: number
  /** Calls at once in this process: as many as the verifier says, or 8. */
  readonly concurrency?: number
  /** Calls that wait beyond those: 64. */
  readonly queue?: number
}

/** A verifier whose every answer was checked: what is down, slow or makes no sense is `verifier.unavailable`. */
export interface CheckedVerifier {
  readonly name: string
  readonly capabilities: VerifierCapabilities
  readonly startLiveness: (asker: Asker) => Promise<StartedLiveness>
  readonly checkLiveness: (
    asker: Asker,
    input: { readonly evidence: Evidence; readonly state: string },
  ) => Promise<{ readonly outcome: Outcome; readonly image: FaceImage | undefined }>
  readonly enrol: (
    asker: Asker,
    input: { readonly evidence: readonly Evidence[]; readonly collection: string },
  ) => Promise<{ readonly outcome: Outcome; readonly templates: readonly Template[] }>
  readonly compare: (
    asker: Asker,
    input: { readonly evidence: Evidence; readonly templates: readonly Template[] },
  ) => Promise<Outcome>
  readonly identify: (
    asker: Asker,
    input: { readonly evidence: Evidence; readonly gallery: Gallery },
  ) => Promise<{ readonly outcome: Outcome; readonly match: Match | undefined }>
  readonly remove: (
    asker: Asker,
    input: { readonly templates: readonly Template[]; readonly collection: string },
  ) => Promise<void>
}

/** For whom a verifier is asked: the tenant, and the source that its share of the queue is counted by. */
export interface Asker {
  readonly tenant: string
  readonly source?: string | undefined
}

/** How many templates one enrolment may make, and how long one, or the name of one, may be in bytes. */
export const templateLimits = { atOnce: 10, bytes: 64 * 1024, reference: 512 } as const

const outcomeShape = z.object({
  decision: z.enum(['pass', 'fail', 'uncertain', 'retry']),
  score: z.number().optional(),
  threshold: z.number().optional(),
  reasons: z.array(z.enum(reasons)).max(reasons.length),
  model: z.object({ name: z.string().min(1).max(128), version: z.string().min(1).max(64) }),
})
const bytesShape = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const imageShape = z.object({
  mediaType: z.enum(['image/jpeg', 'image/png']),
  bytes: bytesShape,
  width: z.int().positive(),
  height: z.int().positive(),
})
const startedShape = z.object({
  state: z.string().refine((state) => Buffer.byteLength(state) <= 4096),
  client: z.record(z.string(), z.unknown()).refine((client) => JSON.stringify(client).length <= 4096),
  expiresAt: z.int().positive(),
})
const livenessShape = z.object({ outcome: outcomeShape, image: imageShape.optional() })
const matchShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('inline'), person: z.int().nonnegative() }),
  z.object({ kind: z.literal('reference'), reference: z.string().min(1).max(templateLimits.reference) }),
])

/** Puts a time limit, a queue and a check of every answer before a verifier. */
export function checkedVerifier(verifier: BiometricVerifier, limits: VerifierLimits = {}): CheckedVerifier {
  const { timeMs = 15_000, concurrency = verifier.concurrency ?? 8, queue = 64 } = limits
  const turn = boundedTurns({ concurrency, queue, perSource: Math.max(1, Math.ceil(queue / 2)) })
  const { capabilities, name } = verifier
  const templatesShape = templatesOf(capabilities)
  const ask = <T>(
    { tenant, source }: Asker,
    shape: z.ZodType<T>,
    call: ((context: VerifierContext) => Promise<unknown>) | undefined,
  ): Promise<T> => {
    if (call === undefined) return Promise.reject(unavailable(new Error(`${name} has no such operation`)))
    return turn(source, () => inTime(timeMs, async (signal) => shape.parse(await call({ tenant, signal }))))
  }
  const { startLiveness, checkLiveness, identify, remove } = verifier
  return {
    name,
    capabilities,
    startLiveness: (asker) => ask(asker, startedShape, startLiveness?.bind(verifier)),
    checkLiveness: async (asker, input) => {
      const { outcome, image } = await ask(asker, livenessShape, checkLiveness?.bind(verifier, input))
      return { outcome: outcomeOf(outcome), image }
    },
    enrol: async (asker, input) => {
      const shape = z.object({ outcome: outcomeShape, templates: templatesShape })
      const { outcome, templates } = await ask(
        asker,
        shape.refine((made) => (made.outcome.decision === 'pass') === made.templates.length > 0),
        verifier.enrol.bind(verifier, input),
      )
      return { outcome: outcomeOf(outcome), templates }
    },
    compare: async (asker, input) => outcomeOf(await ask(asker, outcomeShape, verifier.compare.bind(verifier, input))),
    identify: async (asker, input) => {
      const shape = z
        .object({ outcome: outcomeShape, match: matchShape.optional() })
        .refine(({ outcome, match }) => (outcome.decision === 'pass') === (match !== undefined))
        .refine(({ match }) => match === undefined || isOf(input.gallery, match))
      const { outcome, match } = await ask(asker, shape, identify?.bind(verifier, input))
      return { outcome: outcomeOf(outcome), match }
    },
    remove: (asker, input) =>
      remove === undefined ? Promise.resolve() : ask(asker, z.void(), remove.bind(verifier, input)),
  }
}

/** Zod's optional fields may be undefined; ours are absent. */
function outcomeOf({ score, threshold, ...outcome }: z.output<typeof outcomeShape>): Outcome {
  return { ...outcome, ...(score !== undefined && { score }), ...(threshold !== undefined && { threshold }) }
}

function templatesOf({ templates }: VerifierCapabilities): z.ZodType<Template[]> {
  if (templates.kind === 'inline') {
    const { format, bytes } = templates
    if (!Number.isInteger(bytes) || bytes < 1 || bytes > templateLimits.bytes || !isFormat(format))
      throw new RangeError('A verifier with such templates cannot be used')
    const shape = z.object({
      kind: z.literal('inline'),
      format: z.literal(format),
      bytes: bytesShape.refine((value) => value.length === bytes),
    })
    return z.array(shape).max(templateLimits.atOnce)
  }
  if (!isFormat(templates.format)) throw new RangeError('A verifier with such templates cannot be used')
  const shape = z.object({
    kind: z.literal('reference'),
    format: z.literal(templates.format),
    reference: z.string().min(1).max(templateLimits.reference),
  })
  return z.array(shape).max(templateLimits.atOnce)
}

function isFormat(format: string): boolean {
  return /^[!-~]{1,64}$/.test(format)
}

/** Whether the one who was found is in the gallery at all. */
function isOf(gallery: Gallery, match: Match): boolean {
  if (gallery.kind === 'reference' || match.kind === 'reference') return gallery.kind === match.kind
  return gallery.people.subarray(0, gallery.rows).includes(match.person)
}

async function inTime<T>(milliseconds: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const reason = new Error(`no answer within ${milliseconds} ms`)
      controller.abort(reason)
      reject(reason)
    }, milliseconds)
  })
  try {
    return await Promise.race([call(controller.signal), late])
  } catch (cause) {
    throw isBillfoldError(cause, 'server.busy') ? cause : unavailable(cause)
  } finally {
    clearTimeout(timer)
  }
}

function unavailable(cause: unknown): BillfoldError {
  return new BillfoldError('verifier.unavailable', { cause, retryAfterSeconds: 10 })
}
