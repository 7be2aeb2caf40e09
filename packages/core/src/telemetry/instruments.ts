import type { TelemetryCounter, TelemetryHistogram, TelemetryMeter } from './types.ts'

/** What is measured. */
export interface Instruments {
  readonly requestDuration: TelemetryHistogram
  readonly findDuration: TelemetryHistogram
  readonly commitDuration: TelemetryHistogram
  readonly acts: TelemetryCounter
  readonly hashDuration: TelemetryHistogram
  readonly hashPending: TelemetryCounter
  readonly callDuration: TelemetryHistogram
  readonly deliveries: TelemetryCounter
}

/** In seconds, those that the semantic conventions of HTTP advise. */
const seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
/** A find takes microseconds in memory and a millisecond over a network. */
const short = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Makes the instruments; undefined without a meter. */
export function instruments(meter: TelemetryMeter | undefined): Instruments | undefined {
  if (meter === undefined) return undefined
  const duration = (name: string, description: string, explicitBucketBoundaries: number[]): TelemetryHistogram =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries } })
  return {
    requestDuration: duration('http.server.request.duration', 'How long requests take', seconds),
    findDuration: duration('billfold.storage.find.duration', 'How long the storage takes to find', short),
    commitDuration: duration('billfold.storage.commit.duration', 'How long the storage takes to commit', short),
    acts: meter.createCounter('billfold.acts', {
      description: 'Acts that were committed, as the audit trail names them',
      unit: '{act}',
    }),
    hashDuration: duration('billfold.slow_hash.duration', 'How long slow hashes take, their wait included', seconds),
    hashPending: meter.createUpDownCounter('billfold.slow_hash.pending', {
      description: 'Slow hashes that wait or run in this process',
      unit: '{hash}',
    }),
    callDuration: duration('billfold.call.duration', 'How long verifiers and nodes of chains take to answer', seconds),
    deliveries: meter.createCounter('billfold.deliveries', {
      description: 'Attempts to deliver messages and events',
      unit: '{attempt}',
    }),
  }
}
