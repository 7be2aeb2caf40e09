import type { MountableApi } from '../http/index.ts'
import type { MetricInstruments } from './instruments.ts'
import { markSpanFailed, withSpan, secondsSince } from './spans.ts'
import type { TelemetryTracer } from './types.ts'

/**
 * Instruments an API: a span and a duration metric per request, with the OpenTelemetry semantic conventions for HTTP
 * servers. The route is reported as its path template below the mount, so no attribute contains caller input.
 */
export function instrumentApi(
  api: MountableApi,
  tracer: TelemetryTracer | undefined,
  measured: MetricInstruments | undefined,
): MountableApi {
  return Object.freeze({
    ...api,
    handle: (route, request) => {
      const startedAt = performance.now()
      const attributes = {
        'http.request.method': route.method,
        'http.route': route.path,
        'billfold.api': api.name,
        'billfold.route': route.id,
      }
      return withSpan(tracer, `${route.method} ${route.path}`, attributes, async (span) => {
        const response = await api.handle(route, request)
        const { status } = response
        span?.setAttribute('http.response.status_code', status)
        if (status >= 500) markSpanFailed(span, String(status))
        measured?.requestDuration.record(secondsSince(startedAt), {
          'http.request.method': route.method,
          'http.route': route.path,
          'http.response.status_code': status,
          'billfold.api': api.name,
          ...(status >= 500 && { 'error.type': String(status) }),
        })
        return response
      })
    },
  } satisfies MountableApi)
}
