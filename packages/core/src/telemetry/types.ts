/** Attributes of a span or a metric. Never contain a personal id or a secret. */
export type TelemetryAttributes = Readonly<Record<string, string | number | boolean>>

/** A span. Compatible with `Span` of @opentelemetry/api. */
export interface TelemetrySpan {
  setAttribute(name: string, value: string | number | boolean): unknown
  /** `code` 2 is an error. */
  setStatus(status: { readonly code: number }): unknown
  end(): void
}

/**
 * Creates spans. Compatible with `Tracer` of @opentelemetry/api. A span is a child of the span that is active at its
 * creation.
 */
export interface TelemetryTracer {
  startActiveSpan<T>(
    name: string,
    options: { readonly kind: number; readonly attributes: TelemetryAttributes },
    work: (span: TelemetrySpan) => T,
  ): T
}

interface InstrumentOptions {
  readonly description: string
  readonly unit: string
}

interface HistogramOptions extends InstrumentOptions {
  readonly advice: { readonly explicitBucketBoundaries: number[] }
}

/** A counter. */
export interface TelemetryCounter {
  add(value: number, attributes?: TelemetryAttributes): void
}

/** Records the distribution of values. */
export interface TelemetryHistogram {
  record(value: number, attributes?: TelemetryAttributes): void
}

/** A gauge whose callbacks are called when metrics are collected. */
export interface TelemetryGauge {
  addCallback(
    callback: (result: { observe(value: number, attributes?: TelemetryAttributes): void }) => void | Promise<void>,
  ): void
}

/** Creates metric instruments. Compatible with `Meter` of @opentelemetry/api. */
export interface TelemetryMeter {
  createCounter(name: string, options: InstrumentOptions): TelemetryCounter
  createUpDownCounter(name: string, options: InstrumentOptions): TelemetryCounter
  createHistogram(name: string, options: HistogramOptions): TelemetryHistogram
  createObservableGauge(name: string, options: InstrumentOptions): TelemetryGauge
}

/** Telemetry options. Both fields are optional and independent. */
export interface Telemetry {
  /** For example `trace.getTracer('billfold')`. */
  readonly tracer?: TelemetryTracer
  /** For example `metrics.getMeter('billfold')`. */
  readonly meter?: TelemetryMeter
}
