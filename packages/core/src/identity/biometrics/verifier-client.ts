import { z } from 'zod'
import { createSemaphore, type Requester } from '../../kernel/concurrency/semaphore.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { outcomeReasons } from './outcome-reasons.ts'
import type {
  BiometricVerifier,
  Evidence,
  FaceImage,
  FrameHashes,
  Gallery,
  GalleryMatch,
  VerifierOutcome,
  StartedLiveness,
  FaceTemplate,
  VerifierCapabilities,
  VerifierContext,
} from './verifier.ts'

/** Limits of calls to a biometric verifier. */
export interface VerifierLimits {
  /** Timeout of one call in milliseconds. Default: 15,000. */
  readonly timeoutMs?: number
  /** Maximum concurrent calls in this process. Default: the verifier's `concurrency`, or 8. */
  readonly concurrency?: number
  /** Maximum waiting calls; further ones fail with `server.busy`. Default: 64. */
  readonly queue?: number
}

/** Client of a biometric verifier. An outage, a timeout or an invalid result fails with `verifier.unavailable`. */
export interface VerifierClient {
  readonly name: string
  readonly capabilities: VerifierCapabilities
  readonly startLiveness: (caller: VerifierCaller) => Promise<StartedLiveness>
  readonly checkLiveness: (
    caller: VerifierCaller,
    input: { readonly evidence: Evidence; readonly state: string },
  ) => Promise<ValidLivenessCheck>
  readonly enrol: (
    caller: VerifierCaller,
    input: { readonly evidence: readonly Evidence[]; readonly collection: string },
  ) => Promise<{ readonly outcome: VerifierOutcome; readonly templates: readonly FaceTemplate[] }>
  readonly compare: (
    caller: VerifierCaller,
    input: { readonly evidence: Evidence; readonly templates: readonly FaceTemplate[] },
  ) => Promise<VerifierOutcome>
  readonly identify: (
    caller: VerifierCaller,
    input: { readonly evidence: Evidence; readonly gallery: Gallery },
  ) => Promise<{ readonly outcome: VerifierOutcome; readonly match: GalleryMatch | undefined }>
  readonly remove: (
    caller: VerifierCaller,
    input: { readonly templates: readonly FaceTemplate[]; readonly collection: string },
  ) => Promise<void>
}

/** A validated result of a liveness check. */
export interface ValidLivenessCheck {
  readonly outcome: VerifierOutcome
  readonly image: FaceImage | undefined
  readonly furtherImages: readonly FaceImage[]
  readonly frameHashes: FrameHashes | undefined
}

/** Caller of a verifier: the tenant, and the source by which the queue is shared fairly. */
export interface VerifierCaller extends Requester {
  readonly tenant: string
}

/** Limits of templates: number per enrolment, size of an inline template in bytes, length of a reference in characters. */
export const templateLimits = { perEnrolment: 10, bytes: 64 * 1024, reference: 512 } as const

const outcomeShape = z.object({
  decision: z.enum(['pass', 'fail', 'uncertain', 'retry']),
  score: z.number().optional(),
  threshold: z.number().optional(),
  reasons: z.array(z.enum(outcomeReasons)).max(outcomeReasons.length),
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
const frameHashesShape = z
  .object({
    format: z.string().regex(/^[!-~]{1,64}$/),
    hashes: z.array(bytesShape.refine(({ length }) => length >= 8 && length <= 128)).max(40),
    maxDistance: z.int().nonnegative(),
  })
  .refine(({ hashes }) => new Set(hashes.map(({ length }) => length)).size <= 1)
const livenessShape = z.object({
  outcome: outcomeShape,
  image: imageShape.optional(),
  furtherImages: z
    .array(imageShape)
    .max(templateLimits.perEnrolment - 1)
    .default([]),
  frameHashes: frameHashesShape.optional(),
})
const matchShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('inline'), person: z.int().nonnegative() }),
  z.object({ kind: z.literal('reference'), reference: z.string().min(1).max(templateLimits.reference) }),
])

/**
 * Creates a client of a biometric verifier, with a timeout, a bounded queue and validation of every result.
 * @throws RangeError if the verifier's template format or size is invalid
 */
