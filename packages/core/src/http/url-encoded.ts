import { requestLimits } from './request-limits.ts'
import { isStorableText } from './sanitize-json.ts'

/** Parameters by name: a string, or an array of strings if the name is repeated. */
export type UrlEncodedParameters = Record<string, string | string[]>

/**
 * Parses `application/x-www-form-urlencoded` text (WHATWG URL standard). Returns undefined if there are too many parameters or
 * one contains text that cannot be stored.
 */
export function parseUrlEncoded(text: string): UrlEncodedParameters | undefined {
  const parameters = new Map<string, string | string[]>()
  if (text.split('&', requestLimits.maxParameters + 1).length > requestLimits.maxParameters) return undefined
  for (const [name, value] of new URLSearchParams(text)) {
    if (!isStorableText(name) || !isStorableText(value)) return undefined
    const before = parameters.get(name)
    if (before === undefined) parameters.set(name, value)
    else if (typeof before === 'string') parameters.set(name, [before, value])
    else before.push(value)
  }
  return Object.fromEntries(parameters)
}
