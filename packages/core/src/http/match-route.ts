import type { Route } from './route.ts'

/** A route, and the parameters that a path gives it. */
export interface MatchedRoute {
  readonly route: Route
  /** Percent-decoded, by name. A malformed value stays as it is: `handle` rejects its request. */
  readonly params: Readonly<Record<string, string>>
}

interface Candidate {
  readonly route: Route
  readonly segments: readonly string[]
}

/**
 * Creates a function that finds the route of a request, for adapters of frameworks without a router. Paths are case-sensitive, a
 * trailing slash is ignored, and the route of a `GET` also answers `HEAD`.
 *
 * @param routes the routes of an API, in order
 * @returns a function of the method and the path below the mount, still percent-encoded. It returns undefined if no route matches
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 * import { createRouteMatcher } from '@billfold/core/http'
 *
 * const { custody } = createBillfold({ storage: memoryStorage(), keyring: environmentKeyring() })
 * const matchRoute = createRouteMatcher(custody.routes)
 * matchRoute('GET', '/api/users/42')?.params // { userId: '42' }
 * ```
 */
export function createRouteMatcher(
  routes: readonly Route[],
): (method: string, path: string) => MatchedRoute | undefined {
  const candidates = new Map<string, Candidate[]>()
  for (const route of routes) {
    const segments = route.path.split('/').slice(1)
    const key = toKey(route.method, segments)
    candidates.set(key, [...(candidates.get(key) ?? []), { route, segments }])
  }
  return (method, path) => {
    const segments = (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path).split('/').slice(1)
    const found = candidates
      .get(toKey(method === 'HEAD' ? 'GET' : method, segments))
      ?.find((candidate) => matches(candidate, segments))
    return found === undefined ? undefined : { route: found.route, params: toParams(found, segments) }
  }
}

function toKey(method: string, { length }: readonly string[]): string {
  return `${method} ${length}`
}

function matches({ segments }: Candidate, actual: readonly string[]): boolean {
  return segments.every((segment, at) => (isParameter(segment) ? actual[at] !== '' : segment === actual[at]))
}

function toParams({ segments }: Candidate, actual: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {}
  for (const [at, segment] of segments.entries()) {
    if (isParameter(segment)) params[segment.slice(1)] = decode(actual[at] ?? '')
  }
  return params
}

function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function isParameter(segment: string): boolean {
  return segment.startsWith(':')
}
