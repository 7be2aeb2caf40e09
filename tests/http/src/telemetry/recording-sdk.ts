import { context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import type { Meter, Tracer } from '@opentelemetry/api'

/** The SDK of OpenTelemetry as a host sets it up, and its exports. */
export interface RecordingSdk {
  readonly tracer: Tracer
  readonly meter: Meter
  /** Returns the spans that ended since the last call. */
  readonly spans: () => readonly ReadableSpan[]
  /** Returns all points by the name of the metric. */
  readonly points: () => Promise<ReadonlyMap<string, readonly MetricPoint[]>>
  readonly close: () => Promise<void>
}

/** A point of a metric; the value of a histogram is its count. */
export interface MetricPoint {
  readonly value: number
  readonly attributes: Readonly<Record<string, unknown>>
}

/** Sets up the SDK with exporters in memory. */
export function startRecording(): RecordingSdk {
  const contexts = new AsyncLocalStorageContextManager().enable()
  context.setGlobalContextManager(contexts)
  const exported = new InMemorySpanExporter()
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exported)] })
  const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter: measured, exportIntervalMillis: 3_600_000 })
  const meters = new MeterProvider({ readers: [reader] })
  return {
    tracer: tracers.getTracer('billfold'),
    meter: meters.getMeter('billfold'),
    spans: () => {
      const spans = exported.getFinishedSpans().slice()
      exported.reset()
      return spans
    },
    points: async () => {
      measured.reset()
      await reader.forceFlush()
      const found = measured.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
      return new Map(
        found.map(({ descriptor, dataPoints }) => [
          descriptor.name,
          dataPoints.map(({ value, attributes }) => ({
            value: typeof value === 'number' ? value : (value.count ?? 0),
            attributes,
          })),
        ]),
      )
    },
    close: async () => {
      await Promise.all([tracers.shutdown(), meters.shutdown()])
      context.disable()
      trace.disable()
      metrics.disable()
    },
  }
}
