import type { MountableApi } from '../http/index.ts'
import type { Instruments } from './instruments.ts'
import { fails, inSpan, secondsSince } from './in-span.ts'
import type { TelemetryTracer } from './types.ts'

/**
 * An API each of whose requests is a span and a measurement, in the words of the semantic conventions of HTTP servers. Routes are
 * told by their paths below the mount, as they are written: no label holds what a caller has sent.
 */
export function observedApi(
  api: MountableApi,
  tracer: TelemetryTracer | undefined,
  measured: Instruments | undefined,
): MountableApi {
  return Object.freeze({
    ...api,
    handle: (route, request) => {
      const begun = performance.now()
      const attributes = {
        'http.request.method': route.method,
        'http.route': route.path,
        'billfold.api': api.name,
        'billfold.route': route.id,
      }
      return inSpan(tracer, `${route.method} ${route.path}`, attributes, async (span) => {
        const response = await api.handle(route, request)
        const { status } = response
        span?.setAttribute('http.response.status_code', status)
        if (status >= 500) fails(span, String(status))
        measured?.requestDuration.record(secondsSince(begun), {
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
