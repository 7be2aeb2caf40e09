import { limits } from './limits.ts'
import { isPlainText } from './plain-text.ts'

/**
 * Whether a parsed JSON value is one that we take: nested no deeper than the limit and all its text fit to be kept. Takes
 * fields named `__proto__` out of it, since whoever copies one field by field changes the prototype of the copy.
 */
export function settleJson(value: unknown, depth: number = limits.depth): boolean {
  if (typeof value === 'string') return isPlainText(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  if (Array.isArray(value)) return value.every((item) => settleJson(item, depth - 1))
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')
  return Object.entries(value).every(([name, item]) => isPlainText(name) && settleJson(item, depth - 1))
}
