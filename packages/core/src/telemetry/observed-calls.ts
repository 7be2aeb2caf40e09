import type { Instruments } from './instruments.ts'
import { inSpan, kindOf, secondsSince } from './in-span.ts'
import type { TelemetryAttributes, TelemetryTracer } from './types.ts'

type Callable = (...given: readonly unknown[]) => unknown

function isCallable(value: unknown): value is Callable {
  return typeof value === 'function'
}

/** Something outside whose functions are called: its own words for itself, and what its spans begin with. */
export interface Called {
  readonly name: string
  readonly attributes: TelemetryAttributes
}

/** The same object, each call of whose functions is a span and a measurement. Arguments and results are not told. */
export function observedCalls<T extends object>(
  target: T,
  { name, attributes }: Called,
  tracer: TelemetryTracer | undefined,
  measured: Instruments | undefined,
): T {
  const called = (work: Callable, given: readonly unknown[], operation: string): Promise<unknown> => {
    const about = { ...attributes, 'billfold.operation': operation }
    const begun = performance.now()
    return inSpan(tracer, `${name} ${operation}`, about, async () => {
      let outcome = 'answered'
      try {
        const answer: unknown = await Reflect.apply(work, target, [...given])
        return answer
      } catch (error) {
        outcome = kindOf(error)
        throw error
      } finally {
        measured?.callDuration.record(secondsSince(begun), { ...about, 'billfold.outcome': outcome })
      }
    })
  }
  // Not over the object itself: of a frozen one a proxy may not give other functions.
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- Object.create knows no types; the handler answers for it
  const shadow: T = Object.create(Reflect.getPrototypeOf(target))
  return new Proxy(shadow, {
    has: (_, property) => Reflect.has(target, property),
    get: (_, property) => {
      const value: unknown = Reflect.get(target, property)
      if (!isCallable(value) || typeof property !== 'string') return value
      return (...given: readonly unknown[]): unknown => called(value, given, property)
    },
  })
}
