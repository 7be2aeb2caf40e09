import type { PasswordHasher } from '../kernel/crypto/index.ts'
import type { MetricInstruments } from './instruments.ts'
import { withSpan, secondsSince } from './spans.ts'
import type { TelemetryTracer } from './types.ts'

/** Instruments a password hasher: its queue length and durations. */
export function instrumentPasswordHasher(
  passwordHasher: PasswordHasher,
  tracer: TelemetryTracer | undefined,
  measured: MetricInstruments | undefined,
): PasswordHasher {
  const measure = <T>(work: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now()
    measured?.passwordHashPending.add(1)
    return withSpan(tracer, 'password hash', {}, async () => {
      try {
        return await work()
      } finally {
        measured?.passwordHashPending.add(-1)
        measured?.passwordHashDuration.record(secondsSince(startedAt))
      }
    })
  }
  return {
    ...passwordHasher,
    withSlot: (requester, job) => measure(() => passwordHasher.withSlot(requester, job)),
    derive: (secret, options) => measure(() => passwordHasher.derive(secret, options)),
    hash: (secret, options) => measure(() => passwordHasher.hash(secret, options)),
    verify: (secret, phc, options) => measure(() => passwordHasher.verify(secret, phc, options)),
  }
}
