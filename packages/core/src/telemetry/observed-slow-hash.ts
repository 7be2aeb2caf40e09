import type { SlowHash } from '../crypto/index.ts'
import type { Instruments } from './instruments.ts'
import { inSpan, secondsSince } from './in-span.ts'
import type { TelemetryTracer } from './types.ts'

/** Instruments a password hasher: its queue length and durations. */
export function observedSlowHash(
  slowHash: SlowHash,
  tracer: TelemetryTracer | undefined,
  measured: Instruments | undefined,
): SlowHash {
  const measure = <T>(work: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now()
    measured?.hashPending.add(1)
    return inSpan(tracer, 'slow hash', {}, async () => {
      try {
        return await work()
      } finally {
        measured?.hashPending.add(-1)
        measured?.hashDuration.record(secondsSince(startedAt))
      }
    })
  }
  return {
    ...slowHash,
    turn: (source, job) => measure(() => slowHash.turn(source, job)),
    derive: (secret, options) => measure(() => slowHash.derive(secret, options)),
    hash: (secret, options) => measure(() => slowHash.hash(secret, options)),
    verify: (secret, phc, options) => measure(() => slowHash.verify(secret, phc, options)),
  }
}
