import type { Api } from './api.ts'
import type { ApiDescription, ApiTag } from './api-description.ts'
import type { Route } from './route.ts'

/** The description of an API that has none of its own, such as that of a module: one tag with the title of the API. */
export function describeApi({ title, description }: Api): ApiDescription {
  return (
    description ?? {
      text: `${title}.`,
      tags: [{ name: title, description: `The operations of ${title}`, paths: ['/'] }],
    }
  )
}

/** Returns the tag of a route; the last tag if no path matches. */
export function tagOf({ path }: Route, { tags }: ApiDescription): ApiTag | undefined {
  const lengths = tags.map((tag) => ({
    tag,
    length: Math.max(-1, ...tag.paths.filter((start) => isBelow(path, start)).map((start) => start.length)),
  }))
  const best = lengths.reduce((found, one) => (one.length > found.length ? one : found), {
    tag: tags.at(-1),
    length: -1,
  })
  return best.tag
}

/** `/api/wallets/:walletId/balance` is below `/api/wallets` and below `/api/wallets/:/balance`. */
function isBelow(path: string, start: string): boolean {
  const given = path.replaceAll(/:\w+/g, ':').split('/')
  return start === '/' || start.split('/').every((segment, index) => given[index] === segment)
}

/** Describes an operation in words: who may call it, its limits, and how a repetition is recognized. */
export function describeOperation({ summary, guard, limits, idempotency }: Route): string {
  const rates = limits.map(({ by, limit, windowSeconds }) => `${limit} in ${windowSeconds} s by ${by}`)
  return [
    `${summary.replace(/\.$/, '')}.`,
    `Caller: ${guard.name}.`,
    ...(rates.length > 0 ? [`Rate limit: ${rates.join(', ')}.`] : []),
    ...(idempotency === 'key'
      ? ['With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.']
      : []),
  ].join('\n\n')
}
