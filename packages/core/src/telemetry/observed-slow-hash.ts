import type { SlowHash } from '../crypto/index.ts'
import type { Instruments } from './instruments.ts'
import { inSpan, secondsSince } from './in-span.ts'
import type { TelemetryTracer } from './types.ts'

/** A slow hash whose queue and whose times can be seen. */
export function observedSlowHash(
  slowHash: SlowHash,
  tracer: TelemetryTracer | undefined,
  measured: Instruments | undefined,
): SlowHash {
  const seen = <T>(work: () => Promise<T>): Promise<T> => {
    const begun = performance.now()
    measured?.hashPending.add(1)
    return inSpan(tracer, 'slow hash', {}, async () => {
      try {
        return await work()
      } finally {
        measured?.hashPending.add(-1)
        measured?.hashDuration.record(secondsSince(begun))
      }
    })
  }
  return {
    ...slowHash,
    turn: (source, job) => seen(() => slowHash.turn(source, job)),
    derive: (secret, options) => seen(() => slowHash.derive(secret, options)),
    hash: (secret, options) => seen(() => slowHash.hash(secret, options)),
    verify: (secret, phc, options) => seen(() => slowHash.verify(secret, phc, options)),
  }
}
