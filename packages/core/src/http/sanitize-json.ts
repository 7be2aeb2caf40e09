import { requestLimits } from './request-limits.ts'

const notStorable = /[\0\p{Surrogate}]/u
const notEncodable = /\p{Surrogate}/u

/**
 * Sanitizes a parsed JSON value in place. Returns false if it is nested too deeply, has too many values or contains text that cannot be stored.
 * Deletes fields named `__proto__`, which would change the prototype of a field-by-field copy. It never goes deeper than the
 * limit, so it is safe for values of any depth, which `JSON.stringify` is not.
 *
 * @param value the result of `JSON.parse`
 * @param transient paths of fields (`message`, `request.data`) that are never stored, and may contain U+0000
 */
export function sanitizeJson(value: unknown, transient: readonly string[] = []): boolean {
  return sanitize(value, {
    depth: requestLimits.maxJsonDepth,
    left: { values: requestLimits.maxJsonValues },
    path: '',
    transient,
    isTransient: false,
  })
}

interface Place {
  /** The levels that may follow. */
  readonly depth: number
  /** The values that may follow, in the whole JSON. */
  readonly left: { values: number }
  readonly path: string
  readonly transient: readonly string[]
  readonly isTransient: boolean
}

function sanitize(value: unknown, place: Place): boolean {
  if (--place.left.values < 0) return false
  if (typeof value === 'string') return place.isTransient ? !notEncodable.test(value) : isStorableText(value)
  if (typeof value !== 'object' || value === null) return true
  if (place.depth === 0) return false
  const below = { ...place, depth: place.depth - 1 }
  if (Array.isArray(value)) return value.every((item) => sanitize(item, below))
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')
  if (place.transient.length === 0 || place.isTransient)
    return Object.entries(value).every(([name, item]) => isStorableText(name) && sanitize(item, below))
  return Object.entries(value).every(([name, item]) => {
    const path = place.path === '' ? name : `${place.path}.${name}`
    return isStorableText(name) && sanitize(item, { ...below, path, isTransient: place.transient.includes(path) })
  })
}

/** Returns true if a text can be stored and encoded: well-formed Unicode without U+0000, which PostgreSQL cannot store. */
export function isStorableText(value: string): boolean {
  return !notStorable.test(value)
}
