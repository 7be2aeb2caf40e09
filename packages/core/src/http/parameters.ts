import { limits } from './limits.ts'
import { isPlainText } from './plain-text.ts'

/** Names with their values: a text, or an array of texts where the name is repeated. */
export type Parameters = Record<string, string | string[]>

/**
 * Reads `application/x-www-form-urlencoded` text, as the WHATWG URL standard says. Undefined where there are too many
 * parameters, or where one holds text that cannot be kept.
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
