import type { Guard } from './guard.ts'
import type { Route } from './route.ts'

/**
 * Returns a route and its copies under other paths. The ids of the copies are numbered: `setPin`, `setPin2`.
 *
 * @param original the route
 * @param aliases the other paths
 */
export function withAliases(original: Route, ...aliases: readonly string[]): readonly Route[] {
  const copies = aliases.map((path, index) => Object.freeze({ ...original, id: `${original.id}${index + 2}`, path }))
  return [original, ...copies]
}

/**
 * Returns the GET variant of a POST route that only reads: the fields of the body are in the query. Its id ends in `ByGet`.
 *
 * @param post the route, with a body
 * @param guard authenticates by the headers, because a URL is no place for a credential
 */
export function byGet(post: Route, guard: Guard): Route {
  const get: Route = {
    ...post,
    id: `${post.id}ByGet`,
    method: 'GET',
    guard,
    query: post.body?.schema,
    body: undefined,
    idempotency: 'none',
    prepare: (raw, context) => post.prepare({ ...raw, query: undefined, body: raw.query }, context),
  }
  return Object.freeze(get)
}
