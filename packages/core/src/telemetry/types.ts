/** What Billfold tells of a span or a measurement: few words and numbers, never an id of a person, never a secret. */
export type TelemetryAttributes = Readonly<Record<string, string | number | boolean>>

/** A span, as far as Billfold uses one: `Span` of @opentelemetry/api fits. */
export interface TelemetrySpan {
  setAttribute(name: string, value: string | number | boolean): unknown
  /** 2 is an error. */
  setStatus(status: { readonly code: number }): unknown
  end(): void
}

/** What makes spans: a `Tracer` of @opentelemetry/api fits. A span is a child of the span that is active where it is made. */
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

/** Counts up. */
export interface TelemetryCounter {
  add(value: number, attributes?: TelemetryAttributes): void
}

/** Keeps how often which values came. */
export interface TelemetryHistogram {
  record(value: number, attributes?: TelemetryAttributes): void
}

/** Is asked for its values when metrics are collected. */
export interface TelemetryGauge {
  addCallback(
    callback: (result: { observe(value: number, attributes?: TelemetryAttributes): void }) => void | Promise<void>,
  ): void
}

/** What makes instruments: a `Meter` of @opentelemetry/api fits. */
export interface TelemetryMeter {
  createCounter(name: string, options: InstrumentOptions): TelemetryCounter
  createUpDownCounter(name: string, options: InstrumentOptions): TelemetryCounter
  createHistogram(name: string, options: HistogramOptions): TelemetryHistogram
  createObservableGauge(name: string, options: InstrumentOptions): TelemetryGauge
}

/** Where spans and metrics go; either alone will do. */
export interface Telemetry {
  /** `trace.getTracer('billfold')` */
  readonly tracer?: TelemetryTracer
  /** `metrics.getMeter('billfold')` */
  readonly meter?: TelemetryMeter
}
