import { limits } from './limits.ts'
import { isPlainText } from './plain-json.ts'

/** Parameters by name: a string, or an array of strings if the name is repeated. */
export type Parameters = Record<string, string | string[]>

/**
 * Parses `application/x-www-form-urlencoded` text (WHATWG URL standard). Returns undefined if there are too many parameters or
 * one contains text that cannot be stored.
 */
export function readParameters(text: string): Parameters | undefined {
  const parameters = new Map<string, string | string[]>()
  if (text.split('&', limits.parameters + 1).length > limits.parameters) return undefined
  for (const [name, value] of new URLSearchParams(text)) {
    if (!isPlainText(name) || !isPlainText(value)) return undefined
    const before = parameters.get(name)
    if (before === undefined) parameters.set(name, value)
    else if (typeof before === 'string') parameters.set(name, [before, value])
    else before.push(value)
  }
  return Object.fromEntries(parameters)
}
