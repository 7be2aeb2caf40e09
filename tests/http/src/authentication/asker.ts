import type { MountableApi } from '@billfold/core/http'
import type { Asker } from './sealer.ts'

/** Asks an API without a host around it, as an adapter would: for suites that are about something else than HTTP. */
export function askerOf(api: MountableApi, ip = '192.0.2.1'): Asker {
  return {
    request: async (method, target, { headers = {}, json } = {}) => {
      const [asked = '', query = ''] = target.split('?')
      const path = asked.replace(/\/$/, '')
      const given = path.split('/')
      const route = api.routes.find(
        (one) =>
          one.method === method &&
          one.path.split('/').length === given.length &&
          one.path.split('/').every((part, index) => part.startsWith(':') || part === given[index]),
      )
      if (route === undefined) throw new Error(`there is no route ${method} ${path}`)
      const named = route.path.split('/').map((part, index) => [part.slice(1), decodeURIComponent(given[index] ?? '')])
      const answer = await api.handle(route, {
        method,
        path,
        mount: '',
        params: Object.fromEntries(named.filter((_, index) => route.path.split('/')[index]?.startsWith(':'))),
        query,
        headers: {
          ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
          ...(json !== undefined && { 'content-type': 'application/json' }),
        },
        ip,
        body: json === undefined ? { kind: 'none' } : { kind: 'parsed', value: structuredClone(json) },
        signal: new AbortController().signal,
      })
      const text = typeof answer.body === 'string' ? answer.body : ''
      return { status: answer.status, headers: {}, text, json: text === '' ? undefined : JSON.parse(text) }
    },
  }
}
