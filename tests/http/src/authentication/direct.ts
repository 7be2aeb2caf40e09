import type { IncomingBody, MountableApi } from '@billfold/core/http'
import type { Answer, Sent } from '../client.ts'
import type { Asker } from './sealer.ts'

/** Asks an API as an adapter does, without a network between: for what is about several processes and not about HTTP. */
export function direct(api: MountableApi): Asker {
  return {
    request: async (method, path, sent = {}) => {
      const [whole = '', query = ''] = path.split('?')
      // Routers take a slash at the end alike.
      const pathname = whole.replace(/(?<=.)\/$/, '')
      const found = match(api, method, pathname)
      if (found === undefined) throw new Error(`there is no ${method} ${pathname}`)
      const { status, headers, body } = await api.handle(found.route, {
        method,
        path: pathname,
        mount: '',
        params: found.params,
        query,
        headers: headersOf(sent),
        ip: '192.0.2.7',
        body: bodyOf(sent),
        signal: new AbortController().signal,
      })
      const text = typeof body === 'string' ? body : ''
      const answer: Answer = {
        status,
        headers: { ...headers } as Answer['headers'],
        text,
        json: text === '' ? undefined : JSON.parse(text),
      }
      return answer
    },
  }
}

/** JSON as a parser leaves it; of a `body`, which must be JSON too, its bytes are kept as well. */
function bodyOf({ json, body }: Sent): IncomingBody {
  if (json !== undefined) return { kind: 'parsed', value: structuredClone(json) }
  return body === undefined ? { kind: 'none' } : { kind: 'parsed', value: JSON.parse(String(body)), raw: body }
}

function headersOf({ headers = {}, json }: Sent): Record<string, string> {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return { ...(json !== undefined && { 'content-type': 'application/json' }), ...Object.fromEntries(lower) }
}

function match(api: MountableApi, method: string, path: string) {
  const asked = path.split('/')
  for (const route of api.routes) {
    const segments = route.path.split('/')
    if (route.method !== method || segments.length !== asked.length) continue
    const params: Record<string, string> = {}
    const fits = segments.every((segment, index) => {
      if (!segment.startsWith(':')) return segment === asked[index]
      params[segment.slice(1)] = asked[index] ?? ''
      return true
    })
    if (fits) return { route, params }
  }
  return undefined
}
