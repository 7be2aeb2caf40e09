import type { MetricInstruments } from './instruments.ts'
import { withSpan, toErrorType, secondsSince } from './spans.ts'
import type { TelemetryAttributes, TelemetryTracer } from './types.ts'

type Callable = (...args: readonly unknown[]) => unknown

function isCallable(value: unknown): value is Callable {
  return typeof value === 'function'
}

/** A description of the instrumented object: the prefix of its span names, and attributes. */
export interface InstrumentedTarget {
  readonly name: string
  readonly attributes: TelemetryAttributes
}

/** Instruments an object: a span and a duration metric per method call. Arguments and results are not recorded. */
export function instrumentObject<T extends object>(
  target: T,
  { name, attributes }: InstrumentedTarget,
  tracer: TelemetryTracer | undefined,
  measured: MetricInstruments | undefined,
): T {
  const call = (work: Callable, args: readonly unknown[], operation: string): Promise<unknown> => {
    const callAttributes = { ...attributes, 'billfold.operation': operation }
    const startedAt = performance.now()
    return withSpan(tracer, `${name} ${operation}`, callAttributes, async () => {
      let outcome = 'success'
      try {
        const answer: unknown = await Reflect.apply(work, target, [...args])
        return answer
      } catch (error) {
        outcome = toErrorType(error)
        throw error
      } finally {
        measured?.dependencyDuration.record(secondsSince(startedAt), { ...callAttributes, 'billfold.outcome': outcome })
      }
    })
  }
  // Not a proxy of the object itself: a proxy may not replace the methods of a frozen object.
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- Object.create is untyped; the proxy handler supplies T
  const shadow: T = Object.create(Reflect.getPrototypeOf(target))
  return new Proxy(shadow, {
    has: (_, property) => Reflect.has(target, property),
    get: (_, property) => {
      const value: unknown = Reflect.get(target, property)
      if (!isCallable(value) || typeof property !== 'string') return value
      return (...args: readonly unknown[]): unknown => call(value, args, property)
    },
  })
}