export function createVerifierClient(verifier: BiometricVerifier, limits: VerifierLimits = {}): VerifierClient {
  const { timeoutMs = 15_000, concurrency = verifier.concurrency ?? 8, queue = 64 } = limits
  const withSlot = createSemaphore({ concurrency, queue, perSource: Math.max(1, Math.ceil(queue / 2)) })
  const { capabilities, name } = verifier
  const templatesShape = toTemplatesShape(capabilities)
  const invoke = <T>(
    { tenant, ...requester }: VerifierCaller,
    shape: z.ZodType<T>,
    call: ((context: VerifierContext) => Promise<unknown>) | undefined,
  ): Promise<T> => {
    if (call === undefined)
      return Promise.reject(unavailable(new Error(`the verifier ${name} does not implement this operation`)))
    return withSlot(requester, () =>
      withTimeout(timeoutMs, async (signal) => shape.parse(await call({ tenant, signal }))),
    )
  }
  const { startLiveness, checkLiveness, identify, remove } = verifier
  return {
    name,
    capabilities,
    startLiveness: (caller) => invoke(caller, startedShape, startLiveness?.bind(verifier)),
    checkLiveness: async (caller, input) => {
      const checked = await invoke(caller, livenessShape, checkLiveness?.bind(verifier, input))
      const { outcome, image, furtherImages, frameHashes } = checked
      return { outcome: toOutcome(outcome), image, furtherImages, frameHashes }
    },
    enrol: async (caller, input) => {
      const shape = z.object({ outcome: outcomeShape, templates: templatesShape })
      const { outcome, templates } = await invoke(
        caller,
        shape.refine((made) => (made.outcome.decision === 'pass') === made.templates.length > 0),
        verifier.enrol.bind(verifier, input),
      )
      return { outcome: toOutcome(outcome), templates }
    },
    compare: async (caller, input) =>
      toOutcome(await invoke(caller, outcomeShape, verifier.compare.bind(verifier, input))),
    identify: async (caller, input) => {
      const shape = z
        .object({ outcome: outcomeShape, match: matchShape.optional() })
        .refine(({ outcome, match }) => (outcome.decision === 'pass') === (match !== undefined))
        .refine(({ match }) => match === undefined || isInGallery(input.gallery, match))
      const { outcome, match } = await invoke(caller, shape, identify?.bind(verifier, input))
      return { outcome: toOutcome(outcome), match }
    },
    remove: (caller, input) =>
      remove === undefined ? Promise.resolve() : invoke(caller, z.void(), remove.bind(verifier, input)),
  }
}

/** Drops optional fields that zod leaves undefined (`exactOptionalPropertyTypes`). */
function toOutcome({ score, threshold, ...outcome }: z.output<typeof outcomeShape>): VerifierOutcome {
  return { ...outcome, ...(score !== undefined && { score }), ...(threshold !== undefined && { threshold }) }
}

function toTemplatesShape({ templates }: VerifierCapabilities): z.ZodType<FaceTemplate[]> {
  if (templates.kind === 'inline') {
    const { format, bytes } = templates
    if (!Number.isInteger(bytes) || bytes < 1 || bytes > templateLimits.bytes)
      throw new RangeError(
        `capabilities.templates.bytes must be an integer from 1 to ${templateLimits.bytes} (got ${bytes})`,
      )
    assertFormat(format)
    const shape = z.object({
      kind: z.literal('inline'),
      format: z.literal(format),
      bytes: bytesShape.refine((value) => value.length === bytes),
    })
    return z.array(shape).max(templateLimits.perEnrolment)
  }
  assertFormat(templates.format)
  const shape = z.object({
    kind: z.literal('reference'),
    format: z.literal(templates.format),
    reference: z.string().min(1).max(templateLimits.reference),
  })
  return z.array(shape).max(templateLimits.perEnrolment)
}

function assertFormat(format: string): void {
  if (!/^[!-~]{1,64}$/.test(format))
    throw new RangeError(
      `capabilities.templates.format must be 1 to 64 printable ASCII characters (got ${JSON.stringify(format)})`,
    )
}

/** Returns true if the matched person is in the gallery. */
function isInGallery(gallery: Gallery, match: GalleryMatch): boolean {
  if (gallery.kind === 'reference' || match.kind === 'reference') return gallery.kind === match.kind
  return gallery.people.subarray(0, gallery.rows).includes(match.person)
}

async function withTimeout<T>(milliseconds: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const reason = new Error(`the verifier did not respond within ${milliseconds} ms`)
      controller.abort(reason)
      reject(reason)
    }, milliseconds)
  })
  try {
    return await Promise.race([call(controller.signal), timeout])
  } catch (cause) {
    throw isBillfoldError(cause, 'server.busy') ? cause : unavailable(cause)
  } finally {
    clearTimeout(timer)
  }
}

function unavailable(cause: unknown): BillfoldError {
  return new BillfoldError('verifier.unavailable', { cause, retryAfterSeconds: 10 })
}
