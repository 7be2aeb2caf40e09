import type { Route } from './route.ts'

const wellFormed = /^(?:\/(?:[A-Za-z0-9._~-]+|:[A-Za-z]\w*))+$/

/**
 * Returns the parameter names of a route path, in order.
 *
 * @param path the path of a route: `/api/users/:userId`
 */
export function parameterNames(path: string): readonly string[] {
  return segments(path)
    .filter(isParameter)
    .map((segment) => segment.slice(1))
}

/** Returns the allowed methods of a path, with `HEAD` for `GET`. Empty if no route matches. */
export function allowedMethods(routes: readonly Route[], path: string): readonly string[] {
  const matched = routes.filter((route) => covers(route.path, path)).map((route) => route.method)
  const methods = new Set<string>(matched)
  if (methods.has('GET')) methods.add('HEAD')
  return [...methods].sort()
}

/**
 * Validates a route table: portable paths, unique operation ids, no unreachable route.
 * @throws Error that names the route
 */
export function validateRoutes(routes: readonly Route[]): void {
  const validated: { readonly route: Route; readonly segments: readonly string[] }[] = []
  for (const route of routes) {
    if (!wellFormed.test(route.path))
      throw new Error(`Route ${route.id}: the path ${route.path} is not portable between routers`)
    const path = segments(route.path)
    for (const before of validated) {
      if (before.route.id === route.id) throw new Error(`Duplicate route id: ${route.id}`)
      if (before.route.method === route.method && coversSegments(before.segments, path)) {
        throw new Error(`Route ${route.id} is unreachable: ${before.route.id} precedes it`)
      }
    }
    validated.push({ route, segments: path })
  }
}

/** Returns true if a route path covers a path, with or without a trailing slash. */
function covers(pattern: string, path: string): boolean {
  return coversSegments(segments(pattern), segments(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path))
}

function coversSegments(expected: readonly string[], actual: readonly string[]): boolean {
  return (
    expected.length === actual.length &&
    expected.every((segment, index) => (isParameter(segment) ? actual[index] !== '' : segment === actual[index]))
  )
}

function segments(path: string): readonly string[] {
  return path.split('/').slice(1)
}

function isParameter(segment: string): boolean {
  return segment.startsWith(':')
}
