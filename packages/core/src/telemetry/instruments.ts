import type { TelemetryCounter, TelemetryHistogram, TelemetryMeter } from './types.ts'

/** The metric instruments of Billfold. */
export interface MetricInstruments {
  readonly requestDuration: TelemetryHistogram
  readonly findDuration: TelemetryHistogram
  readonly commitDuration: TelemetryHistogram
  readonly auditActions: TelemetryCounter
  readonly passwordHashDuration: TelemetryHistogram
  readonly passwordHashPending: TelemetryCounter
  readonly dependencyDuration: TelemetryHistogram
  readonly deliveries: TelemetryCounter
}

/** Bucket boundaries in seconds, as recommended by the OpenTelemetry HTTP semantic conventions. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
/** Bucket boundaries in seconds for storage calls: microseconds in memory, about a millisecond over a network. */
const storageBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Creates the instruments. Returns undefined without a meter. */
export function createMetricInstruments(meter: TelemetryMeter | undefined): MetricInstruments | undefined {
  if (meter === undefined) return undefined
  const duration = (name: string, description: string, explicitBucketBoundaries: number[]): TelemetryHistogram =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries } })
  return {
    requestDuration: duration('http.server.request.duration', 'Duration of HTTP requests', requestBuckets),
    findDuration: duration('billfold.storage.find.duration', 'Duration of storage finds', storageBuckets),
    commitDuration: duration('billfold.storage.commit.duration', 'Duration of storage commits', storageBuckets),
    auditActions: meter.createCounter('billfold.audit.actions', {
      description: 'Committed audit actions',
      unit: '{action}',
    }),
    passwordHashDuration: duration(
      'billfold.password_hash.duration',
      'Duration of password hashes, including their time in the queue',
      requestBuckets,
    ),
    passwordHashPending: meter.createUpDownCounter('billfold.password_hash.pending', {
      description: 'Password hashes queued or running in this process',
      unit: '{hash}',
    }),
    dependencyDuration: duration(
      'billfold.dependency.duration',
      'Duration of calls to verifiers and chain nodes',
      requestBuckets,
    ),
    deliveries: meter.createCounter('billfold.deliveries', {
      description: 'Delivery attempts of messages and events',
      unit: '{attempt}',
    }),
  }
}
