import type { IncomingBody, MountableApi, Route } from '@billfold/core/http'
import type { HttpReply, RequestContent, RequestDriver } from './request-driver.ts'

/** Values that the adapter of a host would pass besides the request. */
export interface InMemoryOptions {
  /** The source address of all requests. */
  readonly ip?: string
  /** True if the bytes of JSON bodies are retained, as by a body parser that is set up for it. */
  readonly retainRawBody?: boolean
}

/** Calls an API as an adapter does, without a server, for suites about several processes rather than HTTP. */
export function inMemoryDriver(
  api: MountableApi,
  { ip = '192.0.2.1', retainRawBody = false }: InMemoryOptions = {},
): RequestDriver {
  return {
    request: async (method, target, content = {}) => {
      const [withSlash = '', query = ''] = target.split('?')
      // Routers ignore a trailing slash.
      const path = withSlash.replace(/(?<=.)\/$/, '')
      const found = matchRoute(api, method, path)
      if (found === undefined) throw new Error(`no route ${method} ${path}`)
      const { status, headers, body } = await api.handle(found.route, {
        method,
        path,
        mount: '',
        params: found.params,
        query,
        headers: toHeaders(content),
        ip,
        body: toBody(content, retainRawBody),
        signal: new AbortController().signal,
      })
      const text = typeof body === 'string' ? body : ''
      return { status, headers: toIncomingHeaders(headers), text, json: text === '' ? undefined : JSON.parse(text) }
    },
  }
}

/** JSON as a body parser leaves it. A `body` must be JSON too; its bytes are always retained. */
function toBody({ json, body }: RequestContent, retainRawBody: boolean): IncomingBody {
  const raw = body ?? (retainRawBody ? JSON.stringify(json) : undefined)
  if (raw !== undefined) return { kind: 'parsed', value: JSON.parse(String(raw)), raw }
  return json === undefined ? { kind: 'none' } : { kind: 'parsed', value: structuredClone(json) }
}

function toHeaders({ headers = {}, json }: RequestContent): Record<string, string> {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return { ...(json !== undefined && { 'content-type': 'application/json' }), ...Object.fromEntries(lower) }
}

function toIncomingHeaders(headers: Readonly<Record<string, string | readonly string[]>>): HttpReply['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
}

function matchRoute(
  api: MountableApi,
  method: string,
  path: string,
): { readonly route: Route; readonly params: Record<string, string> } | undefined {
  const requested = path.split('/')
  for (const route of api.routes) {
    const segments = route.path.split('/')
    if (route.method !== method || segments.length !== requested.length) continue
    const params: Record<string, string> = {}
    const isMatch = segments.every((segment, index) => {
      const value = requested[index] ?? ''
      if (!segment.startsWith(':')) return segment === value
      params[segment.slice(1)] = decodeURIComponent(value)
      return true
    })
    if (isMatch) return { route, params }
  }
  return undefined
}
