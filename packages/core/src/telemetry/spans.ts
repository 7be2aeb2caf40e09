import { isBillfoldError } from '../kernel/errors.ts'
import { isCommitError } from '../kernel/storage/index.ts'
import type { TelemetryAttributes, TelemetrySpan, TelemetryTracer } from './types.ts'

/** `SpanKind.INTERNAL` and `SpanStatusCode.ERROR` of OpenTelemetry. */
const internal = 0
const failed = 2

/** Runs a task in a span. Records the type of an error, never its message. */
export function withSpan<T>(
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
      markSpanFailed(span, toErrorType(error))
      throw error
    } finally {
      span.end()
    }
  })
}

/** Marks a span as failed. */
export function markSpanFailed(span: TelemetrySpan | undefined, kind: string): void {
  span?.setAttribute('error.type', kind)
  span?.setStatus({ code: failed })
}

/** Maps an error to a closed list of types. Messages are not used, because they can contain sensitive data. */
export function toErrorType(error: unknown): string {
  if (isBillfoldError(error)) return error.code
  if (isCommitError(error)) return error.reason
  return 'other'
}

/** Returns the seconds since a `performance.now()` value. */
export function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000
}
