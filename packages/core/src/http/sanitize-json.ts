import { requestLimits } from './request-limits.ts'

const notStorable = /[\0\p{Surrogate}]/u

/**
 * Sanitizes a parsed JSON value in place. Returns false if it is nested too deeply or contains text that cannot be stored.
 * Deletes fields named `__proto__`, which would change the prototype of a field-by-field copy.
 *
 * @param value the result of `JSON.parse`
 * @param depth the maximum nesting depth
 */
export function sanitizeJson(value: unknown, depth: number = requestLimits.maxJsonDepth): boolean {
  if (typeof value === 'string') return isStorableText(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  if (Array.isArray(value)) return value.every((item) => sanitizeJson(item, depth - 1))
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')
  return Object.entries(value).every(([name, item]) => isStorableText(name) && sanitizeJson(item, depth - 1))
}

/** Returns true if a text can be stored and encoded: well-formed Unicode without U+0000, which PostgreSQL cannot store. */
export function isStorableText(value: string): boolean {
  return !notStorable.test(value)
}
