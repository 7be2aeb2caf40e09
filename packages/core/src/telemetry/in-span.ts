import { isBillfoldError } from '../errors.ts'
import { isCommitError } from '../storage/index.ts'
import type { TelemetryAttributes, TelemetrySpan, TelemetryTracer } from './types.ts'

/** `SpanKind.INTERNAL` and `SpanStatusCode.ERROR` of OpenTelemetry. */
const internal = 0
const failed = 2

/** Does something in a span of its own; what fails is told by its kind alone. */
export function inSpan<T>(
  tracer: TelemetryTracer | undefined,
  name: string,
  attributes: TelemetryAttributes,
  work: (span: TelemetrySpan | undefined) => Promise<T>,
): Promise<T> {
  if (tracer === undefined) return work(undefined)
  return tracer.startActiveSpan(name, { kind: internal, attributes }, async (span) => {
    try {
      return await work(span)
    } catch (error) {
      fails(span, kindOf(error))
      throw error
    } finally {
      span.end()
    }
  })
}

/** Marks a span as failed. */
export function fails(span: TelemetrySpan | undefined, kind: string): void {
  span?.setAttribute('error.type', kind)
  span?.setStatus({ code: failed })
}

/** What kind of failure it is, in a word of a closed list: its message may quote what must not be told. */
export function kindOf(error: unknown): string {
  if (isBillfoldError(error)) return error.code
  if (isCommitError(error)) return error.reason
  return 'other'
}

/** Seconds since a moment of `performance.now()`. */
export function secondsSince(begun: number): number {
  return (performance.now() - begun) / 1000
}
