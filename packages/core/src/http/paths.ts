import type { Route } from './route.ts'

const wellFormed = /^(?:\/(?:[A-Za-z0-9._~-]+|:[A-Za-z]\w*))+$/

/** The names of a path's parameters, in order. */
export function parameterNames(path: string): readonly string[] {
  return segments(path)
    .filter(isParameter)
    .map((segment) => segment.slice(1))
}

/** The methods that routes with this path take, `HEAD` where `GET` is; none where no route has it. */
export function methodsAt(routes: readonly Route[], path: string): readonly string[] {
  const taken = routes.filter((route) => covers(route.path, path)).map((route) => route.method)
  const methods = new Set<string>(taken)
  if (methods.has('GET')) methods.add('HEAD')
  return [...methods].sort()
}

/**
 * Holds a table of routes to what every router reads alike: plain paths, each operation once, none hidden by one before.
 * @throws Error that names the route
 */
export function checkRoutes(routes: readonly Route[]): void {
  for (const [index, route] of routes.entries()) {
    if (!wellFormed.test(route.path))
      throw new Error(`Route ${route.id}: ${route.path} is not a path that every router reads alike`)
    for (const before of routes.slice(0, index)) {
      if (before.id === route.id) throw new Error(`Route ${route.id} is there twice`)
      if (before.method === route.method && covers(before.path, route.path)) {
        throw new Error(`Route ${route.id} is never reached: ${before.id} comes before it`)
      }
    }
  }
}

/** Whether a path, with or without a slash at its end, has the form of a route's. */
function covers(pattern: string, path: string): boolean {
  const wanted = segments(pattern)
  const given = segments(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path)
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => (isParameter(segment) ? given[index] !== '' : segment === given[index]))
  )
}

function segments(path: string): readonly string[] {
  return path.split('/').slice(1)
}

function isParameter(segment: string): boolean {
  return segment.startsWith(':')
}
